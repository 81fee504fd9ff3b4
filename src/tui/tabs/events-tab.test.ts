import {expect, test} from 'vitest';
import type {ProjectEvent} from '../../project/state/event.ts';
import {eventsTab} from './events-tab.ts';
import {plainText, sampleFrame, textsIn} from '../../../test/support/sample-frame.ts';

const noon = new Date(2026, 4, 12, 12, 0, 0).getTime();
const midnight = new Date(2026, 4, 13, 0, 0, 1).getTime();

const events: readonly ProjectEvent[] = [
	{type: 'service.waiting', at: noon, service: 'web', for: 'db', condition: 'service_healthy'},
	{type: 'service.health', at: noon + 500, service: 'db', health: 'healthy', output: ''},
	{type: 'service.started', at: noon + 1000, service: 'web', pid: 1234},
	{type: 'service.oom', at: midnight, service: 'web', killed: 1, limit: 2 ** 20, victims: []},
	{type: 'service.exited', at: midnight, service: 'web', exitCode: 137, oomKilled: true},
	{type: 'service.ended', at: midnight, service: 'web', exitCode: 137},
	{type: 'service.failed', at: midnight + 60_000, service: 'web', message: 'no \u001b[2Jmemory'},
];

test('events are lines with their time, and a date line starts each day', () => {
	const body = eventsTab(events, sampleFrame());
	expect(plainText(body.lines)).toMatchInlineSnapshot(`
		"2026-05-12
		12:00:00 · web waits until db is healthy
		12:00:00 ✔ db is healthy
		12:00:01 ✔ web is running (pid 1234)
		2026-05-13
		00:00:01 ✘ web ran out of memory: the kernel killed a process at 1 MiB
		00:00:01 ! web exited with status 137, and ran out of memory
		00:01:01 ✘ web did not start: no \\x1b[2Jmemory"
	`);
	expect(body.focus).toBe(7);
	expect(textsIn(body.lines, 'failed')).toHaveLength(2);
});

test('without a UTF-8 locale the signs are ASCII', () => {
	expect(plainText(eventsTab(events, sampleFrame(80, 24, 'C')).lines)).toMatch(/^[\n\x20-\x7e]*$/);
});

test('before the first event there is a message', () => {
	expect(plainText(eventsTab([], sampleFrame()).lines)).toBe('nothing has happened yet');
});
