import {parseImageReference, type ImageFiles} from '../image/image-reference.ts';
import type {ServiceInput} from '../keys/service-schema.ts';
import type {NetworkJoin} from '../model/network.ts';
import type {Dependency, Service} from '../model/project.ts';
import type {Problem} from '../syntax/problem.ts';
import {present} from '../syntax/pick.ts';
import type {Places} from '../syntax/tree.ts';
import type {PreStartHook} from '../values/hook.ts';
import {hostNameOf} from '../values/host-name.ts';

/** A service, and those that must have ended well before it starts. */
export interface Prepared {
	readonly service: Service;
	/** In their order, each after the one before. */
	readonly hooks: readonly Service[];
	readonly problems: readonly Problem[];
}

/**
 * Makes a service of each `pre_start` hook: it starts when what the service depends on is there, and the service when the last hook has ended
 * well. They run once for all containers of the service. Source: Compose Specification, `pre_start`.
 */
export function prepared(
	service: Service,
	written: readonly PreStartHook[],
	{project, places, files}: {readonly project: string; readonly places: Places; readonly files: ImageFiles},
): Prepared {
	const problems: Problem[] = [];
	const hooks: Service[] = [];
	for (const [at, hook] of written.entries()) {
		const parsed = hook.image === undefined ? undefined : parseImageReference(hook.image, files);
		if (parsed?.ok === false)
			problems.push({
				code: 'E_SPEC_INVALID',
				place: places.value(['pre_start', at, 'image']),
				message: `\`image\` ${parsed.problem}`,
				...present({hint: parsed.hint}),
			});
		const name = `${service.service}-pre_start-${at + 1}`;
		const before = hooks.at(-1);
		hooks.push({
			...hookService(service, hook, {
				name,
				container: `${project}-${name}`,
				reference: parsed?.ok === true ? parsed.value : undefined,
			}),
			dependsOn: before === undefined ? (service.dependsOn ?? []) : [after(before)],
			origins: originsOf(service, hook, places.origin(['pre_start', at])),
		});
	}
	const last = hooks.at(-1);
	if (last === undefined) return {service, hooks, problems};
	return {service: {...service, dependsOn: [...(service.dependsOn ?? []), after(last)]}, hooks, problems};
}

function after({service}: Service): Dependency {
	return {service, condition: 'service_completed_successfully', required: true, restart: false};
}

/** The container of a hook: what the service has, without what makes it a service. */
function hookService(
	service: Service,
	{command, user, workingDir, environment, privileged}: PreStartHook,
	{
		name,
		container,
		reference,
	}: {readonly name: string; readonly container: string; readonly reference: string | undefined},
): Omit<Service, 'origins'> {
	const {
		healthcheck: _health,
		restart: _restart,
		postStart: _post,
		preStop: _pre,
		tty: _tty,
		stdinOpen: _stdin,
		record: _record,
		origins: _origins,
		...shared
	} = service;
	return {
		...shared,
		...(reference === undefined
			? {}
			: {rootfs: {kind: 'image' as const, reference, pull: 'missing' as const}, entrypoint: []}),
		...(privileged ? {...unconfined(service), privileged} : {}),
		service: name,
		name: container,
		command,
		environment: {
			...service.environment,
			...Object.fromEntries(environment.map(pair => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=/s, '')])),
		},
		...present({user: user ?? service.user, workingDir: workingDir ?? service.workingDir}),
		...present({hostname: service.hostname === undefined ? undefined : hostNameOf(container)}),
		...present({networks: service.networks?.map(withoutAddresses)}),
		ports: [],
		keep: false,
	};
}

function unconfined({security}: Service): Pick<Service, 'security' | 'noNewPrivileges'> {
	return {noNewPrivileges: false, security: {...security, seccomp: {kind: 'unconfined'}, systemPathsUnconfined: true}};
}

/** Addresses and names are those of the service's own containers. */
function withoutAddresses({ipv4Address: _4, ipv6Address: _6, macAddress: _mac, ...join}: NetworkJoin): NetworkJoin {
	return {...join, aliases: [], linkLocalIps: []};
}

/** Its command is written, so that the image's is not taken; another image brings its own entrypoint. */
function originsOf(
	{origins}: Service,
	{image, user, workingDir}: PreStartHook,
	own: Service['origins'][string],
): Service['origins'] {
	const {entrypoint, ...others} = origins;
	return {
		...others,
		...(image === undefined && entrypoint !== undefined ? {entrypoint} : {}),
		name: {kind: 'default'},
		command: own,
		...(user === undefined ? {} : {user: own}),
		...(workingDir === undefined ? {} : {working_dir: own}),
	};
}

/** The problem of `pre_start` in a file with one container, which has no place for another one. */
export function alonePreStart(
	containers: readonly {
		readonly key: string | undefined;
		readonly input: Pick<ServiceInput, 'pre_start'>;
		readonly places: Places;
	}[],
): readonly Problem[] {
	return containers.flatMap(({key, input: {pre_start: hooks}, places}): readonly Problem[] =>
		key !== undefined || hooks === undefined
			? []
			: [
					{
						code: 'E_SPEC_INVALID',
						place: places.key(['pre_start']),
						message: '`pre_start` needs a file with `services`: each command runs in a container of its own',
						hint: 'put the container under `services:`',
					},
				],
	);
}
