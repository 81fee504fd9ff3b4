import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {countsOf, executors, limits, type WayName, ways} from '../bench/start-counts.ts';
import type {Counts} from '../bench/traced-calls.ts';
import {testBox} from './box.ts';

const cells = executors.flatMap(executor => (Object.keys(ways) as WayName[]).map(way => ({executor, way})));

test.skipIf(spawnSync('strace', ['--version']).status !== 0).each(cells)(
	'$way with $executor costs no more programs, processes, mounts and cgroup moves than its limits (needs strace)',
	async ({executor, way}) => {
		await using box = await testBox();
		const counts = await countsOf(way, executor, box);
		const limit = limits[executor][way];
		const over = (Object.keys(limit) as (keyof Counts)[]).filter(each => counts[each] > limit[each]);
		expect(
			over.map(each => `${each}: ${counts[each]}, at most ${limit[each]}`),
			'a start got dearer',
		).toEqual([]);
		// What was followed is a whole start.
		expect(counts.chain).toBeGreaterThan(0);
		expect(counts.moves).toBeGreaterThan(0);
	},
);
