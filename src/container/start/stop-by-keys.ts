import type {Machine} from '../machine/machine.ts';
import type {PlannedUpRequest} from './up-request.ts';
import {callerOutput} from '../../host/programs/stdio.ts';
import {ignoresInterrupt} from '../../kernel/ignores-interrupt.ts';
import type {StartedContainer} from '../../execute/execute-context.ts';
import {terminalKeys} from '../../execute/terminal/terminal-keys.ts';
import {usualDetachKeys} from '../../spec/values/detach-keys.ts';
import type {ContainerRecord} from '../../state/record.ts';

const interrupt = 3;

/**
 * Lets a user stop a container from its terminal, where every key goes to the container. The third Ctrl-C that the container
 * ignores, or the detach keys typed twice, stop it like a signal to tsbox. Detaching is impossible, since this process owns
 * the terminal and waits for the exit status. Returns the request with these stops, and the function that receives typed keys.
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
			// The cursor may stand behind output of the container.
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
