import type {ProjectEvent} from '../../project/state/event.ts';
import type {Glyphs} from '../../view/text/glyphs.ts';
import {projectEventText} from '../../view/lists/project-event.ts';
import {escapeText} from '../../view/text/escape.ts';
import {type Body, type Frame, type Line, line, span, type Tone} from '../draw/line.ts';
import {dayOf, timeOfDay} from '../draw/local-time.ts';

/** The events of a project, newest last, with a date line at the start of each day. */
export function eventsTab(events: readonly ProjectEvent[], {glyphs}: Frame): Body {
	const lines: Line[] = [];
	let day = '';
	for (const event of events) {
		const text = projectEventText(event);
		if (text === undefined) continue;
		const its = dayOf(event.at);
		if (its !== day) lines.push(line(its, 'title'));
		day = its;
		const [sign, tone] = signOf(event, glyphs);
		lines.push([span(`${timeOfDay(event.at)} `, 'quiet'), span(`${sign} ${escapeText(text)}`, tone)]);
	}
	if (lines.length === 0) return {lines: [line('nothing has happened yet', 'quiet')]};
	return {lines, focus: lines.length - 1};
}

function signOf(event: ProjectEvent, glyphs: Glyphs): readonly [sign: string, tone: Tone] {
	switch (event.type) {
		case 'service.failed':
		case 'service.oom':
			return [glyphs.failed, 'failed'];
		case 'service.health':
			if (event.health === 'unhealthy') return [glyphs.failed, 'failed'];
			return event.health === 'healthy' ? [glyphs.done, 'ok'] : [glyphs.waiting, 'plain'];
		case 'service.exited':
			return event.exitCode === 0 ? [glyphs.waiting, 'plain'] : [glyphs.warning, 'warning'];
		case 'network.refused':
		case 'service.orphaned':
		case 'service.hook':
		case 'service.unrecorded':
		case 'service.restarting':
			return [glyphs.warning, 'warning'];
		case 'service.started':
		case 'service.unchanged':
			return [glyphs.done, 'ok'];
		case 'service.waiting':
		case 'service.changed':
		case 'service.stopping':
		case 'service.recorded':
		case 'service.removed':
		case 'service.ended':
		case 'service.step':
			return [glyphs.waiting, 'plain'];
	}
}
