import {TsboxError} from '../../errors/tsbox-error.ts';
import {callTrouble} from '../../step/calls/call-trouble.ts';
import type {Executor, Step} from '../../step/verbs/step.ts';
import type {PlanInput} from './input.ts';

/**
 * Who carries out the steps inside.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when calls are asked for and cannot be made.
 */
export function executorOf({executor, facts}: PlanInput, steps: readonly Step[]): Executor {
	if (executor === 'commands') return 'commands';
	const why = callTrouble(steps, facts);
	if (why === undefined) return 'calls';
	if (executor === 'auto') return 'commands';
	throw new TsboxError('E_HOST_UNSUPPORTED', 'this container cannot be made by system calls', {
		why,
		hint: 'leave `--executor calls` out: its steps are commands then',
	});
}
