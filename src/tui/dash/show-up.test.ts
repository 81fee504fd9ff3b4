import {describe, expect, test} from 'vitest';
import {signalOf} from '../../errors/interruption.ts';
import type {ProjectEvent} from '../../project/state/event.ts';
import type {Input} from '../terminal/input.ts';
import {plainText, sampleFrame} from '../../../test/support/sample-frame.ts';
import {handleInput} from './handle-input.ts';
import {sampleDashboard} from '../../../test/support/fake-dashboard.ts';
import {showUp} from './show-up.ts';

const key = (name: string): Input => ({kind: 'key', key: name, text: name.length === 1 ? name : ''});
const settled = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));

/** An `up` that runs until the test ends it. */
function begun() {
	const {dashboard, record} = sampleDashboard();
	let emit: (event: ProjectEvent) => void = () => {};
	let signal: AbortSignal | undefined;
	let end: (error?: Error) => void = () => {};
	showUp(dashboard, {
		project: 'shop',
		services: ['db', 'web'],
		run: (hear, stop) => {
			emit = hear;
			signal = stop;
			return new Promise<void>((resolve, reject) => {
				end = error => (error === undefined ? resolve() : reject(error));
			});
		},
	});
	const {model} = dashboard;
	return {
		dashboard,
		record,
		model,
		press: (...keys: readonly string[]) => {
			for (const one of keys) handleInput(dashboard, key(one));
		},
		hear: (event: ProjectEvent) => emit(event),
		over: async (error?: Error) => {
			end(error);
			await settled();
		},
		reason: () => (signal?.aborted === true ? signalOf(signal) : undefined),
		title: () => model.sheet?.title,
		text: () => (model.sheet?.kind === 'text' ? plainText(model.sheet.lines(sampleFrame())) : undefined),
	};
}

const started: ProjectEvent = {type: 'service.started', at: 0, service: 'db', pid: 1};
const failed: ProjectEvent = {type: 'service.failed', at: 0, service: 'web', message: 'no image'};

test('progress is shown over the dashboard until everything runs', async () => {
	const up = begun();
	expect(up.title()).toBe('up shop (q leaves or stops)');
	up.hear(started);
	expect(up.text()).toContain('db        running');
	await up.over();
	expect(up.model.sheet).toBeUndefined();
	expect(up.model.notice).toEqual({text: 'up shop: 1 service runs, in 0 ms', isError: false});
});

test('scrolling in the meantime changes nothing', async () => {
	const up = begun();
	up.press('j', 'down');
	await up.over();
	expect(up.model.sheet).toBeUndefined();
});

describe('a failure stays on the screen until the user has seen it', () => {
	test('of a service', async () => {
		const up = begun();
		up.press('down');
		up.hear(failed);
		await up.over();
		expect(up.title()).toBe('up shop: web did not start (Enter goes to the dashboard)');
		expect(up.text()).toContain('no image');
		up.press('enter');
		expect(up.model.sheet).toBeUndefined();
	});

	test('of the whole start', async () => {
		const up = begun();
		await up.over(new Error('the supervisor is gone'));
		expect(up.title()).toBe('up shop: the supervisor is gone (Enter goes to the dashboard)');
	});

	test('even if the user went to the dashboard', async () => {
		const up = begun();
		up.press('q', 'down', 'enter');
		expect(up.model.sheet).toBeUndefined();
		up.hear(failed);
		await up.over();
		expect(up.title()).toContain('web did not start');
	});

	test('but does not replace another sheet: it is announced, and can be shown', async () => {
		const up = begun();
		up.press('q');
		up.hear(failed);
		await up.over();
		expect(up.title()).toBe('shop is still being started');
		expect(up.model.notice).toEqual({text: 'up shop: web did not start', isError: true});
		up.press('enter');
		expect(up.title()).toContain('web did not start');
	});
});

describe('q asks what to do', () => {
	test.each(['q', 'esc', 'ctrl-c', 'enter'])('%s', pressed => {
		const up = begun();
		up.press(pressed);
		expect(up.title()).toBe('shop is still being started');
		expect(up.reason()).toBeUndefined();
	});

	test('watch again', () => {
		const up = begun();
		up.press('q', 'enter');
		expect(up.title()).toBe('up shop (q leaves or stops)');
	});

	test('leave the start to its supervisor', async () => {
		const up = begun();
		up.press('q', 'd', 'e', 't', 'enter');
		expect([up.reason(), up.record.done, up.record.ran]).toEqual(['SIGINT', ['leave'], []]);
		await up.over(new Error('aborted'));
		expect(up.model.notice).toBeUndefined();
	});

	test('stop everything', async () => {
		const up = begun();
		up.press('q', 's', 't', 'o', 'p', 'enter');
		await settled();
		expect([up.reason(), up.record.done, up.record.ran]).toEqual(['SIGINT', [], [['down', 'shop']]]);
	});
});
