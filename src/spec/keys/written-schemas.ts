import * as z from 'zod/mini';
import {bad, good, type Parsed} from '../model/parsed.ts';
import type {CdiRequest, Device} from '../model/project.ts';
import {numberIn, type NumberRange, parseBoolean} from '../syntax/scalar.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {checkPath, parseContainerPath, parseMountTarget} from '../values/container-path.ts';
import {parseAge} from '../values/duration.ts';
import {cdiOf, parseReservation} from '../values/cdi.ts';
import {parseDevice} from '../values/device.ts';
import {landlockRights} from '../values/landlock.ts';
import {propagations} from '../values/mount-options.ts';
import {parseVolumeName} from '../volumes/named-volume.ts';
import {parseSubpath} from '../volumes/subpath.ts';
import {makePorts, parsePort} from '../values/port.ts';
import {ignoredKeys as idleKeys} from '../compose/ignored-keys.ts';
import {described, key, parsedBy, text, textOrBoolean, textOrNumber, texts} from '../values/schema-parts.ts';
import {parsePositiveSize} from '../values/size.ts';
import {pullPolicyText, sizeText} from '../values/spelled-values.ts';
import {parsePullPolicy} from '../image/pull-policy.ts';
import {parseBindSource, parseTmpfs, parseVolume} from '../volumes/volume.ts';

/*
 * The parts from which keys build their schemas. A key receives this module only when its schema is needed, so that code
 * that only shows values, such as the dashboard, does not load zod.
 */

export {ignoredKeys} from '../compose/ignored-keys.ts';
export {buildSchema as build} from '../build/build-schema.ts';
export {developSchema as develop} from '../develop/develop-schema.ts';
export {givenConfigs, givenSecrets} from '../given/given-schema.ts';
export {dependsOn} from '../values/depends-on.ts';
export {healthcheck} from '../values/healthcheck.ts';
export {hooks, preStart} from '../values/hook.ts';
export {joins} from '../network/join-schema.ts';
export {logging} from '../values/logging.ts';
export * from '../values/schema-parts.ts';
export * from '../values/spelled-values.ts';
export {blkioConfig} from '../limits/blkio.ts';
export {ulimits} from '../limits/ulimit-schema.ts';
export {enum as oneOf, partialRecord, strictObject} from 'zod/mini';

/** `true` or `false`. */
export const flag = parsedBy(textOrBoolean, parseBoolean);

/** A number in a range. */
export const number = (range: NumberRange) => parsedBy(textOrNumber, numberIn(range));

/** A list of values that `schema` accepts. */
export const list = <S extends z.ZodMiniType>(schema: S) => z.array(schema, {error: 'must be a list'});

/** A text that `parse` accepts, or a list of them. */
export const oneOrMore = (parse: (text: string) => Parsed<string>) =>
	z.union(
		[
			parsedBy(text, (word): Parsed<string[]> => {
				const parsed = parse(word);
				return parsed.ok ? {ok: true, value: [parsed.value]} : parsed;
			}),
			list(parsedBy(text, parse)),
		],
		{error: 'must be text or a list of text'},
	);

/** A command line: a string that is split like a shell does, or a list of words. */
export const words = z.union([parsedBy(text, splitShellWords), texts], {error: 'must be text or a list of text'});

/** `tmpfs`. */
export const tmpfs = z.union([parsedBy(z.string(), parseTmpfs), z.array(parsedBy(text, parseTmpfs))], {
	error: 'must be a path or a list of paths',
});

function parseRecursive(word: string): Parsed<'enabled' | 'disabled'> {
	if (word === 'writable')
		return bad(
			'is `writable`, and the mounts below a read-only mount are read-only too',
			'write `disabled`, and mount them on their own',
		);
	return good(word === 'disabled' ? word : 'enabled');
}

const bindOptions = z.strictObject(
	{
		propagation: key('How mounts made later spread between host and container.', z.enum(propagations)),
		create_host_path: key(
			'Make the source a folder when it is not there; true by default for services, as in Compose, false in a file of one container.',
			flag,
		),
		...idleKeys('services.*.volumes.*.bind'),
		recursive: key(
			'Whether the mounts below the source come along; `readonly` is as `enabled`: those of a read-only mount cannot be written either.',
			parsedBy(
				z.enum(['enabled', 'disabled', 'readonly', 'writable'], {error: 'must be `enabled` or `disabled`'}),
				parseRecursive,
			),
		),
	},
	{error: 'must be a map'},
);

