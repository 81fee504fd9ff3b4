import type {RunEvent} from '../../execute/event.ts';
import type {MemoryVictim} from '../../kernel/memory-victims.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration, plural} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';

/** The events that are about the container and not about a step. */
export type ContainerEvent = Extract<RunEvent, {readonly type: `container.${string}`}>;

/** Tells an event about the container from one about a step or the run. */
export function isContainerEvent(event: RunEvent): event is ContainerEvent {
	return event.type.startsWith('container.');
}

/** On a terminal, what puts the words of an event over the `^C` that it shows for the key that was pressed. */
export function behindKeys(event: RunEvent): string {
	return event.type === 'container.stopping' ? '\r' : '';
}

/** What happened to the container, in words: `demo is running (pid 1234), 23 steps in 41 ms`. */
export function containerWords(event: ContainerEvent, steps: number): string {
	const name = escapeText(event.name);
	switch (event.type) {
		case 'container.started':
			return `${name} is running (pid ${event.pid}), ${plural(steps, 'step')} in ${duration(event.ms)}`;
		case 'container.stopping':
			return `stopping ${name} with ${stopWords(event.signal, event.graceMs)}${event.signal === 'SIGKILL' ? '' : '; Ctrl-C once more kills'}`;
		case 'container.oom':
			return event.first
				? `${name} was killed by the ${limitWords(event)} (peak ${bytes(event.peak)})`
				: `${event.killed === 1 ? 'a process' : `${event.killed} processes`} of ${name} ${event.killed === 1 ? 'was' : 'were'} killed by the ${limitWords(event)}${victimWords(event.victims)}`;
		case 'container.refused':
			return `seccomp refused ${escapeText(event.program)} (pid ${event.pid}) ${event.call}: ${event.answer}`;
		case 'container.exited':
			return event.signal === null
				? `${name} exited with status ${event.exitCode}`
				: `${name} was ended by ${event.signal}`;
	}
}

function limitWords({limit}: Extract<RunEvent, {readonly type: 'container.oom'}>): string {
	return Number.isFinite(limit) ? `memory limit of ${bytes(limit)}` : 'kernel, which had no memory left';
}

/** Who was killed for memory, behind a colon, as far as that is known. */
export function victimWords(victims: readonly MemoryVictim[]): string {
	const words = victims.map(({pid, program}) => `${escapeText(program)} (pid ${pid})`);
	return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

/** What something is stopped with: `SIGTERM (killed after 10 s)`. */
export function stopWords(signal: string, graceMs: number): string {
	return signal === 'SIGKILL' ? signal : `${signal} (killed after ${duration(graceMs)})`;
}
