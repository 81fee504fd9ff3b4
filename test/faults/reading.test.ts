import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {testBox} from '../system/box.ts';
import {detachedWorld} from './detached-world.ts';
import {onName, onSpec, type Row} from './row.ts';
import {tryRow, type World} from './try-row.ts';

const rows: readonly Row[] = [
	{verb: 'diff', words: onName('diff')},
	{verb: 'logs', words: onName('logs')},
	{verb: 'logs -f', words: onName('logs', '-f'), interruptAfter: 300},
	{verb: 'stats', words: onName('stats', '--no-stream')},
	{verb: 'top', words: onName('top')},
	{verb: 'ps', words: () => ['ps', '-a']},
	{verb: 'inspect', words: onName('inspect')},
	{verb: 'ps --watch', words: () => ['ps', '-a', '--watch'], interruptAfter: 300},
	{verb: 'port', words: onName('port')},
	{verb: 'images', words: () => ['images', '--json']},
	{verb: 'volume ls', words: () => ['volume', 'ls']},
	{verb: 'plan', words: onSpec('plan')},
	{verb: 'validate', words: onSpec('validate')},
	{verb: 'doctor', words: () => ['doctor']},
	{verb: 'generate systemd', words: onSpec('generate', 'systemd')},
	{verb: 'completion', words: () => ['completion', 'bash']},
	{
		verb: 'init',
		words: ({folder}) => ['init', join(folder, 'starter.yaml')],
		restore: async ({folder}) => rmSync(join(folder, 'starter.yaml'), {force: true}),
	},
];

describe.skipIf(process.getuid?.() !== 0)('what only reads', () => {
	let world: World & AsyncDisposable;
	beforeAll(async () => {
		world = detachedWorld(await testBox(), false);
	});
	afterAll(() => world[Symbol.asyncDispose]());

	test.each(rows)('$verb', async row => expect(await tryRow(world, row)).toEqual([]), 3_600_000);
});
