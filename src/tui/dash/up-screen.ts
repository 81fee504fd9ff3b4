import {escapeText} from '../../view/text/escape.ts';
import {duration} from '../../view/text/duration.ts';
import {type Frame, type Line, line, span, type Tone} from '../draw/line.ts';
import {fitText} from '../draw/fit.ts';
import {type LineRole, progressLines} from '../progress/progress-lines.ts';
import type {UpService, UpState} from './up-state.ts';

const tones: Readonly<Record<LineRole, Tone>> = {
	title: 'strong',
	done: 'ok',
	running: 'accent',
	waiting: 'quiet',
	failed: 'failed',
	undone: 'warning',
	command: 'command',
	output: 'plain',
	warning: 'warning',
};

/** The last lines of what a failed command said. */
const saidLines = 8;

/**
 * An `up` as lines: each service with what it waits for; the steps of those that start, phases that are over in a line each;
 * a step that failed is open, with what its tool said; one that is unhealthy has what its check said.
 */
export function upLines(state: UpState, frame: Frame): readonly Line[] {
	const name = Math.min(24, Math.max(8, ...state.map(({service}) => frame.width(escapeText(service)))));
	return state.flatMap(one => serviceLines(one, name, frame));
}

function serviceLines(one: UpService, name: number, frame: Frame): readonly Line[] {
	const [sign, tone] = signOf(one, frame);
	const words = [stateWords(one), one.health, one.note]
		.filter(text => text !== '')
		.map(escapeText)
		.join(', ');
	const head: Line = [
		span(` ${sign} `, tone),
		span(fitText(escapeText(one.service), name, frame), 'strong'),
		span(`  ${words}`, tone),
	];
	const isStart = one.status === 'starting' || one.status === 'failed';
	if (!isStart && one.health !== 'unhealthy') return [head];
	const said =
		one.output.trim() === '' || one.start.outcome === 'failed' ? [] : one.output.trim().split('\n').slice(-saidLines);
	return [
		head,
		...(isStart ? stepLines(one, frame) : []),
		...said.map(text => line(`     ${escapeText(text)}`)),
		...(one.hint === '' ? [] : [line(`     hint: ${escapeText(one.hint)}`, 'accent')]),
	];
}

/** Of one that waits its note says it all. */
function stateWords({status, note}: UpService): string {
	if (status === 'idle') return 'not started yet';
	return status === 'waiting' && note !== '' ? '' : status;
}

/** The steps without the line that says how many there are: that is the service's own. */
function stepLines({start}: UpService, frame: Frame): readonly Line[] {
	if (start.steps.length === 0) return [];
	const {now, glyphs} = frame;
	const lines = progressLines(start, {rows: Number.POSITIVE_INFINITY, now, tick: Math.floor(now / 1000), glyphs}).slice(
		1,
	);
	return lines.map(
		({role, text, aside}): Line => [span(`   ${text}`, tones[role]), span(aside === '' ? '' : `  ${aside}`, 'quiet')],
	);
}

function signOf({status, health, isGood}: UpService, {glyphs, now}: Frame): readonly [string, Tone] {
	switch (status) {
		case 'running':
		case 'unchanged':
			return health === 'unhealthy'
				? [glyphs.failed, 'failed']
				: health === 'starting'
					? [glyphs.waiting, 'accent']
					: [glyphs.done, 'ok'];
		case 'starting':
		case 'restarting':
			return [glyphs.spinner[Math.floor(now / 1000) % glyphs.spinner.length] ?? glyphs.waiting, 'accent'];
		case 'failed':
			return [glyphs.failed, 'failed'];
		case 'exited':
			return isGood ? [glyphs.done, 'ok'] : [glyphs.warning, 'warning'];
		case 'waiting':
		case 'idle':
			return [glyphs.waiting, 'quiet'];
	}
}

/** What came of it, in words: `5 services run, in 3.2 s`. */
export function upSummary(state: UpState, ms: number): string {
	const failed = state.filter(({status}) => status === 'failed');
	if (failed.length > 0) return `${failed.map(({service}) => service).join(', ')} did not start`;
	const running = state.filter(({status}) => status === 'running' || status === 'unchanged').length;
	return `${running === 1 ? '1 service runs' : `${running} services run`}, in ${duration(ms)}`;
}
