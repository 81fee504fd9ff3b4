import {labelOf} from '../../spec/keys/replicas.ts';
import type {Service} from '../../spec/model/project.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {UnitView} from '../state/unit-state.ts';
import type {Unit} from './unit.ts';

/** After so many restarts in one `up --wait`, a container is taken for one that does not come up: about a minute of pauses. */
const mostRestarts = 10;

/** A container, and how often it had been restarted when the wait began. */
export interface Awaited {
	readonly unit: Pick<Unit, 'view'>;
	readonly before: number;
}

/** Whether a container is restarted again and again. */
export function isLooping({unit, before}: Awaited): boolean {
	const {status, restarts} = unit.view();
	return status === 'restarting' && restarts - before >= mostRestarts;
}

/**
 * The error of `up --wait` for containers that ended, as in Compose. A service may end well if another waits for its end.
 *
 * @param services - all of the file
 */
export function notUp(
	project: string,
	those: readonly Awaited[],
	services: readonly Service[],
): TsboxError | undefined {
	const mayEnd = (service: string): boolean =>
		services.some(({dependsOn = []}) =>
			dependsOn.some(each => each.service === service && each.condition === 'service_completed_successfully'),
		);
	const bad = those.flatMap(each => {
		const view = each.unit.view();
		const words = isLooping(each) ? `was restarted ${view.restarts - each.before} times` : endWords(view, mayEnd);
		return words === undefined ? [] : [{label: labelOf(view.service), words}];
	});
	const [first] = bad;
	if (first === undefined) return undefined;
	return new TsboxError('E_NOT_UP', `${bad.map(({label}) => label).join(', ')} did not stay up`, {
		why: bad.map(({label, words}) => `${label} ${words}`).join(', '),
		hint: `\`tsbox logs ${project} ${first.label}\` shows what it printed`,
	});
}

function endWords({status, exitCode, service}: UnitView, mayEnd: (service: string) => boolean): string | undefined {
	if (status !== 'exited' || (exitCode === 0 && mayEnd(service.service))) return undefined;
	return `exited with status ${exitCode ?? 0}`;
}
