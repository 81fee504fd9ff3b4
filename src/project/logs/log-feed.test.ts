import type {Machine} from '../../container/machine/machine.ts';
import {appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {setAlias} from '../../state/set-alias.ts';
import {containerFolder} from '../../state/record.ts';
import {type LogFeed, openLogFeed} from './log-feed.ts';

const facts = loadFacts(readFileSync(new URL('../../../test/facts/v2-bookworm.json', import.meta.url), 'utf8'), 'v2');
const patience = {timeout: 10_000, interval: 10};
let folder = '';
let feeds: LogFeed[] = [];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'log-feed-'));
	feeds = [];
});
afterEach(() => {
	for (const feed of feeds) feed.close();
	rmSync(folder, {recursive: true});
});

const logs = (name: string): string => join(folder, 'logs', name);

/** Creates the output files of a container. */
function output(name: string, stdout = '', stderr = '', marks = ''): void {
	mkdirSync(logs(name), {recursive: true});
	if (marks !== '') writeFileSync(join(logs(name), 'marks'), marks);
	writeFileSync(join(logs(name), 'stdout'), stdout);
	writeFileSync(join(logs(name), 'stderr'), stderr);
}

async function open(names: readonly string[], options = {}, changed = () => {}): Promise<LogFeed> {
	const machine: Machine = {
		host: realHost(),
		dirs: {store: folder, state: folder},
		facts,
		limits: {},
		bestEffort: false,
	};
	const feed = openLogFeed(machine, names, changed, options);
	feeds.push(feed);
	await vi.waitFor(() => expect(feed.isLoading()).toBe(false), patience);
	return feed;
}

const texts = (feed: LogFeed): readonly string[] =>
	Array.from({length: feed.count()}, (_, index) => {
		const line = feed.at(index);
		return line?.kind === 'line' ? `${line.service} ${line.text}` : `${line?.service} (skipped)`;
	});
const shows = (feed: LogFeed, ...lines: readonly string[]): Promise<void> =>
	vi.waitFor(() => expect(texts(feed)).toEqual(lines), patience);

test('history is ordered by time across streams and containers, with undated lines last', async () => {
	output('one', 'a\nd\nlate\n', 'b\n', '10 2 0\n20 2 2\n40 4 2\n');
	output('two', 'c\n', '', '30 2 0\n');
	const feed = await open(['one', 'two']);
	expect(texts(feed)).toEqual(['one a', 'one b', 'two c', 'one d', 'one late']);
	expect([feed.at(1), feed.at(4)]).toEqual([
		{kind: 'line', seq: 1, service: 'one', stream: 'stderr', at: 20, text: 'b'},
		{kind: 'line', seq: 4, service: 'one', stream: 'stdout', at: undefined, text: 'late'},
	]);
	expect([feed.indexAtTime(25), feed.indexAtTime(41)]).toEqual([2, 4]);
});

test('new lines are added with a time, and reported', async () => {
	output('one', 'a\n');
	const changed = vi.fn<() => void>();
	const feed = await open(['one'], {}, changed);
	await vi.waitFor(() => expect(changed).toHaveBeenCalled(), patience);
	changed.mockClear();
	appendFileSync(join(logs('one'), 'stderr'), 'b\nhalf');
	await shows(feed, 'one a', 'one b', 'one half');
	expect(feed.at(1)).toMatchObject({stream: 'stderr', at: expect.any(Number) as number});
	expect(changed).toHaveBeenCalled();
	appendFileSync(join(logs('one'), 'stderr'), ' more\n');
	await shows(feed, 'one a', 'one b', 'one half', 'one  more');
});

test('the feed follows a recreated container, and loses no last lines of the old one', async () => {
	output('one', 'a\n');
	const feed = await open(['one', 'later']);
	expect([feed.hasOutput('one'), feed.hasOutput('later'), feed.hasOutput('nosuch')]).toEqual([true, false, false]);
	appendFileSync(join(logs('one'), 'stdout'), 'last words');
	rmSync(logs('one'), {recursive: true});
	output('one', 'new\n');
	await shows(feed, 'one a', 'one last words', 'one new');
	output('later', 'first\n');
	await shows(feed, 'one a', 'one last words', 'one new', 'later first');
	expect(feed.hasOutput('later')).toBe(true);
	rmSync(logs('one'), {recursive: true});
	output('one', 'third\n');
	await shows(feed, 'one a', 'one last words', 'one new', 'later first', 'one third');
});

test('a renamed container is found by its new name', async () => {
	output('one', 'a\n');
	mkdirSync(containerFolder(folder, 'one'), {recursive: true});
	setAlias(realHost(), folder, 'one', 'other');
	const feed = await open(['other']);
	appendFileSync(join(logs('one'), 'stdout'), 'b\n');
	await shows(feed, 'other a', 'other b');
	expect(feed.hasOutput('other')).toBe(true);
});

test('of a long history the feed holds the end, starting with a whole line', async () => {
	output('one', Array.from({length: 50_000}, (_, n) => `line ${n}\n`).join(''));
	const few = await open(['one'], {lines: 10});
	expect([few.count(), texts(few)[0], texts(few)[9]]).toEqual([10, 'one line 49990', 'one line 49999']);
	const small = await open(['one'], {bytes: 1000});
	expect(small.count()).toBeGreaterThan(50);
	expect(small.count()).toBeLessThan(100);
	expect(texts(small).at(-1)).toBe('one line 49999');
});

test('a flood is skipped with a notice, and its end is shown', async () => {
	output('one');
	const feed = await open(['one'], {lines: 5000});
	const piece = `${'y'.repeat(99)}\n`.repeat(10_000);
	for (let piled = 0; piled < 20; piled += 1) appendFileSync(join(logs('one'), 'stdout'), piece);
	appendFileSync(join(logs('one'), 'stdout'), 'the end\n');
	await vi.waitFor(() => expect(texts(feed).at(-1)).toBe('one the end'), patience);
	const lines = Array.from({length: feed.count()}, (_, index) => feed.at(index));
	const skipped = lines.reduce((sum, line) => sum + (line?.kind === 'skipped' ? line.bytes : 0), 0);
	expect(skipped).toBeGreaterThan(10_000_000);
	expect(feed.first() + feed.count()).toBeLessThan(100_000);
});

test('a flood during the history read is skipped too', async () => {
	output('one', 'a\n');
	const opening = open(['one']);
	appendFileSync(join(logs('one'), 'stdout'), `${'y'.repeat(99)}\n`.repeat(100_000));
	const feed = await opening;
	await vi.waitFor(() => expect(feed.at(1)).toMatchObject({kind: 'skipped'}), patience);
	expect([texts(feed)[0], feed.count() < 5000]).toEqual(['one a', true]);
});

test('a line without an end is cut', async () => {
	output('one');
	const feed = await open(['one']);
	appendFileSync(join(logs('one'), 'stdout'), 'x'.repeat(150_000));
	await vi.waitFor(() => expect(feed.count()).toBe(3), patience);
	const lengths = [0, 1, 2].map(index => texts(feed)[index]?.length);
	expect(lengths).toEqual([65_540, 65_540, 18_932]);
});

test('a closed feed reports nothing', async () => {
	output('one', 'a\n');
	const changed = vi.fn<() => void>();
	const feed = await open(['one'], {}, changed);
	feed.close();
	changed.mockClear();
	appendFileSync(join(logs('one'), 'stdout'), 'b\n');
	const other = await open(['one']);
	await shows(other, 'one a', 'one b');
	expect(changed).not.toHaveBeenCalled();
});
