import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {realHost} from '../host/programs/real-host.ts';
import {instanceRunId} from '../state/run-place.ts';
import {keepNewest} from './keep-newest.ts';

const store = mkdtempSync(join(tmpdir(), 'tsbox-keep-newest-'));
afterAll(() => rmSync(store, {recursive: true}));
const machine = {host: realHost(), dirs: {store, state: store}};
const begun = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A record of a life that began so many milliseconds after the first. */
function life(name: string, after: number): string {
	const id = instanceRunId({name, bootId: 'b', created: begun + after});
	mkdirSync(join(store, 'runs', id), {recursive: true});
	writeFileSync(join(store, 'runs', id, 'life-of'), `${name}\n`);
	return id;
}

test('the id of a container run tells its start and is stable', () => {
	expect(instanceRunId({name: 'web', bootId: 'b', created: begun + 255})).toMatch(/^20260102t030405-0ff[0-9a-f]{3}$/);
	expect(life('web', 1)).toBe(life('web', 1));
	expect(life('web', 1)).not.toBe(life('db', 1));
	rmSync(join(store, 'runs'), {recursive: true});
});

test('the ten newest records of a container stay, and all other records', () => {
	const run = '20200101t000000-abcdef';
	mkdirSync(join(store, 'runs', run), {recursive: true});
	const others = Array.from({length: 12}, (_, at) => life('db', at));
	const lives = Array.from({length: 13}, (_, at) => life('web', at * 100));
	keepNewest(machine, 'web', lives.at(-1) ?? '');
	const left = readdirSync(join(store, 'runs'));
	expect(left.toSorted()).toEqual([run, ...others, ...lives.slice(3)].toSorted());
});

test('the newest record stays when the clock was set back', () => {
	const oldest = life('web', -60_000);
	keepNewest(machine, 'web', oldest);
	expect(existsSync(join(store, 'runs', oldest))).toBe(true);
});
