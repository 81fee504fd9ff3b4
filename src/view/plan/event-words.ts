import type {RunEvent} from '../../execute/event.ts';
import type {MemoryVictim} from '../../kernel/memory-victims.ts';
import {urlHost} from '../../network/address.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration, plural} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';

/** Events about the container, as opposed to a step or the run. */
export type ContainerEvent = Extract<RunEvent, {readonly type: `container.${string}` | `network.${string}`}>;

/** Whether an event is about the container. */
export function isContainerEvent(event: RunEvent): event is ContainerEvent {
	return /^(?:container|network)\./.test(event.type);
}

/** A carriage return before the first stop message, which overwrites the `^C` that the terminal echoes. */
export function behindKeys(event: RunEvent): string {
	return event.type === 'container.stopping' ? '\r' : '';
}

/** An event of the container in words: `demo is running (pid 1234), 23 steps in 41 ms`. */
export function containerWords(event: ContainerEvent, steps: number): string {
	const name = escapeText(event.name);
	switch (event.type) {
		case 'container.started':
			return `${name} is running (pid ${event.pid}), ${plural(steps, 'step')} in ${duration(event.ms)}`;
		case 'container.stopping':
			return `stopping ${name} with ${stopWords(event.signal, event.graceMs)}${event.signal === 'SIGKILL' ? '' : '; press Ctrl-C again to kill'}`;
		case 'container.oom':
			return event.first
				? `${name} was killed by the ${limitWords(event)} (peak ${bytes(event.peak)})`
				: `${event.killed === 1 ? 'a process' : `${event.killed} processes`} of ${name} ${event.killed === 1 ? 'was' : 'were'} killed by the ${limitWords(event)}${victimWords(event.victims)}`;
		case 'container.refused':
			return `seccomp refused ${escapeText(event.program)} (pid ${event.pid}) ${event.call}: ${event.answer}`;
		case 'network.refused':
			return `${name} ${refusalWords(event)}`;
		case 'container.exited':
			return event.signal === null
				? `${name} exited with status ${event.exitCode}`
				: `${name} was ended by ${event.signal}`;
	}
}

/** What an `egress` refused: `was refused 192.0.2.7:443/tcp, which its egress does not list`. */
export function refusalWords({
	address,
	port,
	protocol,
}: {
	readonly address: string;
	readonly port?: number;
	readonly protocol: string;
}): string {
	const to = port === undefined ? `${address} (${protocol})` : `${urlHost(address)}:${port}/${protocol}`;
	return `was refused ${to}, which its \`egress\` does not let out`;
}

function limitWords({limit}: Extract<RunEvent, {readonly type: 'container.oom'}>): string {
	return Number.isFinite(limit) ? `memory limit of ${bytes(limit)}` : 'kernel, which had no memory left';
}

/** The killed processes that are known, after a colon. */
export function victimWords(victims: readonly MemoryVictim[]): string {
	const words = victims.map(({pid, program}) => `${escapeText(program)} (pid ${pid})`);
	return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

/** A stop signal and its grace period: `SIGTERM (killed after 10 s)`. */
export function stopWords(signal: string, graceMs: number): string {
	return signal === 'SIGKILL' ? signal : `${signal} (killed after ${duration(graceMs)})`;
}
