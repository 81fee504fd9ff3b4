import type {Machine} from '../machine/machine.ts';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {VolumeInput} from '../../plan/input/input.ts';
import type {BindVolume, Service, VolumeMount} from '../../spec/model/project.ts';
import {allVolumes, readVolume, volumePlace} from '../../state/volume.ts';

/**
 * Replaces each named volume of a service with a bind mount of its folder, and looks up the volumes.
 *
 * @throws TsboxError E_VOLUME_NOT_FOUND for a missing external volume.
 */
export function resolveVolumes(
	{host, facts, dirs: {store, state}}: Machine,
	service: Service,
): {readonly service: Service; readonly volumes: readonly VolumeInput[]} {
	const volumes: VolumeInput[] = [];
	const resolve = (mount: VolumeMount): BindVolume => {
		const {volume, target, readOnly, subpath} = mount;
		// An unprivileged user may plan for root without access to its store.
		const record = unlessForbidden(() => readVolume(host, store, volume.name));
		if (record === undefined && volume.project === null && unlessForbidden(() => host.list(store)) !== undefined)
			throw noVolume(
				volume.name,
				allVolumes(host, store).map(({name}) => name),
				`create it with \`tsbox volume create ${volume.name}\``,
			);
		if (volume.filesystem !== undefined && facts.user.uid !== 0)
			throw new TsboxError('E_PERMISSION', `only root can mount the file system of the volume ${volume.key}`, {
				why: `it is ${volume.filesystem.type}, by its \`driver_opts\``,
				hint: 'run it with sudo, or use a folder',
			});
		volumes.push({mount, record});
		return {
			type: 'bind',
			source:
				subpath === undefined
					? volumePlace({store, state}, volume)
					: `${volumePlace({store, state}, volume)}/${subpath}`,
			target,
			readOnly,
			createHostPath: false,
			propagation: 'rprivate',
			recursive: true,
		};
	};
	const resolved = service.volumes.map(each => (each.type === 'volume' ? resolve(each) : each));
	return {service: volumes.length === 0 ? service : {...service, volumes: resolved}, volumes};
}

/**
 * The error for an unknown volume.
 *
 * @param hint - used when no known name is similar
 */
export function noVolume(name: string, known: readonly string[], hint: string): TsboxError {
	const near = didYouMean(name, known);
	return new TsboxError('E_VOLUME_NOT_FOUND', `there is no volume ${name}`, {
		hint: near === undefined ? hint : `did you mean ${near}?`,
	});
}
