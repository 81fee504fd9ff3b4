import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {BindVolume, Project, Service, VolumeMount, VolumesFrom} from '../../spec/model/project.ts';
import {containersFolder} from '../../state/record.ts';
import {findContainer} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';

/** What looks for mounts of others. */
export interface MountsOfOthers {
	readonly machine: Machine;
	readonly project: Project;
	/** The service with what its image says. */
	readonly made: (service: Service) => Promise<Service>;
	/** Nothing will be started: a container that is not there is left out. */
	readonly dry: boolean;
}

type Mount = BindVolume | VolumeMount;

/**
 * The service with the mounts of `volumes_from`: named volumes and folders of the host at the places that they have in the other container.
 * A later entry counts before an earlier one, and what the service mounts itself before all. Source: Docker, `--volumes-from`.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER.
 */
export async function withVolumesFrom(service: Service, others: MountsOfOthers): Promise<Service> {
	const {volumesFrom = []} = service;
	if (volumesFrom.length === 0) return service;
	const taken = new Map<string, Mount>();
	for (const from of volumesFrom)
		for (const mount of await mountsOf(from, service, others))
			taken.set(mount.target, {...mount, readOnly: mount.readOnly || from.readOnly});
	for (const {target} of [...service.volumes, ...(service.given ?? [])]) taken.delete(target);
	return {...service, volumes: [...taken.values(), ...service.volumes]};
}

async function mountsOf(from: VolumesFrom, service: Service, others: MountsOfOthers): Promise<readonly Mount[]> {
	if ('container' in from) return ofContainer(from.container, others);
	const other = others.project.services.find(each => each.service === from.service);
	if (other === undefined || other.service === service.service) return [];
	const whole = await withVolumesFrom(await others.made(other), others);
	return shared(whole.volumes);
}

/** A container in the foreground keeps no service: its mounts are those of its configuration. */
function ofContainer(name: string, {machine, dry}: MountsOfOthers): readonly Mount[] {
	try {
		const {detached, config} = findContainer(machine, name);
		if (detached !== undefined && detached.made.volumesFrom === undefined) return shared(detached.made.volumes);
		const own = `${containersFolder(machine.dirs.state)}/`;
		return config.mounts
			.filter(({type, source}) => type === 'bind' && !source.startsWith(own))
			.map(({source, destination: target, options}) => ({
				type: 'bind',
				source,
				target,
				readOnly: options.includes('ro'),
				createHostPath: false,
				propagation: 'rprivate',
				recursive: options.includes('rbind'),
			}));
	} catch (error) {
		if (dry && isTsboxError(error)) return [];
		throw error;
	}
}

/** What another container can have too. The other one fills its volumes. */
function shared(volumes: Service['volumes']): readonly Mount[] {
	return volumes.flatMap((mount): readonly Mount[] => {
		if (mount.type === 'tmpfs') return [];
		return [mount.type === 'volume' ? {...mount, nocopy: true} : mount];
	});
}
