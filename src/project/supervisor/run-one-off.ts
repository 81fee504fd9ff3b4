import {loadProject, pickService} from '../../container/machine/load-project.ts';
import type {ControlRequest} from '../state/control.ts';
import {settled, untilOver} from './bring-up.ts';
import {starting, startStanding} from './starting.ts';
import type {SupervisorContext} from './supervisor-context.ts';

/**
 * Starts a container of its own beside those of its service, and settles when it runs or has failed.
 *
 * @throws TsboxError for a spec that cannot be read.
 */
export async function runOneOff(
	context: SupervisorContext,
	{project, service: word, remove}: Extract<ControlRequest, {verb: 'run'}>,
	gone: AbortSignal,
): Promise<void> {
	const spec = await loadProject(project.spec);
	const service = pickService(spec, word);
	const those = await starting(context, gone, async stands => {
		const unit = context.make(service, {project, spec});
		await startStanding([unit], stands);
		return [unit];
	});
	await settled(context, those);
	if (!remove) return;
	// The request is answered before the container ends.
	void untilOver(context, [service.name], new AbortController().signal).then(async () => {
		for (const unit of those) await unit.remove();
		context.units.drop(service.name);
		context.bell.changed();
	});
}