const longBind = z.strictObject({
	type: z.literal('bind'),
	source: described('The path on the host; relative to the folder of the spec.', parsedBy(text, parseBindSource)),
	target: described('The absolute path in the container.', parsedBy(text, parseMountTarget)),
	read_only: key('Refuse writes.', flag),
	bind: key('Options of a bind mount.', bindOptions),
	...idleKeys('services.*.volumes.*'),
});

const longTmpfs = z.strictObject({
	type: z.literal('tmpfs'),
	target: described('The absolute path in the container.', parsedBy(text, parseMountTarget)),
	read_only: key('Refuse writes.', flag),
	tmpfs: key(
		'Options of a tmpfs.',
		z.strictObject({
			size: key('The most it may hold, such as `64m`.', parsedBy(sizeText, parsePositiveSize)),
			mode: key('Permission bits of its root in octal, such as `1777`.', textOrNumber),
		}),
	),
	...idleKeys('services.*.volumes.*'),
});

const volumeOptions = z.strictObject(
	{
		nocopy: key('Do not begin with what the image has at the target.', flag),
		subpath: key(
			'A folder or a file of the volume, which must be there, in place of the whole.',
			parsedBy(text, parseSubpath),
		),
		...idleKeys('services.*.volumes.*.volume'),
	},
	{error: 'must be a map'},
);

const longVolume = z.strictObject({
	type: z.literal('volume'),
	source: key(
		"The volume: its key under `volumes`; without one, a volume of the container's own.",
		parsedBy(text, parseVolumeName),
	),
	target: described('The absolute path in the container.', parsedBy(text, parseMountTarget)),
	read_only: key('Refuse writes.', flag),
	volume: key('Options of a named volume.', volumeOptions),
	...idleKeys('services.*.volumes.*'),
});

/** Why mounts of other types are refused, and what to write instead. */
const otherMounts = {
	image: ['tsbox mounts folders and volumes', 'make a service of the image, and name that in `volumes_from`'],
	cluster: ['it is for a cluster of several machines, and this is one', 'write `type: volume`'],
	npipe: ['it is for containers of Windows', 'take it out'],
} as const;

const otherMount = parsedBy(
	z.looseObject({type: described('Refused, with what to write instead.', z.enum(['image', 'cluster', 'npipe']))}),
	({type}): Parsed<never> => bad(`has the type \`${type}\`: ${otherMounts[type][0]}`, otherMounts[type][1]),
);

/** An entry of `volumes`. */
export const volume = z.union(
	[
		parsedBy(z.string(), text => parseVolume(text, 'ignored')),
		z.discriminatedUnion('type', [longBind, longTmpfs, longVolume, otherMount], {
			error: 'must be `bind`, `volume` or `tmpfs`',
		}),
	],
	{error: 'must be `SOURCE:TARGET[:ro]`, or a map with `type`, `source` and `target`'},
);

const longDevice = parsedBy(
	z.strictObject({
		source: described('The path on the host, or the name of a device of the Container Device Interface.', text),
		target: key('The path in the container; that on the host by default.', text),
		permissions: key('Any of `r`, `w` and `m`: read, write, mknod; all by default.', text),
	}),
	({source, target = source, permissions = 'rwm'}): Parsed<Device | CdiRequest> =>
		cdiOf(source) === undefined || target !== source
			? parseDevice(`${source}:${target}:${permissions}`)
			: deviceOrCdi(source),
);

/** An entry of `devices`. */
export const device = z.union([parsedBy(z.string(), deviceOrCdi), longDevice], {
	error: 'must be `SOURCE[:TARGET[:rwm]]`, `VENDOR/CLASS=NAME`, or a map with `source`',
});

function deviceOrCdi(entry: string): Parsed<Device | CdiRequest> {
	const cdi = cdiOf(entry);
	return cdi === undefined ? parseDevice(entry) : {ok: true, value: cdi};
}

const deviceCount = parsedBy(
	textOrNumber,
	(count): Parsed<number> => (count === 'all' ? {ok: true, value: -1} : numberIn({min: 1, max: 1024, also: -1})(count)),
);

