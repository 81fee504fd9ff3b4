import {line} from '../../draw/line.ts';
import {type DetailTarget, type Pane, type PaneContext, scroller} from '../model/pane.ts';
import {plotWindows} from '../model/settings.ts';
import {statsTab} from '../../tabs/stats-tab.ts';

/** Plots of the resource use of a container. */
export function statsPane({history, settings, change}: PaneContext, {containers, row}: DetailTarget): Pane {
	const scroll = scroller();
	// If there are several containers, show the one at the cursor, or else the first.
	const name = row.kind === 'container' ? row.container.name : containers[0];
	const longer = (by: 1 | -1): void => {
		const at = plotWindows.findIndex(ms => ms === settings().windowMs) + by;
		const windowMs = plotWindows[at];
		if (windowMs !== undefined) change({windowMs});
	};
	return {
		draw: frame => {
			if (name === undefined) return {lines: [line('  there is no container', 'quiet')], status: ''};
			const windowMs = plotWindows.find(ms => ms === settings().windowMs) ?? plotWindows[0];
			const body = statsTab(history.samples(name, frame.now - windowMs - 2000), {windowMs}, frame);
			return {lines: scroll.window(body, frame.rows), status: scroll.status()};
		},
		move: scroll.move,
		perform: key => {
			if (key === 'window-longer') longer(1);
			else if (key === 'window-shorter') longer(-1);
			else return false;
			return true;
		},
		refresh: () => {},
		close: () => {},
	};
}
