import type {Machine} from '../../container/machine/machine.ts';
import {appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {eventLog} from './event-log.ts';
import {type EventFeed, openEventFeed} from './project-events.ts';

const facts = loadFacts(readFileSync(new URL('../../../test/facts/v2-bookworm.json', import.meta.url), 'utf8'), 'v2');
const patience = {timeout: 10_000, interval: 10};
let state = '';
let feeds: EventFeed[] = [];
beforeEach(() => {
	state = mkdtempSync(join(tmpdir(), 'events-'));
	feeds = [];
});
afterEach(() => {
	for (const feed of feeds) feed.close();
	rmSync(state, {recursive: true});
});

const host = realHost();
const folder = (): string => join(state, 'projects/shop');
const open = (changed = () => {}): EventFeed => {
	const machine: Machine = {host, dirs: {store: state, state}, facts, limits: {}, bestEffort: false};
	const feed = openEventFeed(machine, 'shop', changed);
	feeds.push(feed);
	return feed;
};
const write = (service: string): void => eventLog(host, folder())({type: 'service.started', at: 1, service, pid: 1});
const services = (feed: EventFeed): readonly string[] => feed.events().map(({service}) => service);

test('past events are available at once, and new events are reported', async () => {
	mkdirSync(folder(), {recursive: true});
	write('a');
	const changed = vi.fn<() => void>();
	const feed = open(changed);
	expect(services(feed)).toEqual(['a']);
	changed.mockClear();
	write('b');
	await vi.waitFor(() => expect(services(feed)).toEqual(['a', 'b']), patience);
	expect(changed).toHaveBeenCalledTimes(1);
});

test('the feed survives file rotation and a recreated project', async () => {
	mkdirSync(folder(), {recursive: true});
	write('a');
	const feed = open();
	writeFileSync(join(folder(), 'other'), '');
	appendFileSync(join(folder(), 'events'), `${' '.repeat(1024 * 1024)}\n`);
	write('b');
	await vi.waitFor(() => expect(services(feed)).toEqual(['a', 'b']), patience);
	expect(services(open())).toEqual(['a', 'b']);
	rmSync(folder(), {recursive: true});
	mkdirSync(folder());
	write('c');
	await vi.waitFor(() => expect(services(feed)).toEqual(['a', 'b', 'c']), patience);
});

test('a project that does not exist yet has no events until it is created', async () => {
	const feed = open();
	expect(feed.events()).toEqual([]);
	mkdirSync(folder(), {recursive: true});
	write('a');
	await vi.waitFor(() => expect(services(feed)).toEqual(['a']), patience);
});

test('torn lines, unknown lines, and all but the last 2000 events are left out', () => {
	mkdirSync(folder(), {recursive: true});
	for (let n = 0; n < 2100; n += 1) write(`s${n}`);
	appendFileSync(join(folder(), 'events'), 'null\n[1]\n{"type":"other","at":1,"service":"x"}\n{"type":"service.st');
	const feed = open();
	expect([services(feed).length, services(feed)[0], services(feed).at(-1)]).toEqual([2000, 's100', 's2099']);
});
