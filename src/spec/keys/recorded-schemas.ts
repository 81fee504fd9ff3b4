import {resolve} from 'node:path';
import * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import {numberIn, type NumberRange} from '../syntax/scalar.ts';
import {parseName} from '../values/container-name.ts';
import {checkPath, parseContainerPath, parseMountTarget} from '../values/container-path.ts';
import {conditions} from '../values/depends-on.ts';
import {cdiOf} from '../values/cdi.ts';
import {parseDevice} from '../values/device.ts';
import {parseTmpfsOptions, propagations} from '../values/mount-options.ts';
import {isImageReference} from '../image/image-reference.ts';
import {parseVolumeName} from '../volumes/named-volume.ts';
import {parsePlatform} from '../image/platform.ts';
import {makePorts} from '../values/port.ts';
import {text} from '../values/schema-parts.ts';
import {parseSecurityOption} from '../values/security-option.ts';
import {parseDriverOptions} from '../volumes/driver-options.ts';
import {parseSubpath} from '../volumes/subpath.ts';
import {parseUser} from '../values/user.ts';

/*
 * The schemas of the values in a record. A record is untrusted input, so each value must be one that reading a spec can
 * produce. The parsers of the spec check this.
 */

export {extraHost, networkJoin} from '../network/recorded-network.ts';
export * from '../values/schema-parts.ts';
export * from '../values/spelled-values.ts';
export {array, boolean, enum as oneOf, literal, object, optional, record, union} from 'zod/mini';

/** A value that the spec's parser returns unchanged. */
export const parsedAs = <S extends z.ZodMiniType>(shape: S, parse: (written: z.output<S>) => Parsed<unknown>): S =>
	shape.check(
		z.refine(value => {
			const parsed = parse(value);
			return parsed.ok && parsed.value === value;
		}),
	);
const as = (parse: (written: string) => Parsed<string>) => parsedAs(text, parse);
export const withoutNul = z.string().check(z.refine(text => !text.includes('\0')));
export const words = z.array(withoutNul);
const command = words.check(z.refine(([program = '']) => program !== ''));
export const named = z.record(z.string().check(z.regex(/^[^\0]+$/)), withoutNul);
export const variables = z.record(z.string().check(z.regex(/^[^=\0]+$/)), withoutNul);

/** A number in a range, as `numberIn` returns it. */
export const number = (range: NumberRange) => parsedAs(z.number(), numberIn(range));
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER) => number({min, max});
/** Whose namespace a container is in: one of the words, or another container. */
export const namespaceMode = <const W extends readonly [string, ...string[]]>(words: W) =>
	z.union([z.enum(words), z.object({service: withoutNul}), z.object({container: as(parseName)})]);
export const hostPath = z.string().check(z.refine(path => checkPath(path).ok && resolve(path) === path));
/** Text for which `fits` returns true. */
export const textThat = (fits: (text: string) => boolean) => z.string().check(z.refine(fits));
export const insidePath = as(parseContainerPath);
const target = as(parseMountTarget);
const user = as(parseUser);
const securityOption = (name: 'apparmor' | 'label') =>
	z.string().check(
		z.refine(text => {
			const parsed = parseSecurityOption(`${name}=${text}`);
			return parsed.ok && 'value' in parsed.value && parsed.value.value === text;
		}),
	);

const bind = z.object({
	type: z.literal('bind'),
	source: hostPath,
	target,
	readOnly: z.boolean(),
	createHostPath: z.boolean(),
	propagation: z.enum(propagations),
	recursive: z.boolean(),
});

const tmpfsOption = as(text => {
	const parsed = parseTmpfsOptions(text);
	return parsed.ok ? {ok: true, value: parsed.value.options[0] ?? ''} : parsed;
});

const tmpfs = z.object({
	type: z.literal('tmpfs'),
	target,
	size: z.optional(whole(1)),
	mode: z.optional(whole(0, 0o7777)),
	readOnly: z.boolean(),
	options: z.array(tmpfsOption),
});

/** A named volume. */
export const namedVolume = z.object({
	key: as(parseVolumeName),
	name: as(parseVolumeName),
	project: z.nullable(withoutNul),
	labels: named,
	container: z.optional(as(parseName)),
	filesystem: z.optional(
		z
			.object({type: z.string(), device: z.string(), options: z.array(z.string())})
			.check(z.refine(({type, device, options}) => parseDriverOptions({type, device, o: options.join(',')}).ok)),
	),
});

