import {parseArgs} from 'node:util';
import {benchContext} from './bench-context.ts';
import {engineRows} from './engines.ts';
import {leaveHybrid} from './hybrid.ts';
import {imageRows} from './images.ts';
import {networkRows} from './network.ts';
import {oneStart} from './one-start.ts';
import {processorRows} from './processor.ts';
import {sustainedRows} from './sustained.ts';
import {rowsWith, targetTable} from './targets.ts';
import {unpackRows} from './unpack.ts';
import {waitingRow} from './waiting-memory.ts';

/*
 * npm run bench [-- [ROUNDS] [--only WORD,...]]: what a container costs by tsbox and by the other programs of this machine, as
 * Markdown; then which of the limits that tsbox sets itself are reached. Only the rows with one of the words in their names, and those
 * that they are compared with.
 */

if (process.getuid?.() !== 0) throw new Error('the benchmark needs root');
leaveHybrid();

const {values, positionals} = parseArgs({options: {only: {type: 'string'}}, allowPositionals: true});
const bench = await benchContext(
	Number(positionals[0] ?? 25),
	rowsWith(values.only?.split(',').filter(word => word !== '') ?? []),
);
try {
	for (const part of [
		oneStart,
		sustainedRows,
		processorRows,
		waitingRow,
		unpackRows,
		imageRows,
		networkRows,
		engineRows,
	])
		await part(bench);
	console.log(`\nTo reach\n\n${targetTable(bench)}`);
	for (const [row, reason] of bench.left) console.log(`\nNot run: ${row}: ${reason}`);
} finally {
	bench.remove();
}
