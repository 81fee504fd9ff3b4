import {engineName} from '../../../container/machine/of-engine.ts';
import {messageOf} from '../../../errors/is-error.ts';
import {escapeText} from '../../../view/text/escape.ts';
import {line} from '../../draw/line.ts';
import {type DetailTarget, type Pane, type PaneContext, scroller} from '../model/pane.ts';
import {eventsTab} from '../../tabs/events-tab.ts';
import type {ProjectEvent} from '../../../project/state/event.ts';

/** The events of a project, or those of the service of a container. */
export function eventsPane({source, surround}: PaneContext, {project, row}: DetailTarget): Pane {
	const scroll = scroller();
	let feed: {readonly events: () => readonly ProjectEvent[]; readonly close: () => void} | undefined;
	let isClosed = false;
	let isAtEnd = true;
	let failure: string | undefined;
	if (project !== undefined)
		source.events(project, surround.changed).then(
			opened => {
				if (isClosed) return opened.close();
				feed = opened;
				surround.changed();
			},
			(error: unknown) => {
				failure = messageOf(error);
				surround.changed();
			},
		);
	const service = row.kind === 'container' ? row.container.service : row.kind === 'absent' ? row.service : undefined;
	// `web-2` is a replica of `web`, but `web-admin` is another service.
	const isMeant = (event: ProjectEvent): boolean =>
		service === undefined || event.service.replace(/-\d+$/, '') === service || event.service === service;
	return {
		draw: frame => {
			if (row.kind === 'container' && row.container.engine !== undefined)
				return {
					lines: [line(`  ${engineName(row.container.engine)} starts and stops it, and has its events`, 'quiet')],
					status: '',
				};
			if (project === undefined)
				return {
					lines: [line('  events are those of a detached project: it was started in the foreground', 'quiet')],
					status: '',
				};
			if (failure !== undefined) return {lines: [line(`  ${escapeText(failure)}`, 'warning')], status: ''};
			const body = eventsTab((feed?.events() ?? []).filter(isMeant), frame);
			if (isAtEnd) scroll.move(body.lines.length);
			const lines = scroll.window(
				isAtEnd ? {lines: body.lines, focus: body.lines.length - 1} : {lines: body.lines},
				frame.rows,
			);
			return {lines, status: scroll.status()};
		},
		move: by => {
			scroll.move(by);
			isAtEnd = by === 'last';
		},
		perform: () => false,
		refresh: () => {},
		close: () => {
			isClosed = true;
			feed?.close();
		},
	};
}