const mount = z.object({
	type: z.literal('volume'),
	volume: namedVolume,
	target,
	readOnly: z.boolean(),
	nocopy: z.boolean(),
	subpath: z.optional(as(parseSubpath)),
});

/** A secret or a config, without its text. */
export const givenFile = z.object({
	kind: z.enum(['secret', 'config']),
	name: withoutNul,
	target,
	file: z.optional(hostPath),
	uid: z.optional(whole(0)),
	gid: z.optional(whole(0)),
	mode: z.optional(whole(0, 0o7777)),
});

export const volume = z.discriminatedUnion('type', [bind, tmpfs, mount]);

export const device = z.object({source: z.string(), target: z.string(), permissions: z.string()}).check(
	z.refine(({source, target, permissions}) => {
		const parsed = parseDevice(`${source}:${target}:${permissions}`);
		return (
			parsed.ok &&
			parsed.value.source === source &&
			parsed.value.target === target &&
			parsed.value.permissions === permissions
		);
	}),
);

/** Devices of the Container Device Interface. */
export const cdi = z.union([
	z
		.object({kind: z.string(), names: z.array(z.string())})
		.check(z.refine(({kind, names}) => names.every(name => cdiOf(`${kind}=${name}`) !== undefined))),
	z.object({kind: z.string(), count: whole(-1, 1024)}).check(z.refine(({kind}) => cdiOf(`${kind}=all`) !== undefined)),
]);

export const port = z
	.object({
		hostIp: z.optional(z.string()),
		published: z.optional(z.number()),
		among: z.optional(z.tuple([z.number(), z.number()])),
		target: z.number(),
		protocol: z.enum(['tcp', 'udp', 'sctp']),
	})
	.check(z.refine(({among, ...port}) => makePorts({...port, published: port.published ?? among?.join('-')}).ok));

export const hook = z.object({
	command,
	user: z.optional(user),
	workingDir: z.optional(insidePath),
	environment: words,
});

export const restart = z.discriminatedUnion('kind', [
	z.object({kind: z.enum(['no', 'always', 'unless-stopped'])}),
	z.object({kind: z.literal('on-failure'), most: z.optional(whole(0))}),
]);

export const dependency = z.object({
	service: withoutNul,
	condition: z.enum(conditions),
	required: z.boolean(),
	restart: z.boolean(),
});

export const milliseconds = number({min: 0, max: Number.MAX_SAFE_INTEGER, fractions: true});

export const healthcheck = z.object({
	// Empty where only the image has one.
	test: words.check(z.refine(([program]) => program !== '')),
	shellText: z.optional(withoutNul),
	intervalMs: milliseconds,
	timeoutMs: milliseconds,
	startPeriodMs: milliseconds,
	startIntervalMs: milliseconds,
	retries: whole(1),
});

export const security = z.object({
	seccomp: z.discriminatedUnion('kind', [
		z.object({kind: z.enum(['default', 'unconfined'])}),
		z.object({kind: z.literal('file'), path: hostPath}),
	]),
	apparmor: z.optional(securityOption('apparmor')),
	label: z.optional(securityOption('label')),
	systemPathsUnconfined: z.boolean(),
	writableCgroups: z.optional(z.literal(true)),
});

const reference = z.string().check(z.refine(isImageReference));
const pull = z.union([
	z.enum(['always', 'missing', 'never', 'build']),
	z.object({everyMs: number({min: 1, max: Number.MAX_SAFE_INTEGER, fractions: true})}),
]);

export const rootfs = z.discriminatedUnion('kind', [
	z.object({kind: z.literal('archive'), path: hostPath}),
	z.object({kind: z.literal('directory'), path: hostPath}),
	z.object({kind: z.literal('host'), show: z.optional(z.array(hostPath))}),
	z.object({kind: z.literal('minimal')}),
	z.object({
		kind: z.literal('image'),
		reference,
		pull,
		platform: z.optional(as(parsePlatform)),
		built: z.optional(z.literal(true)),
	}),
]);
