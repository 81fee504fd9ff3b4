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

/** Last lines of the output of a failed command. */
const saidLines = 8;

/**
 * The lines of an `up`: each service with its status, and the steps of starting services with one line per finished
 * phase. A failed step is expanded with the output of its tool. An unhealthy service has the output of its health
 * check.
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

/** The note of a waiting service already says its status. */
function stateWords({status, note}: UpService): string {
	if (status === 'idle') return 'not started yet';
	return status === 'waiting' && note !== '' ? '' : status;
}

/** The steps without their title, because the line of the service replaces it. */
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

/** The result of an `up`: `5 services run, in 3.2 s`. */
export function upSummary(state: UpState, ms: number): string {
	const failed = state.filter(({status}) => status === 'failed');
	if (failed.length > 0) return `${failed.map(({service}) => service).join(', ')} did not start`;
	const running = state.filter(({status}) => status === 'running' || status === 'unchanged').length;
	return `${running === 1 ? '1 service runs' : `${running} services run`}, in ${duration(ms)}`;
}
