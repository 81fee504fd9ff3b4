import type {Readable} from 'node:stream';
import type {Machine} from '../container/machine/machine.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {OciScheduler} from '../oci/config.ts';
import {bundleProgram} from '../step/calls/bundle-program.ts';
import {callRow} from '../step/calls/call.ts';
import {enteringProgram} from '../step/calls/executor.ts';
import {schedulerCall} from '../step/calls/scheduling-calls.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';

/**
 * Sets the scheduler of a process that waits at the gate of a container, from outside. It has no right to it itself any more, and would not
 * have inherited SCHED_DEADLINE.
 *
 * @throws TsboxError E_STEP_FAILED when the kernel refuses it.
 */
export async function scheduleProcess({host, facts}: Machine, pid: number, scheduler: OciScheduler): Promise<void> {
	const row = callRow(schedulerCall(scheduler, pid));
	const program = enteringProgram(facts.kernel.arch, new Set(['set_scheduler']), bundleProgram);
	const running = host.start([...(hostToolWords(facts, 'perl') ?? ['perl']), '-e', program, row], {
		stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
	});
	let said = '';
	for await (const text of (running.pipes[3] as Readable).setEncoding('utf8')) said += text as string;
	const {exitCode} = await running.ended;
	if (exitCode === 0) return;
	throw new TsboxError('E_STEP_FAILED', `could not schedule the process by ${scheduler.policy}`, {
		output: said.trim(),
		hint: 'see sched(7), and `process.scheduler`',
	});
}
