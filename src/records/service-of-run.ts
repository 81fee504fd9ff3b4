import type {PlannedContainer} from '../container/machine/planned-container.ts';
import type {Service} from '../spec/model/project.ts';

/** The service that a record keeps: as it was made, but for anonymous volumes, which a replay makes anew. */
export function serviceOfRun({service, made}: Pick<PlannedContainer, 'service' | 'made'>): Service {
	const volumes = service.volumes.map((volume, at) => {
		const own = made.volumes[at];
		return own?.type === 'volume' && own.volume.container !== undefined ? own : volume;
	});
	return {...service, volumes};
}
