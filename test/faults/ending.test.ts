import {describe} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {detachedWorld} from './detached-world.ts';
import {onName, type Row} from './row.ts';
import {testRows} from './test-rows.ts';

const both = ['cli', 'supervisor'] as const;

const withVolume = ({name, rootfs}: TestBox): string => `
name: ${name}
services:
  one:
    container_name: ${name}
    rootfs: ${rootfs}
    network_mode: none
    volumes: [data:/data]
    stop_grace_period: 2s
    command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
volumes: {data: }
`;

const recorded = `
record: true
stop_grace_period: 2s
command: [sh, -c, "trap 'exit 0' TERM; echo up; echo made > /made; sleep 1000 & wait"]
`;

/** The container must be down before: a record that comes later would be taken for something left. */
async function removeRecords(box: TestBox): Promise<void> {
	await box.tsbox(['down', '-t', '0', box.name]);
	for (const id of (await box.tsbox(['runs', '-q'])).out.split('\n').filter(Boolean)) {
		const {status, err} = await box.tsbox(['runs', 'show', id]);
		if (status !== 0) throw new Error(`half a record: ${err}`);
		await box.tsbox(['runs', 'rm', id]);
	}
}

/** It waits first, as far as can be seen from outside: nothing on the machine tells that it does. */
async function killSoon(box: TestBox): Promise<void> {
	await new Promise(resolve => setTimeout(resolve, 200));
	await box.tsbox(['kill', box.name]);
}

const rows: readonly Row[] = [
	{verb: 'down', words: onName('down'), sides: both},
	{verb: 'down (that has ended)', words: onName('down'), from: 'ended', sides: both, isVariant: true},
	{
		verb: 'down -v',
		words: onName('down', '-v'),
		wholeSpec: withVolume,
		sides: both,
		// What a person does whose `down -v` was cut off.
		restore: async box => {
			await box.tsbox(['down', '-t', '0', '-v', box.name]);
			await box.tsbox(['volume', 'prune']);
		},
	},
	{verb: 'down (of a recorded one)', words: onName('down'), spec: recorded, sides: both, restore: removeRecords},
	{verb: 'stop', words: onName('stop'), sides: both},
	{verb: 'rm', words: onName('rm'), sides: both},
	{verb: 'rm (that has ended)', words: onName('rm'), from: 'ended', sides: both, isVariant: true},
	{verb: 'kill', words: onName('kill'), sides: both},
	{verb: 'wait', words: onName('wait'), meanwhile: killSoon},
	{verb: 'events', words: onName('events'), interruptAfter: 400, sides: both},
];

describe.skipIf(process.getuid?.() !== 0)('a container in the background that ends', () => {
	testRows(rows, async () => detachedWorld(await testBox(), true));
});
