import type {ProjectEvent} from '../supervise/event.ts';
import {escapeText} from './escape.ts';
import {duration} from './duration.ts';

const conditions: Readonly<Record<string, string>> = {
	service_started: 'has started',
	service_healthy: 'is healthy',
	service_completed_successfully: 'has completed successfully',
};

/** An event of a detached project as a line for people, without a line end; undefined for what only machines want. */
export function projectEventText(event: ProjectEvent): string | undefined {
	const {service} = event;
	switch (event.type) {
		case 'service.waiting':
			return `${service} waits until ${event.for} ${conditions[event.condition] ?? event.condition}`;
		case 'service.started':
			return `${service} is running (pid ${event.pid})`;
		case 'service.unchanged':
			return `${service} is running as the spec has it`;
		case 'service.changed':
			return `${service} is made anew: ${event.changes.join(', ')} changed`;
		case 'service.health':
			return `${service} is ${event.health}${event.health === 'unhealthy' && event.output.trim() !== '' ? `: ${escapeText(event.output.trim().split('\n').at(-1) ?? '')}` : ''}`;
		case 'service.exited':
			return `${service} exited with status ${event.exitCode}`;
		case 'service.restarting':
			return `${service} is started again in ${duration(event.ms)} (restart ${event.count})`;
		case 'service.failed':
			return `${service} did not start: ${escapeText(event.message)}`;
		case 'service.stopping':
			return `${service} is stopped with ${event.signal}`;
		case 'service.removed':
			return `${service} is removed`;
		case 'service.step':
			return undefined;
	}
}
