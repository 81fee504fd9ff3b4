import {stdin, stdout} from 'node:process';
import type {ShownRun} from '../../records/show-run.ts';
import {escapeText} from '../../view/text/escape.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {stepViews} from '../../view/records/step-views.ts';
import {paint, type ThemeName} from '../draw/palette.ts';
import {measure} from '../draw/width.ts';
import {painter} from '../terminal/painter.ts';
import {ownTerminal} from '../terminal/terminal.ts';
import {afterKey, atBegin, scrubberLines} from './scrubber.ts';

/** Settings of {@link scrubSteps}. */
export interface ScrubOptions {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly theme: ThemeName;
	/** Closes it. */
	readonly signal: AbortSignal;
}

/** Shows the steps of a recorded start on the terminal of this process, one at a time, until the user leaves or the signal aborts. */
export async function scrubSteps(shown: ShownRun, {env, theme, signal}: ScrubOptions): Promise<void> {
	if (!('fd' in stdout)) return;
	const views = stepViews(shown);
	const name = `${escapeText(shown.run.name)}, run ${shown.run.id}`;
	const signs = glyphs(env);
	let place = atBegin;
	// While the shell has the terminal after Ctrl-Z, nothing else would keep the process from ending: a signal handler does not.
	const alive = setInterval(() => {}, 1_000_000);
	await new Promise<void>(resolve => {
		const draw = (): void => {
			const frame = {...terminal.size(), now: Date.now(), glyphs: signs, width: measure};
			const {lines, top} = scrubberLines(views, place, name, frame);
			place = {...place, top};
			view.show(lines.map(each => paint(each, theme)).join('\n'));
		};
		const redraw = (): void => {
			view.forget();
			draw();
		};
		const terminal = ownTerminal(stdin, stdout, {
			input: input => {
				if (input.kind !== 'key') return;
				if (['q', 'esc', 'ctrl-c'].includes(input.key)) return leave();
				if (input.key === 'ctrl-z') return void terminal.suspend();
				if (input.key === 'ctrl-l') return redraw();
				place = afterKey(place, input.key, views.length, terminal.size().rows) ?? place;
				draw();
			},
			resized: redraw,
			lent: () => {},
			regained: redraw,
		});
		const view = painter(terminal.write, () => terminal.size().rows);
		const leave = (): void => {
			signal.removeEventListener('abort', leave);
			clearInterval(alive);
			terminal.close();
			resolve();
		};
		signal.addEventListener('abort', leave, {once: true});
		if (signal.aborted) leave();
		else draw();
	});
}
