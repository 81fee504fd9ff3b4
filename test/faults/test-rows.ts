import {afterAll, beforeAll, expect, test} from 'vitest';
import {partOf} from '../support/turn.ts';
import type {Row} from './row.ts';
import {tryRow, type World} from './try-row.ts';

/** Makes a test of each row of this turn, all in one world. */
export function testRows(rows: readonly Row[], makeWorld: () => Promise<World & AsyncDisposable>): void {
	let world: World & AsyncDisposable;
	beforeAll(async () => {
		world = await makeWorld();
	});
	afterAll(() => world[Symbol.asyncDispose]());

	test.each(partOf(rows, 2))('$verb', async row => expect(await tryRow(world, row)).toEqual([]), 3_600_000);
}
