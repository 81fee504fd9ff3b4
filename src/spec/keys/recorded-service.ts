import {resolve} from 'node:path';
import * as z from 'zod/mini';
import {parseCapability} from '../values/capability.ts';
import {parseName} from '../values/container-name.ts';
import {checkPath, parseContainerPath, parseMountTarget} from '../values/container-path.ts';
import {parseCpuset} from '../values/cpuset.ts';
import {conditions} from '../values/depends-on.ts';
import {parseDevice} from '../values/device.ts';
import {parseHostName} from '../values/host-name.ts';
import {landlockRights} from '../values/landlock.ts';
import {impossibleMixes} from './mixes.ts';
import {parseTmpfsOptions, propagations} from '../values/mount-options.ts';
import {parseVolumeName} from '../values/named-volume.ts';
import type {Parsed} from '../model/parsed.ts';
import {makePorts} from '../values/port.ts';
import {parseProfile} from './profiles.ts';
import {namespaceKinds, type Project, type Service, usernsModes} from '../model/project.ts';
import {fixedNames} from './reproducible.ts';
import {parseSecurityOption} from '../values/security-option.ts';
import {parseCgroupParent} from './service-schema.ts';
import {parseSignal} from '../values/signal.ts';
import {isSysctlName} from '../values/sysctl.ts';
import {ulimitNames} from '../values/ulimit.ts';
import {parseGroup, parseUser} from '../values/user.ts';

/** Text that the parser of the spec would have given. */
const as = (parse: (text: string) => Parsed<string>) =>
	z.string().check(
		z.refine(text => {
			const parsed = parse(text);
			return parsed.ok && parsed.value === text;
		}),
	);
const withoutNul = z.string().check(z.refine(text => !text.includes('\0')));
const words = z.array(withoutNul);
const command = words.check(z.refine(([program = '']) => program !== ''));
const named = z.record(z.string().check(z.regex(/^[^\0]+$/)), withoutNul);
const variables = z.record(z.string().check(z.regex(/^[^=\0]+$/)), withoutNul);
const number = (minimum: number, maximum: number) => z.number().check(z.gte(minimum), z.lte(maximum));
const milliseconds = number(0, Number.MAX_SAFE_INTEGER);
const whole = (minimum: number, maximum = Number.MAX_SAFE_INTEGER) => z.int().check(z.gte(minimum), z.lte(maximum));
const or = (value: -1, schema: ReturnType<typeof whole>) => z.union([z.literal(value), schema]);
const hostPath = z.string().check(z.refine(path => checkPath(path).ok && resolve(path) === path));
const insidePath = as(parseContainerPath);
const target = as(parseMountTarget);
const user = as(parseUser);
const hostName = as(parseHostName);
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

const volume = z.object({
	key: as(parseVolumeName),
	name: as(parseVolumeName),
	project: z.nullable(withoutNul),
	labels: named,
});

const mount = z.object({
	type: z.literal('volume'),
	volume,
	target,
	readOnly: z.boolean(),
	nocopy: z.boolean(),
});

