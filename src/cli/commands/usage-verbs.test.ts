import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const header = 'NAME  CPU %';

test('stats prints one table per sample of the named containers, separated by an empty line', async () => {
	const {status, out, calls} = await tsbox('stats demo web');
	expect(status).toBe(0);
	expect(calls[1]).toMatchObject(['stats', ['demo', 'web'], {}]);
	const tables = out.split('\n\n');
	expect(tables).toHaveLength(2);
	for (const table of tables) expect(table.startsWith(header)).toBe(true);
	expect(out).not.toContain('\x1b');
});

test('stats --no-stream ends after the first sample', async () => {
	expect((await tsbox('stats --no-stream')).out.split(header)).toHaveLength(2);
	expect(JSON.parse((await tsbox('stats --no-stream --json')).out)).toMatchObject([{name: 'demo', cpuPercent: 12.5}]);
});

test('stats --json prints one array per line', async () => {
	const lines = (await tsbox('stats --json')).out.trimEnd().split('\n');
	expect(lines.map(line => (JSON.parse(line) as readonly {name: string}[])[0]?.name)).toEqual(['demo', 'demo']);
});

test('on a capable terminal, stats redraws the table, cut to the width', async () => {
	const {out} = await tsbox('stats', {terminals: ['stdout']});
	expect(out.split('\x1b[2A')).toHaveLength(2);
	for (const line of out.replaceAll(/\r?\x1b\[\d?[A-Z]/g, '').split('\n')) expect(line.length).toBeLessThanOrEqual(80);
	expect((await tsbox('stats', {terminals: ['stdout'], env: {TERM: 'dumb'}})).out).not.toContain('\x1b');
});

test('a signal ends stats cleanly, and --no-stream does not handle signals', async () => {
	const {status, calls} = await tsbox('stats', {signals: ['SIGINT']});
	expect(status).toBe(0);
	expect(calls[1]?.[2]).toMatchObject({signal: {aborted: true}});
	expect((await tsbox('stats --no-stream')).calls[1]?.[2]).toEqual({});
});

test('top has a table and JSON', async () => {
	const process = {
		pid: 4321,
		insidePid: 1,
		ppid: 4320,
		uid: 0,
		hostUid: 0,
		cpuMs: 0,
		rss: 4096,
		stat: 'S',
		name: 'sh',
		command: ['sh'],
	};
	const engine = {top: () => Promise.resolve([process])};
	expect((await tsbox('top demo', {engine})).out).toBe(
		'PID   INSIDE  PPID  UID  TIME     RSS    STAT  COMMAND\n4321  1       4320  0    0:00.00  4 KiB  S     sh\n',
	);
	expect(JSON.parse((await tsbox('top --json demo', {engine})).out)).toEqual([process]);
	expect((await tsbox('top demo')).calls[1]).toEqual(['top', 'demo']);
});

test('top takes one name', async () => {
	expect((await tsbox('top')).status).toBe(2);
	expect((await tsbox('top a b')).status).toBe(2);
});
