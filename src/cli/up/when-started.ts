import type {ProjectEvent} from '../../project/state/event.ts';
import type {PlannedWatch} from '../../project/watch/watch-project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {Project} from '../../spec/model/project.ts';

/** The events after which a container has started, or will not. */
const telling: readonly ProjectEvent['type'][] = [
	'service.started',
	'service.unchanged',
	'service.failed',
	'service.ended',
];

/** Waits until all containers whose files are followed have started, or will not. */
export function whenStarted(
	{services}: Project,
	watched: PlannedWatch | undefined,
): {
	readonly look: (event: ProjectEvent) => void;
	readonly all: (signal: AbortSignal) => Promise<void>;
} {
	const meant = new Set(watched?.rules.map(({service}) => service));
	const open = new Set(services.filter(({service}) => meant.has(service)).map(labelOf));
	let settle = (): void => {};
	return {
		look: event => {
			if (!telling.includes(event.type)) return;
			open.delete(event.service);
			if (open.size === 0) settle();
		},
		all: signal =>
			new Promise(resolve => {
				settle = resolve;
				if (signal.aborted || open.size === 0) resolve();
				signal.addEventListener('abort', () => resolve(), {once: true});
			}),
	};
}
