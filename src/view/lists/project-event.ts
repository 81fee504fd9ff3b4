import type {ProjectEvent} from '../../project/state/event.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../text/escape.ts';
import {refusalWords, stopWords, victimWords} from '../plan/event-words.ts';
import {duration} from '../text/duration.ts';

/** Each condition of `depends_on` in words. */
export const conditions: Readonly<Record<string, string>> = {
	service_started: 'has started',
	service_healthy: 'is healthy',
	service_completed_successfully: 'has completed successfully',
};

/** An event of a detached project as one line without a line end; undefined for an event that only `--json` prints. */
export function projectEventText(event: ProjectEvent): string | undefined {
	const {service} = event;
	switch (event.type) {
		case 'service.waiting':
			return `${service} waits until ${event.for} ${conditions[event.condition] ?? event.condition}`;
		case 'service.started':
			return `${service} is running (pid ${event.pid})`;
		case 'service.unchanged':
			return `${service} is up to date`;
		case 'service.changed':
			return `${service} is recreated${event.changes.length === 0 ? '' : `: ${event.changes.join(', ')} changed`}`;
		case 'service.orphaned':
			return `warning: ${service} is an orphan, as the spec has no such service; \`tsbox rm ${event.project} ${service}\` or \`up --remove-orphans\` removes it`;
		case 'service.health':
			return `${service} is ${event.health}${event.health === 'unhealthy' ? lastLine(event.output) : ''}`;
		case 'service.exited':
			return `${service} exited with status ${event.exitCode}${event.oomKilled ? ', and ran out of memory' : ''}`;
		case 'service.oom':
			return `${service} ran out of memory: the kernel killed ${event.killed === 1 ? 'a process' : `${event.killed} processes`}${Number.isFinite(event.limit) ? ` at ${bytes(event.limit)}` : ''}${victimWords(event.victims)}`;
		case 'network.refused':
			return `${service} ${refusalWords(event)}`;
		case 'service.recorded':
			return `${service} is recorded as ${event.id}; the record holds the environment and all secrets`;
		case 'service.unrecorded':
			return `warning: ${service} could not be recorded: ${escapeText(event.message)}`;
		case 'service.hook':
			return `${service}: ${escapeText(event.message)}`;
		case 'service.restarting':
			return `${service} restarts in ${duration(event.ms)} (restart ${event.count})`;
		case 'service.failed':
			return `${service} did not start: ${escapeText(event.message)}${lastLine(event.output)}`;
		case 'service.stopping':
			return `stopping ${service} with ${stopWords(event.signal, event.graceMs)}`;
		case 'service.removed':
			return `${service} is removed`;
		case 'service.step':
			return event.event.type === 'warning' ? `warning: ${service}: ${escapeText(event.event.text)}` : undefined;
		case 'service.ended':
			return undefined;
	}
}

/** The last line of a command's output, after a colon. nft(8) underlines what is wrong on a line of its own. */
function lastLine(output = ''): string {
	const line =
		output
			.split('\n')
			.findLast(each => /[^\s~^]/.test(each))
			?.trim() ?? '';
	return line === '' ? '' : `: ${escapeText(line)}`;
}
