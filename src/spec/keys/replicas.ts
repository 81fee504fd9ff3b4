import {didYouMean} from '../../errors/did-you-mean.ts';
import {volumesOfReplica} from '../values/anonymous-volume.ts';
import {hostNameOf} from '../values/host-name.ts';
import {quoted} from '../model/parsed.ts';
import type {Picker} from '../syntax/pick.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Service} from '../model/project.ts';
import type {SpecRequest} from './request.ts';
import type {ServiceInput} from './service-schema.ts';

/** The most containers that one service may have. */
export const mostReplicas = 1000;

/** The number of containers of a service: `--scale`, `scale`, or `deploy.replicas`; 1 by default. */
export function readScale(input: ServiceInput, picker: Picker, service: string, {options}: SpecRequest): number {
	const {places, invalid} = picker;
	const deployed = input.deploy?.mode === 'global' ? 1 : input.deploy?.replicas;
	if (input.scale !== undefined && deployed !== undefined && input.scale !== deployed)
		invalid(places.value(['deploy', 'replicas']), '`deploy.replicas` differs from `scale`', 'keep one of them');
	const given = options?.scale?.[service];
	const written = input.scale ?? deployed;
	const scale = given ?? written ?? 1;
	if (scale > 1 && input.container_name !== undefined)
		invalid(
			given === undefined
				? places.value(input.scale === undefined ? ['deploy', 'replicas'] : ['scale'])
				: {kind: 'option', option: '--scale'},
			`${scale} containers cannot share the \`container_name\` ${quoted(input.container_name)}`,
			'take `container_name` out',
		);
	return scale;
}

/** The containers of a service. The first is the service as it was read; each further one has the name that `nameOf` gives its number. */
export function replicasOf(service: Service, scale: number, nameOf: (number: number) => string): readonly Service[] {
	return Array.from({length: scale}, (_, at): Service => {
		if (at === 0) return service;
		const name = nameOf(at + 1);
		const ownHostName = service.hostname === hostNameOf(service.name) ? {hostname: hostNameOf(name)} : {};
		const volumes = volumesOfReplica(service.volumes, name);
		return {...service, name, replica: at + 1, volumes, ...ownHostName};
	});
}

/** The short name of a container in its project: its service, with its number from the second replica on. */
export function labelOf({
	service,
	replica,
	oneOff,
	name,
}: Pick<Service, 'service' | 'replica'> & Partial<Pick<Service, 'oneOff' | 'name'>>): string {
	if (oneOff !== undefined && name !== undefined) return name;
	return replica === undefined ? service : `${service}-${replica}`;
}

/** Whether a word names a container: by its service, its name, or its service and number: `web-1`. */
export function isMeant(word: string, service: Pick<Service, 'service' | 'replica' | 'name' | 'oneOff'>): boolean {
	if (service.oneOff !== undefined) return word === service.name;
	return [service.service, service.name, `${service.service}-${service.replica ?? 1}`].includes(word);
}

/** Removes dependencies on services that are scaled to 0. Docker Compose does not wait for them either. */
export function withoutIdle(service: Service, idle: readonly string[]): Service {
	if (service.dependsOn === undefined || idle.length === 0) return service;
	return {...service, dependsOn: service.dependsOn.filter(each => !idle.includes(each.service))};
}

/** Reports services in `--scale` that the file lacks. */
export function strangeScales(
	services: readonly Service[],
	scale: Readonly<Record<string, number>> = {},
): readonly Problem[] {
	const known = services.map(({service}) => service);
	return Object.keys(scale)
		.filter(name => !known.includes(name))
		.map((name): Problem => {
			const near = didYouMean(name, known);
			return {
				code: 'E_USAGE',
				place: {kind: 'option', option: '--scale'},
				message: `the file has no service ${quoted(name)}`,
				hint: near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`,
			};
		});
}
