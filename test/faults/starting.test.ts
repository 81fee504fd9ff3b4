import {describe} from 'vitest';
import {testBox} from '../system/box.ts';
import {detachedWorld} from './detached-world.ts';
import {onName, onSpec, type Row} from './row.ts';
import {testRows} from './test-rows.ts';

const both = ['cli', 'supervisor'] as const;

const healthy = `
stop_grace_period: 2s
healthcheck: {test: "true", interval: 100ms}
command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
`;
const again = `
restart: on-failure:1
command: [sh, -c, "echo up; sleep 0.1; exit 1"]
`;

const rows: readonly Row[] = [
	{verb: 'up -d', words: onSpec('up', '-d'), from: 'nothing', sides: both},
	{verb: 'up -d --wait', words: onSpec('up', '-d', '--wait'), spec: healthy, from: 'nothing', sides: both},
	{
		verb: 'up -d (that ends and restarts)',
		words: onSpec('up', '-d'),
		spec: again,
		from: 'nothing',
		sides: both,
		isVariant: true,
	},
	{verb: 'up -d (again)', words: onSpec('up', '-d'), sides: both, isVariant: true},
	{verb: 'start', words: onName('start'), from: 'ended', sides: both},
	{verb: 'restart', words: onName('restart'), sides: both},
];

describe.skipIf(process.getuid?.() !== 0)('a container that comes up in the background', () => {
	testRows(rows, async () => detachedWorld(await testBox(), true));
});
