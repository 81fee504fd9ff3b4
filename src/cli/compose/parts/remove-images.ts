import type {Machine} from '../../../container/machine/machine.ts';
import {isTsboxError} from '../../../errors/tsbox-error.ts';
import type {Project} from '../../../spec/model/project.ts';
import {tell} from '../../output/tell.ts';
import type {ComposeContext} from './compose-verb.ts';

/** Removes the images of services (`compose down --rmi`). `all`: not only those that were built without a name of their own. */
export async function removeImages(
	all: boolean,
	project: Project,
	services: readonly string[],
	machine: Machine,
	{io, engine}: ComposeContext,
): Promise<void> {
	const meant = project.services.filter(({service}) => services.length === 0 || services.includes(service));
	const names = meant.flatMap(({service, rootfs, origins}) => {
		if (rootfs.kind !== 'image') return [];
		const isLocal = project.builds?.[service] !== undefined && origins['image']?.kind !== 'file';
		return all || isLocal ? [rootfs.reference] : [];
	});
	for (const name of new Set(names)) {
		try {
			await engine.removeImage(machine, name);
			tell(io, `image ${name} is removed`);
		} catch (error) {
			if (!isTsboxError(error)) throw error;
			tell(io, `image ${name} stays: ${error.message}`);
		}
	}
}
