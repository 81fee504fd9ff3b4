import {describe, expect, test} from 'vitest';
import {partOf} from '../support/turn.ts';
import {testBox} from '../system/box.ts';
import {project} from '../system/project.ts';
import {cellsOf, coveringCells, type PlanStep, ways} from './cells.ts';
import {bundleHold, command, tryCell} from './try-cell.ts';

const isFull = process.env['FAULTS'] === 'all';
/** Only cells whose words have this, to try some again: `MATRIX_ONLY='up -T, SIGHUP'`. */
const only = process.env['MATRIX_ONLY'];
const keys = `hostname: box\nmem_limit: 64m\nulimits: {nofile: 512}\nstop_grace_period: 1s\ncommand: ${command}\n`;

describe.skipIf(process.getuid?.() !== 0).concurrent('whatever ends a start ends it, and leaves nothing', () => {
	test.each(ways)(
		'%s',
		async way => {
			await using box = await testBox();
			const spec = box.spec(keys);
			const several = project(box, {one: keys, two: `stop_grace_period: 1s\ncommand: ${command}\n`});
			// The image is unpacked here, and not in a cell.
			await box.tsbox(['run', spec, '--', 'true']);
			const {out} = await box.tsbox(['plan', '--json', spec]);
			const plan = (JSON.parse(out) as {readonly steps: readonly PlanStep[]}).steps;
			if (way === 'exec -it') await box.tsbox(['up', '-d', spec]);
			const ground = {box, self: bundleHold(box.folder), plan, spec, several, before: box.leftovers()};
			const every = ways.flatMap(each => cellsOf(each, plan));
			const mine = (isFull || only !== undefined ? every : coveringCells(every)).filter(cell => cell.way === way);
			const cells = only === undefined ? partOf(mine, 2) : mine;
			const wrong: Record<string, readonly string[]> = {};
			for (const cell of cells) {
				const words = `${cell.way}, ${cell.ending}, ${cell.step}`;
				if (only !== undefined && !words.includes(only)) continue;
				const problems = await tryCell(ground, cell);
				if (problems.length > 0) wrong[words] = problems;
			}
			expect(wrong).toEqual({});
			if (way === 'exec -it') await box.tsbox(['down', '-t', '0', box.name]);
			expect(box.leftovers()).toEqual([]);
		},
		isFull ? 3_600_000 : 600_000,
	);
});
