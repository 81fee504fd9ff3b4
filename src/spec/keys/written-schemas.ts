import * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import {numberIn, type NumberRange, parseBoolean} from '../syntax/scalar.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {checkPath, parseContainerPath, parseMountTarget} from '../values/container-path.ts';
import {parseDevice} from '../values/device.ts';
import {landlockRights} from '../values/landlock.ts';
import {propagations} from '../values/mount-options.ts';
import {parseVolumeName} from '../values/named-volume.ts';
import {makePorts, parsePort} from '../values/port.ts';
import {ignoredKeys as idleKeys} from '../compose/ignored-keys.ts';
import {described, key, parsedBy, refuse, text, textOrBoolean, textOrNumber, texts} from '../values/schema-parts.ts';
import {parsePositiveSize} from '../values/size.ts';
import {pullPolicyText, sizeText} from '../values/spelled-values.ts';
import {parsePullPolicy} from '../image/pull-policy.ts';
import {parseSource, parseTmpfs, parseVolume} from '../values/volume.ts';

/*
 * The parts from which keys build their schemas. A key receives this module only when its schema is needed, so that code
 * that only shows values, such as the dashboard, does not load zod.
 */

export {ignoredKeys} from '../compose/ignored-keys.ts';
export {buildSchema as build} from '../build/build-schema.ts';
export {givenConfigs, givenSecrets} from '../given/given-schema.ts';
export {dependsOn} from '../values/depends-on.ts';
export {healthcheck} from '../values/healthcheck.ts';
export {hooks} from '../values/hook.ts';
export {joins} from '../network/join-schema.ts';
export {logging} from '../values/logging.ts';
export * from '../values/schema-parts.ts';
export * from '../values/spelled-values.ts';
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

const bindOptions = z.strictObject(
	{
		propagation: key('How mounts made later spread between host and container.', z.enum(propagations)),
		create_host_path: key('Make the source a folder when it is not there; false by default.', flag),
		...idleKeys('services.*.volumes.*.bind'),
		recursive: key(
			'Whether the mounts below the source come along.',
			z.enum(['enabled', 'disabled'], {error: 'must be `enabled` or `disabled`'}),
		),
	},
	{error: 'must be a map'},
);

const longBind = z.strictObject({
	type: z.literal('bind'),
	source: described('The path on the host; relative to the folder of the spec.', parsedBy(text, parseSource)),
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
		subpath: key('A folder of the volume.', refuse(text, 'is not taken', 'mount the volume whole')),
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

/** An entry of `volumes`. */
export const volume = z.union(
	[
		parsedBy(z.string(), parseVolume),
		z.discriminatedUnion('type', [longBind, longTmpfs, longVolume], {
			error: 'must be `bind`, `volume` or `tmpfs`',
		}),
	],
	{error: 'must be `SOURCE:TARGET[:ro]`, or a map with `type`, `source` and `target`'},
);

const longDevice = parsedBy(
	z.strictObject({
		source: described('The path on the host.', text),
		target: key('The path in the container; that on the host by default.', text),
		permissions: key('Any of `r`, `w` and `m`: read, write, mknod; all by default.', text),
	}),
	({source, target = source, permissions = 'rwm'}) => parseDevice(`${source}:${target}:${permissions}`),
);

/** An entry of `devices`. */
export const device = z.union([parsedBy(z.string(), parseDevice), longDevice], {
	error: 'must be `SOURCE[:TARGET[:rwm]]`, or a map with `source`',
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
