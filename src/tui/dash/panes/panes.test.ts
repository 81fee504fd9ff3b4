import {describe, expect, test} from 'vitest';
import type {ProjectEvent} from '../../../project/state/event.ts';
import {detailOf} from '../model/detail.ts';
import {keyTable} from '../model/keys.ts';
import type {Pane} from '../model/pane.ts';
import {sheetAfter} from '../model/sheet.ts';
import type {DashSource} from '../model/source.ts';
import {tabNames} from '../model/tabs.ts';
import {sampleFrame, sampleNow} from '../../../../test/support/sample-frame.ts';
import {failedReport, startedReport} from '../../../../test/support/sample-report.ts';
import {movedCursor} from './asked-pane.ts';
import {log, ofAbsent, ofDemo, ofWeb, opened, settled} from '../../../../test/support/sample-pane.ts';

test('the pane of each tab handles every key of the tab', async () => {
	const all: Partial<DashSource> = {
		report: () => startedReport,
		logs: async () => log('one', 'two'),
		network: async () => Promise.reject(new Error('none')),
	};
	for (const {name, place} of keyTable) {
		const tab = tabNames.find(each => each === place);
		const {pane} = await opened(tab ?? 'logs', ofWeb, all);
		expect(pane.perform(name)).toBe(tab !== undefined);
		pane.close();
	}
});

describe('every tab', () => {
	test.each(tabNames)('%s shows text for missing targets and for errors', async tab => {
		for (const target of [ofAbsent, ofDemo, ofWeb]) {
			const {pane, text} = await opened(tab, target);
			for (const by of [1, -1, 'first', 'last', 'page-up', 'page-down'] as const) pane.move(by);
			pane.refresh('second');
			pane.refresh('change');
			await settled();
			expect(typeof text()).toBe('string');
			expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
			pane.close();
		}
	});
});

describe('requested data', () => {
	test('appears when it arrives, and an error is shown instead', async () => {
		let fails = false;
		const processes = async () => (fails ? Promise.reject(new Error('gone \u001b[2J')) : []);
		const {pane, text, seen} = await opened('processes', ofWeb, {processes});
		expect(seen.changes).toBe(1);
		expect(text()).not.toContain('asking');
		fails = true;
		pane.refresh('change');
		await settled();
		expect(text()).toBe('  gone \\x1b[2J');
	});

	test('is requested again after some seconds and on a change, but never twice at once or after closing', async () => {
		const asked: ((value: readonly []) => void)[] = [];
		const mounts = () => new Promise<readonly []>(resolve => void asked.push(resolve));
		const {pane, text} = await opened('mounts', ofWeb, {mounts});
		expect(text()).toBe('  asking');
		for (let second = 0; second < 5; second++) pane.refresh('second');
		pane.refresh('change');
		expect(asked).toHaveLength(1);
		asked[0]?.([]);
		await settled();
		pane.refresh('second');
		expect(asked).toHaveLength(2);
		asked[1]?.([]);
		await settled();
		pane.refresh('second');
		expect(asked).toHaveLength(2);
		pane.refresh('second');
		expect(asked).toHaveLength(3);
		pane.close();
		asked[2]?.([]);
		await settled();
		pane.refresh('change');
		expect(asked).toHaveLength(3);
	});

	test('drift is checked again on a key', async () => {
		let times = 0;
		const drift = async () => (times++, {differences: [], checked: 3, unchecked: []});
		const {pane} = await opened('drift', ofWeb, {drift});
		pane.perform('check-again');
		await settled();
		expect(times).toBe(2);
	});

	test('a cursor stays within its list', () => {
		expect([movedCursor(3, 'first', 9), movedCursor(3, 'last', 9), movedCursor(3, 'page-up', 9)]).toEqual([0, 9, 0]);
		expect([movedCursor(3, 'page-down', 9), movedCursor(3, -1, 9), movedCursor(9, 1, 9)]).toEqual([9, 2, 9]);
		expect(movedCursor(0, 1, -1)).toBe(0);
	});
});

