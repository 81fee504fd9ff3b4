import {testBox} from '../system/box.ts';
import {table} from './measure.ts';
import {countsOf, executors, type WayName, ways} from './start-counts.ts';

// npm run bench:starts: what one start asks of the kernel, by each way and executor, as Markdown. Counts are the same each time.

const rows: string[][] = [];
for (const executor of executors)
	for (const way of Object.keys(ways) as WayName[]) {
		await using box = await testBox();
		const {programs, chain, processes, mounts, moves, readFirst} = await countsOf(way, executor, box);
		rows.push([way, executor, ...[programs, chain, processes, mounts, moves, readFirst].map(String)]);
	}
console.log(
	table(
		['way', 'executor', 'programs', 'of the chain', 'processes', 'mount calls', 'cgroup moves', 'KiB read first'],
		rows,
	),
);
