import {createHash} from 'node:crypto';
import type {Service, VolumeMount} from '../model/project.ts';

/** Whose an anonymous volume is. */
export interface VolumeOwner {
	/** The name of the container. */
	readonly container: string;
	readonly project: string;
}

/** The mount of a volume of a container's own: the same one for each start of the container, and no other container's. */
export function anonymousMount(
	{target, readOnly, nocopy}: Pick<VolumeMount, 'target' | 'readOnly' | 'nocopy'>,
	{container, project}: VolumeOwner,
): VolumeMount {
	const name = nameOf(container, target);
	return {type: 'volume', volume: {key: name, name, project, labels: {}, container}, target, readOnly, nocopy};
}

/** The mounts of a container that is made like another: its anonymous volumes are its own. */
export function volumesOfReplica(volumes: Service['volumes'], container: string): Service['volumes'] {
	return volumes.map(mount =>
		mount.type === 'volume' && mount.volume.container !== undefined && mount.volume.project !== null
			? anonymousMount(mount, {container, project: mount.volume.project})
			: mount,
	);
}

function nameOf(container: string, target: string): string {
	const digest = createHash('sha256').update(`${container}\0${target}`).digest('hex').slice(0, 12);
	const words = target.replace(/[^a-zA-Z0-9]+/g, '-').slice(1, 40);
	return `${container}_${words}_${digest}`;
}
