import {expect, test} from 'vitest';
import {glyphs} from '../../view/text/glyphs.ts';
import {failedRun, sampleRun} from '../../../test/support/sample-run.ts';
import {theme} from '../../view/text/theme.ts';
import {type Drawing, deferredView} from './deferred-view.ts';

/** A deferred view whose clock and loading the test controls. */
function trial() {
	const seen: string[] = [];
	let isLate: (() => void) | undefined;
	let loaded: ((open: () => Drawing) => void) | undefined;
	const view = deferredView({
		glyphs: glyphs({LANG: 'C.UTF-8'}),
		theme: theme(false),
		print: text => void (text === '' || seen.push(text)),
		after: (_, callback) => {
			isLate = callback;
			return () => {
				isLate = undefined;
			};
		},
		load: () => {
			seen.push('(load)');
			return new Promise(resolve => {
				loaded = resolve;
			});
		},
	});
	const finishLoading = async () => {
		loaded?.(() => {
			seen.push('(open)');
			return {
				update: state =>
					void seen.push(`(draw ${state.steps.filter(step => step.state.status === 'done').length} done)`),
				close: () => void seen.push('(close)'),
			};
		});
		await Promise.resolve();
	};
	return {view, seen, makeLate: () => isLate?.(), finishLoading};
}

const running = '✔ demo is running (pid 1234), 3 steps in 1 s (--plain shows each)\n';
const warning = '! warning: no swap accounting on this kernel\n';

test('a quick start never loads the view and prints one line', () => {
	const {view, seen, makeLate} = trial();
	for (const event of sampleRun.slice(0, 13)) view.emit(event);
	makeLate();
	view.close();
	expect(seen).toEqual([warning, running]);
});

test('a slow start draws all events so far, and the view closes before the container is announced', async () => {
	const {view, seen, makeLate, finishLoading} = trial();
	for (const event of sampleRun.slice(0, 4)) view.emit(event);
	makeLate();
	view.emit(sampleRun[6] as (typeof sampleRun)[number]);
	await finishLoading();
	for (const event of sampleRun.slice(12)) view.emit(event);
	view.close();
	expect(seen).toEqual(['(load)', '(open)', '(draw 1 done)', '(close)', running, 'demo exited with status 0\n']);
});

test('a view that is loaded too late is never opened', async () => {
	const {view, seen, makeLate, finishLoading} = trial();
	makeLate();
	for (const event of sampleRun.slice(0, 13)) view.emit(event);
	await finishLoading();
	view.close();
	expect(seen).toEqual(['(load)', warning, running]);
});

test('a failed start closes the view and prints no message of its own', async () => {
	const {view, seen, makeLate, finishLoading} = trial();
	makeLate();
	await finishLoading();
	for (const event of failedRun) view.emit(event);
	view.close();
	view.close();
	expect(seen.slice(-2)).toEqual(['(close)', warning]);
});