const reservation = parsedBy(
	z.strictObject({
		capabilities: key('What they can do; `gpu` is a kind of device.', z.array(text, {error: 'must be a list'})),
		driver: key('Whose they are: `nvidia`, which is the default, `amd`, `intel`, or `cdi`.', text),
		count: key('How many: a number, or `all`, which is the default.', deviceCount),
		device_ids: key('Which ones, by their names.', z.array(text, {error: 'must be a list'})),
		...idleKeys('services.*.gpus.*'),
	}),
	parseReservation,
);

/** `deploy.resources.reservations.devices`. */
export const reservedDevices = z.array(reservation, {error: 'must be a list'});

/** `gpus`. */
export const gpus = z.union(
	[
		parsedBy(z.string(), (word): Parsed<(readonly CdiRequest[])[]> => {
			if (word !== 'all') return {ok: false, problem: 'must be `all`, or a list', hint: 'write `gpus: all`'};
			const all = parseReservation({});
			return all.ok ? {ok: true, value: [all.value]} : all;
		}),
		reservedDevices,
	],
	{error: 'must be `all`, or a list of maps'},
);

/** Programs that start containers as tsbox does, by the names that engines have for them. */
const alike = ['runc', 'crun', 'youki', 'io.containerd.runc.v2'];

/** `runtime`. */
export const runtime = parsedBy(text, (word): Parsed<readonly CdiRequest[]> => {
	if (word === 'nvidia') return parseReservation({});
	if (alike.includes(word)) return {ok: true, value: []};
	return {ok: false, problem: `is \`${word}\`, and tsbox starts containers itself`, hint: 'take it out'};
});

const longPort = parsedBy(
	z.strictObject({
		target: described('The port in the container.', textOrNumber),
		published: key('The port on the host, or a range.', textOrNumber),
		host_ip: key('The address on the host to listen at.', text),
		protocol: key('`tcp`, `udp` or `sctp`.', text),
		mode: key('`host`; `ingress` is for a cluster.', z.enum(['host', 'ingress'])),
		...idleKeys('services.*.ports.*'),
	}),
	port => makePorts({target: port.target, published: port.published, hostIp: port.host_ip, protocol: port.protocol}),
);

/** An entry of `ports`. A range yields several ports. */
export const port = z.union([parsedBy(textOrNumber, parsePort), longPort], {
	error: 'must be a port, or a map with `target`',
});

const envFile = z.union(
	[
		z.string(),
		z.strictObject({
			path: described('The file; relative to the folder of the spec.', text),
			required: key('Whether a missing file is an error; true by default.', flag),
			format: key('`raw` takes values as they are: no quotes, no variables.', z.enum(['raw'])),
		}),
	],
	{error: 'must be a path, or a map with `path`'},
);

/** `env_file`. */
export const envFiles = z.union([envFile, z.array(envFile)], {error: 'must be a path or a list of paths'});

/** `label_file`. */
export const labelFiles = z.union([z.string(), z.array(z.string())], {error: 'must be a path or a list of paths'});

/** An entry of `landlock`. */
export const landlockRule = z.strictObject(
	{
		path: described('The absolute path in the container; it and all below it.', parsedBy(text, parseContainerPath)),
		access: described(
			'What may be done there: `read-file`, `read-dir`, `write-file`, `execute`, `make-reg` and so on.',
			z.array(z.enum(landlockRights), {error: 'must be a list'}),
		),
	},
	{error: 'must be a map with `path` and `access`'},
);

const hostRootfs = z.strictObject({
	host: described(
		'An overlay over the root of this machine.',
		z.strictObject({
			show: described(
				'Hidden paths to show all the same: a path that is hidden, or a folder below one. `tsbox plan --explain` lists what is hidden.',
				z.array(parsedBy(text, checkPath), {error: 'must be a list of paths'}),
			),
		}),
	),
});

/** `rootfs`. */
export const rootfs = z.union([z.string(), hostRootfs], {
	error: 'must be an archive, a folder, `host`, or `host` with `show` below it',
});

/** `pull_policy`. */
export const pullPolicy = parsedBy(pullPolicyText, parsePullPolicy);

/** `pull_refresh_after`. */
export const refreshAfter = parsedBy(text, (age): Parsed<number> => {
	const parsed = parseAge(age);
	return parsed.ok && parsed.value === 0 ? {ok: false, problem: 'must be above 0'} : parsed;
});
