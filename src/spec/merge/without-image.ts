import {healthcheckDefaults, healthcheckFields, usualShell} from '../model/healthcheck.ts';
import type {Healthcheck, Origin, Service} from '../model/project.ts';

type Origins = Service['origins'];

/** The signal that stops a container of which neither spec nor image say one. */
const defaultStopSignal = 'SIGTERM';

/** Whether the spec, its surroundings or the command line set a value, so that the image's does not count. */
export function isWritten(origins: Origins, key: string): boolean {
	const kind = origins[key]?.kind;
	return kind !== undefined && kind !== 'default' && kind !== 'image';
}

/** The service as it was read from its spec: nothing of it is an image's. The same object if nothing was. */
export function withoutImage(service: Service): Service {
	const {origins} = service;
	const isImages = (key: string): boolean => origins[key]?.kind === 'image';
	const hasShell = service.healthcheck?.shellText !== undefined;
	if (!hasShell && !Object.keys(origins).some(isImages)) return service;
	const own = (values: Readonly<Record<string, string>>, list: string) =>
		Object.fromEntries(Object.entries(values).filter(([name]) => !isImages(`${list}.${name}`)));
	const {user, workingDir, healthcheck, ...rest} = service;
	const health = healthcheck && ownHealth(healthcheck, isImages);
	const volumes = service.volumes.filter((_, at) => !isImages(`volumes.${at}`));
	return {
		...rest,
		entrypoint: isImages('entrypoint') ? [] : service.entrypoint,
		command: isImages('command') ? [] : service.command,
		environment: own(service.environment, 'environment'),
		labels: own(service.labels, 'labels'),
		stopSignal: isImages('stop_signal') ? defaultStopSignal : service.stopSignal,
		...(user === undefined || isImages('user') ? {} : {user}),
		...(workingDir === undefined || isImages('working_dir') ? {} : {workingDir}),
		...(health === undefined ? {} : {healthcheck: health}),
		volumes,
		origins: ownOrigins(withVolumesFrom(origins, -(service.volumes.length - volumes.length))),
	};
}

/** What the spec wrote of a health check, and defaults for the rest; undefined if it wrote nothing. */
function ownHealth(check: Healthcheck, isImages: (key: string) => boolean): Healthcheck | undefined {
	if (isImages('healthcheck')) return undefined;
	const own = Object.entries(healthcheckFields).flatMap(([key, field]) =>
		isImages(`healthcheck.${key}`) ? [] : [[field, check[field]]],
	);
	const {shellText} = check;
	return {
		test: [],
		...healthcheckDefaults,
		...(Object.fromEntries(own) as Partial<Healthcheck>),
		...(shellText === undefined ? {} : {shellText, test: [...usualShell, shellText]}),
	};
}

/** Those of the image are gone; what must have an origin has that of a default. */
function ownOrigins(origins: Origins): Origins {
	const own = Object.entries(origins).filter(([, {kind}]) => kind !== 'image');
	const defaults = ['entrypoint', 'command', 'stop_signal'].filter(key => origins[key]?.kind === 'image');
	return Object.fromEntries([...own, ...defaults.map(key => [key, {kind: 'default'} as const] as const)]);
}

/** The origins of a service whose volumes have moved down by `by` places; those that move below the first place are left out. */
export function withVolumesFrom(origins: Origins, by: number): Origins {
	return Object.fromEntries(
		Object.entries(origins).flatMap(([key, origin]): readonly (readonly [string, Origin])[] => {
			const at = /^volumes\.(\d+)$/.exec(key)?.[1];
			if (at === undefined) return [[key, origin]];
			return Number(at) + by < 0 ? [] : [[`volumes.${Number(at) + by}`, origin]];
		}),
	);
}
