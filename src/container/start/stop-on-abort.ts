import type {Machine} from '../machine/machine.ts';
import type {PlannedUpRequest} from './up-request.ts';
import {signalOf} from '../../errors/interruption.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {after} from '../../host/timer.ts';
import type {StartedContainer} from '../../execute/execute-context.ts';
import {killCgroup} from '../../execute/undo.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {CgroupKill} from '../../step/verbs/cgroups.ts';
import {signalNumbers} from '../machine/exit-code.ts';
import {runPreStopHooks} from '../enter/hooks.ts';

/**
 * Stops a running container when the request is aborted: `pre_stop`, the stop signal, and a kill of all processes after the
 * grace period, or at once when forced. Returns a function that cancels this.
 */
export function stopOnAbort(
	machine: Machine,
	record: ContainerRecord,
	started: StartedContainer,
	kill: CgroupKill,
	request: PlannedUpRequest,
): () => void {
	const {host} = machine;
	const late = new AbortController();
	let callOff = (): void => {};
	const end = (): void => {
		late.abort();
		killCgroup(host, kill);
		signalProcess(host, started.process, 'SIGKILL');
	};
	const stop = async (): Promise<void> => {
		const told = signalOf(request.signal);
		// `up` stops the container as its spec says; `run` stands for the command and forwards the signal.
		const signal = (request.verb === 'run' && told in signalNumbers ? told : record.stopSignal) as NodeJS.Signals;
		request.emit({type: 'container.stopping', at: host.now(), name: record.name, signal, graceMs: record.stopGraceMs});
		callOff = after(record.stopGraceMs, end);
		if (request.verb === 'up')
			await runPreStopHooks(machine, record, late.signal, text =>
				request.emit({type: 'warning', at: host.now(), text}),
			);
		signalProcess(host, started.process, signal);
	};
	const onAbort = (): void => void stop();
	if (request.signal.aborted) onAbort();
	else request.signal.addEventListener('abort', onAbort, {once: true});
	if (request.force.aborted) end();
	else request.force.addEventListener('abort', end, {once: true});
	return () => {
		callOff();
		late.abort();
		request.signal.removeEventListener('abort', onAbort);
		request.force.removeEventListener('abort', end);
	};
}