const device = z.object({source: z.string(), target: z.string(), permissions: z.string()}).check(
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

const port = z
	.object({
		hostIp: z.optional(z.string()),
		published: z.optional(z.number()),
		target: z.number(),
		protocol: z.enum(['tcp', 'udp', 'sctp']),
	})
	.check(z.refine(parts => makePorts(parts).ok));

const hooks = z.array(
	z.object({command, user: z.optional(user), workingDir: z.optional(insidePath), environment: words}),
);

const rootfs = z.discriminatedUnion('kind', [
	z.object({kind: z.literal('archive'), path: hostPath}),
	z.object({kind: z.literal('directory'), path: hostPath}),
	z.object({kind: z.literal('host'), show: z.optional(z.array(hostPath))}),
]);

const origin = z.union([
	z.object({
		kind: z.literal('file'),
		file: hostPath,
		line: whole(0),
		column: whole(0),
		variables: z.optional(
			z.array(z.object({name: z.string(), from: z.enum(['environment', '.env', 'default', 'unset'])})),
		),
	}),
	z.object({kind: z.literal('env_file'), file: hostPath, line: whole(0)}),
	z.object({kind: z.literal('environment'), name: z.string()}),
	z.object({kind: z.literal('option'), option: z.string()}),
	z.object({kind: z.enum(['reproducible', 'default'])}),
]);

/** Each key that a service can have: what is not named here would be lost on the way. */
const shape: Readonly<Record<keyof Service, z.ZodMiniType>> = {
	service: withoutNul,
	replica: z.optional(whole(2)),
	// It becomes a path of the store.
	name: as(parseName),
	rootfs,
	entrypoint: words,
	command: words,
	environment: variables,
	workingDir: z.optional(insidePath),
	user: z.optional(user),
	groupAdd: z.array(as(parseGroup)),
	hostname: z.optional(hostName),
	domainname: z.optional(z.union([hostName, z.literal(fixedNames.domainname)])),
	volumes: z.array(z.discriminatedUnion('type', [bind, tmpfs, mount])),
	ports: z.array(port),
	readOnly: z.boolean(),
	memLimit: z.optional(whole(1)),
	memswapLimit: z.optional(or(-1, whole(0))),
	memReservation: z.optional(whole(1)),
	shmSize: z.optional(whole(1)),
	cpus: z.optional(number(0.01, 65_536)),
	cpuShares: z.optional(whole(2, 262_144)),
	cpuset: z.optional(as(parseCpuset)),
	pidsLimit: z.optional(or(-1, whole(1, 4_194_304))),
	ioWeight: z.optional(whole(10, 1000)),
	ulimits: z.array(z.object({name: z.enum(ulimitNames), soft: or(-1, whole(0)), hard: or(-1, whole(0))})),
	sysctls: z.record(z.string().check(z.refine(isSysctlName)), z.string().check(z.regex(/^[^\0\r\n]+$/))),
	oomScoreAdj: z.optional(whole(-1000, 1000)),
	usernsMode: z.optional(z.enum(usernsModes)),
	namespaces: z.array(z.enum(namespaceKinds)),
	root: z.enum(['pivot', 'chroot']),
	capAdd: z.array(as(parseCapability)),
	capDrop: z.array(as(parseCapability)),
	noNewPrivileges: z.boolean(),
	security: z.object({
		seccomp: z.discriminatedUnion('kind', [
			z.object({kind: z.enum(['default', 'unconfined'])}),
			z.object({kind: z.literal('file'), path: hostPath}),
		]),
		apparmor: z.optional(securityOption('apparmor')),
		label: z.optional(securityOption('label')),
		systemPathsUnconfined: z.boolean(),
	}),
	privileged: z.boolean(),
	devices: z.array(device),
	landlock: z.optional(z.array(z.object({path: insidePath, access: z.array(z.enum(landlockRights))}))),
	init: z.boolean(),
	stopSignal: as(parseSignal),
	stopGraceMs: milliseconds,
	labels: named,
	tty: z.optional(z.boolean()),
	stdinOpen: z.optional(z.boolean()),
	restart: z.optional(
		z.discriminatedUnion('kind', [
			z.object({kind: z.enum(['no', 'always', 'unless-stopped'])}),
			z.object({kind: z.literal('on-failure'), most: z.optional(whole(0))}),
		]),
	),
	logging: z.optional(z.object({maxSize: whole(1), maxFile: whole(1)})),
	dependsOn: z.optional(
		z.array(
			z.object({
				service: withoutNul,
				condition: z.enum(conditions),
				required: z.boolean(),
				restart: z.boolean(),
			}),
		),
	),
	profiles: z.optional(z.array(as(parseProfile))),
	healthcheck: z.optional(
		z.object({
			test: command,
			intervalMs: milliseconds,
			timeoutMs: milliseconds,
			startPeriodMs: milliseconds,
			startIntervalMs: milliseconds,
			retries: whole(1),
		}),
	),
	postStart: z.optional(hooks),
	preStop: z.optional(hooks),
	reproducible: z.optional(z.boolean()),
	keep: z.boolean(),
	record: z.optional(z.boolean()),
	cgroupParent: z.optional(as(parseCgroupParent)),
	origins: z.record(z.string(), origin),
};

const schema = z.object({
	project: z.object({
		name: withoutNul,
		// A relative one would be another for each caller.
		file: hostPath,
		volumes: z.optional(z.array(volume)),
	}),
	service: z.object(shape),
});

/**
 * A container as a record of a run tells of it, with the part of its project that is recorded; undefined where no spec could
 * have said that. What a spec's own words are held to holds here too: a record may come from anybody, and what is made of
 * it relies on that, from the paths of the store to the rules of a policy.
 */
export function recordedService(
	value: unknown,
): {readonly project: Pick<Project, 'name' | 'file' | 'volumes'>; readonly service: Service} | undefined {
	const parsed = z.safeParse(schema, value);
	if (!parsed.success) return undefined;
	const {project, service} = parsed.data as unknown as NonNullable<ReturnType<typeof recordedService>>;
	return impossibleMixes(service).length === 0 ? {project, service} : undefined;
}
