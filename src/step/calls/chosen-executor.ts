import {TsboxError} from '../../errors/tsbox-error.ts';
import type {ExecutorChoice} from '../../spec/config/executors.ts';
import type {Executor} from '../verbs/step.ts';

/**
 * Who carries out the steps inside.
 *
 * @param trouble - why calls cannot be made, or undefined
 * @throws TsboxError E_HOST_UNSUPPORTED when calls are asked for and cannot be made.
 */
export function chosenExecutor(choice: ExecutorChoice, trouble: () => string | undefined): Executor {
	if (choice === 'commands') return 'commands';
	const why = trouble();
	if (why === undefined) return 'calls';
	if (choice === 'auto') return 'commands';
	throw new TsboxError('E_HOST_UNSUPPORTED', 'this container cannot be made or entered by system calls', {
		why,
		hint: 'leave `--executor calls` out: commands do it then',
	});
}