describe('events', () => {
	const started = (service: string): ProjectEvent => ({type: 'service.started', at: sampleNow, service, pid: 1});
	const events = async () => ({
		events: () => [started('web'), started('web-2'), started('web-admin'), started('db')],
		close: () => {},
	});

	test('of a container include its replicas, but not a service with a longer name', async () => {
		const {text} = await opened('events', ofWeb, {events});
		expect(text()).toContain('web-2');
		expect(text()).not.toMatch(/web-admin|db/);
	});

	test('do not exist for a foreground container, which is shown', async () => {
		expect((await opened('events', ofDemo, {events})).text()).toContain('those of a detached project');
	});

	test('that cannot be read are replaced with the error', async () => {
		const {text, seen} = await opened('events', ofWeb);
		expect(text()).toBe('  no events');
		expect(seen.changes).toBe(1);
	});

	test('are closed if they arrive after closing', async () => {
		let closed = 0;
		let give: () => void = () => {};
		const feed = {events: () => [], close: () => void closed++};
		const {pane} = await opened('events', ofWeb, {
			events: () => new Promise(resolve => void (give = () => resolve(feed))),
		});
		pane.close();
		give();
		await settled();
		expect(closed).toBe(1);
	});
});

describe('the plan', () => {
	test('of a container shows its start, and follows a change', async () => {
		let report = startedReport;
		const {pane, text} = await opened('plan', ofWeb, {report: () => report});
		const before = text();
		report = {...failedReport, startedAt: 5000};
		pane.refresh('second');
		expect(text()).toBe(before);
		pane.refresh('change');
		expect(text()).not.toBe(before);
		expect(pane.copyText?.()).toEqual(expect.any(String));
	});

	test('of a missing service shows its last start, which failed', async () => {
		const asked: string[] = [];
		const failed = (project: string, service: string) => (asked.push(`${project}/${service}`), failedReport);
		const {text} = await opened('plan', ofAbsent, {failedReport: failed});
		expect(asked).toEqual(['shop/cache']);
		expect(text(80, 30)).toContain('could not start the first process');
		expect((await opened('plan', ofAbsent)).text()).toContain('no plan is kept');
	});
});

test('the time window of the plots ranges from a minute to an hour', async () => {
	const {pane, seen} = await opened('stats', ofWeb);
	for (let times = 0; times < 9; times++) pane.perform('window-longer');
	expect(seen.settings.windowMs).toBe(3_600_000);
	for (let times = 0; times < 9; times++) pane.perform('window-shorter');
	expect(seen.settings.windowMs).toBe(60_000);
});

test('typing changes the filter of the configuration, and Esc restores it', async () => {
	const config = async () => [];
	const {pane, seen} = await opened('config', ofWeb, {config});
	pane.perform('config-filter');
	const key = (name: string) => ({kind: 'key', key: name, text: name.length === 1 ? name : ''}) as const;
	const first = seen.sheet;
	if (first === undefined) throw new Error('nothing is asked');
	const second = sheetAfter(first, key('a'), () => []);
	expect(second).toMatchObject({text: 'a'});
	expect(second && sheetAfter(second, key('esc'), () => [])).toBeUndefined();
	pane.perform('config-filter');
	expect(seen.sheet).toMatchObject({text: ''});
});

describe('the detail', () => {
	const pane = (record: string[], name: string): Pane => ({
		draw: () => ({lines: [[{text: `${name}  `, tone: 'plain'}], [{text: 'x', tone: 'plain'}]], status: name}),
		move: by => void record.push(`${name} ${by}`),
		perform: key => key === 'follow',
		refresh: why => void record.push(`${name} ${why}`),
		close: () => void record.push(`${name} close`),
	});

	test('has the pane of one tab and target at a time, and keeps it while they are the same', () => {
		const record: string[] = [];
		const detail = detailOf((tab, target) => pane(record, `${tab} of ${target.containers.join()}`));
		expect(detail.lines(sampleFrame())).toEqual({lines: [], status: ''});
		expect([detail.perform('follow'), detail.copyText()]).toEqual([false, '']);
		detail.show(ofWeb, 'logs');
		detail.show({...ofWeb}, 'logs');
		detail.move(1);
		detail.refresh('second');
		detail.show(ofWeb, 'plan');
		detail.show(ofDemo, 'plan');
		detail.show(undefined, 'plan');
		detail.move(1);
		detail.close();
		expect(record).toEqual([
			'logs of shop-web 1',
			'logs of shop-web second',
			'logs of shop-web close',
			'plan of shop-web close',
			'plan of demo close',
		]);
	});

	test('copies the visible lines without trailing spaces, unless the pane has another text', () => {
		const detail = detailOf(() => pane([], 'name'));
		detail.show(ofWeb, 'logs');
		detail.lines(sampleFrame());
		expect(detail.copyText()).toBe('name\nx');
		const other = detailOf(() => ({...pane([], 'name'), copyText: () => 'a command'}));
		other.show(ofWeb, 'logs');
		expect(other.copyText()).toBe('a command');
	});
});
