import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe} from 'vitest';
import {testBox} from '../system/box.ts';
import {detachedWorld} from './detached-world.ts';
import {onName, onSpec, type Row} from './row.ts';
import {testRows} from './test-rows.ts';

/* Of those that change nothing some are tried in the small set, too. */
const rows: readonly Row[] = [
	{verb: 'diff', words: onName('diff')},
	{verb: 'logs', words: onName('logs'), isVariant: true},
	{verb: 'logs -f', words: onName('logs', '-f'), interruptAfter: 300},
	{verb: 'stats', words: onName('stats', '--no-stream'), isVariant: true},
	{verb: 'top', words: onName('top'), isVariant: true},
	{verb: 'ps', words: () => ['ps', '-a']},
	{verb: 'inspect', words: onName('inspect'), isVariant: true},
	{verb: 'drift', words: onName('drift')},
	{verb: 'ps --watch', words: () => ['ps', '-a', '--watch'], interruptAfter: 300},
	{verb: 'port', words: onName('port'), isVariant: true},
	{verb: 'images', words: () => ['images', '--json'], isVariant: true},
	{verb: 'volume ls', words: () => ['volume', 'ls'], isVariant: true},
	{verb: 'network ls', words: () => ['network', 'ls'], isVariant: true},
	{verb: 'plan', words: onSpec('plan'), isVariant: true},
	{verb: 'validate', words: onSpec('validate'), isVariant: true},
	{verb: 'doctor', words: () => ['doctor'], isVariant: true},
	{verb: 'export systemd', words: onSpec('export', 'systemd'), isVariant: true},
	{verb: 'completion', words: () => ['completion', 'bash'], isVariant: true},
	{verb: 'lock --check', words: onSpec('lock', '--check'), isVariant: true},
	{
		verb: 'lock',
		words: onSpec('lock'),
		restore: async ({folder}) => rmSync(join(folder, 'tsbox.lock'), {force: true}),
	},
	{
		verb: 'init',
		words: ({folder}) => ['init', join(folder, 'starter.yaml')],
		restore: async ({folder}) => rmSync(join(folder, 'starter.yaml'), {force: true}),
	},
];

describe.skipIf(process.getuid?.() !== 0)('what only reads', () => {
	testRows(rows, async () => detachedWorld(await testBox(), false));
});
