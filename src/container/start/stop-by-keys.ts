import type {Machine} from '../machine/machine.ts';
import type {PlannedUpRequest} from './up-request.ts';
import {callerOutput} from '../../host/programs/stdio.ts';
import {ignoresInterrupt} from '../../kernel/ignores-interrupt.ts';
import type {StartedContainer} from '../../execute/execute-context.ts';
import {terminalKeys} from '../../execute/terminal-keys.ts';
import {usualDetachKeys} from '../../spec/values/detach-keys.ts';
import type {ContainerRecord} from '../../state/record.ts';

const interrupt = 3;

/**
 * A way out for whoever sits at the container's terminal, where each key goes to the container: a third Ctrl-C that nobody
 * there makes use of, or the detach keys twice, stop it as a signal to tsbox would. It can't be left running: its terminal
 * and its end are this process's. Gives the request with these stops in it, and what is to be told of each key.
 */
export function stopByKeys<Request extends Pick<PlannedUpRequest, 'signal' | 'force' | 'emit' | 'stdio' | 'tty'>>(
	{host, facts, detachKeys = usualDetachKeys}: Machine,
	{name, cgroups}: ContainerRecord,
	started: StartedContainer,
	request: Request,
): {readonly request: Request; readonly typed?: (bytes: Uint8Array) => void} {
	if (!request.tty) return {request};
	const stop = new AbortController();
	const force = new AbortController();
	const signal = AbortSignal.any([request.signal, stop.signal]);
	const watch = terminalKeys({
		detachKeys,
		deaf: () => ignoresInterrupt(host, facts, started.process, cgroups),
		does: `stops it, or \`tsbox down ${name}\` from elsewhere`,
		beforeLeaving: keys =>
			`${name} ends with this command: ${keys} once more stops it; \`tsbox up -d\` starts one that can be left running`,
		say: text => {
			// Behind what the container has on the line.
			callerOutput(request.stdio.stdout).write('\n');
			request.emit({type: 'warning', at: host.now(), text});
		},
		leave: () => stop.abort('keys'),
	});
	return {
		request: {...request, signal, force: AbortSignal.any([request.force, force.signal])},
		typed: bytes => {
			if (!signal.aborted) watch(bytes);
			else if (bytes.includes(interrupt)) force.abort('keys');
		},
	};
}
