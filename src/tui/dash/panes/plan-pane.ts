import {line} from '../../draw/line.ts';
import {type DetailTarget, type Pane, type PaneDesk, scroller} from '../model/pane.ts';
import type {StartStory} from '../../../state/start-story.ts';
import {commandAt, planCursorMax, planCursorStart, planTab} from '../../tabs/plan-tab.ts';
import {movedCursor} from './asked-pane.ts';

/** The plan of a container and how its start went; of one that is not there, its last start, which failed. */
export function planPane({source}: PaneDesk, {row, containers, labels, project}: DetailTarget): Pane {
	const scroll = scroller();
	let story: StartStory | undefined;
	let cursor = 0;
	let folds = false;
	const read = (): void => {
		const next = storyOf();
		// Another start has its own first place.
		if (next?.startedAt !== story?.startedAt) cursor = next === undefined ? 0 : planCursorStart(next);
		story = next;
	};
	function storyOf(): StartStory | undefined {
		if (row.kind === 'absent') return source.failedStory(row.project, row.service);
		const name = row.kind === 'container' ? row.container.name : containers[0];
		const own = name === undefined ? undefined : source.story(name);
		// One that ran before may have failed to start again.
		const [label] = labels;
		const failed = project === undefined || label === undefined ? undefined : source.failedStory(project, label);
		return (failed?.startedAt ?? 0) > (own?.startedAt ?? 0) ? failed : own;
	}
	read();
	return {
		draw: frame => {
			if (story === undefined)
				return {
					lines: [line('  no plan is kept: a compiled script keeps none, and a full disk costs it', 'quiet')],
					status: '',
				};
			const body = planTab(story, {cursor, opened: new Set(), folds}, frame);
			return {lines: scroll.window(body, frame.rows), status: scroll.status()};
		},
		move: by => {
			// What is open may be longer than the screen.
			if (by === 'page-up' || by === 'page-down') scroll.move(by);
			else if (story !== undefined) cursor = movedCursor(cursor, by, planCursorMax(story));
		},
		perform: name => {
			if (name === 'fold-steps') folds = !folds;
			return name === 'fold-steps';
		},
		refresh: why => {
			if (why === 'change') read();
		},
		copyText: () => (story === undefined ? undefined : commandAt(story, cursor)),
		close: () => {},
	};
}
