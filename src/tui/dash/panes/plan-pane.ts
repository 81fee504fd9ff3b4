import {line} from '../../draw/line.ts';
import {type DetailTarget, type Pane, type PaneContext, scroller} from '../model/pane.ts';
import type {StartReport} from '../../../state/start-report.ts';
import {commandAt, planCursorMax, planCursorStart, planTab} from '../../tabs/plan-tab.ts';
import {movedCursor} from './asked-pane.ts';

/**
 * The plan of a container and the outcome of its start. A service without a container shows its last start, which
 * failed.
 */
export function planPane({source}: PaneContext, {row, containers, labels, project}: DetailTarget): Pane {
	const scroll = scroller();
	let report: StartReport | undefined;
	let cursor = 0;
	let folds = false;
	const read = (): void => {
		const next = startReportOf();
		// Another start has another initial cursor.
		if (next?.startedAt !== report?.startedAt) cursor = next === undefined ? 0 : planCursorStart(next);
		report = next;
	};
	function startReportOf(): StartReport | undefined {
		if (row.kind === 'absent') return source.failedReport(row.project, row.service);
		const name = row.kind === 'container' ? row.container.name : containers[0];
		const own = name === undefined ? undefined : source.report(name);
		// A container that ran before may have failed to start again.
		const [label] = labels;
		const failed = project === undefined || label === undefined ? undefined : source.failedReport(project, label);
		return (failed?.startedAt ?? 0) > (own?.startedAt ?? 0) ? failed : own;
	}
	read();
	return {
		draw: frame => {
			if (report === undefined)
				return {
					lines: [line('  no plan is kept: a compiled script keeps none, and a full disk costs it', 'quiet')],
					status: '',
				};
			const body = planTab(report, {cursor, opened: new Set(), folds}, frame);
			return {lines: scroll.window(body, frame.rows), status: scroll.status()};
		},
		move: by => {
			// The expanded step may be longer than the screen.
			if (by === 'page-up' || by === 'page-down') scroll.move(by);
			else if (report !== undefined) cursor = movedCursor(cursor, by, planCursorMax(report));
		},
		perform: name => {
			if (name === 'fold-steps') folds = !folds;
			return name === 'fold-steps';
		},
		refresh: why => {
			if (why === 'change') read();
		},
		copyText: () => (report === undefined ? undefined : commandAt(report, cursor)),
		close: () => {},
	};
}
