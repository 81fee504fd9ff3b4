import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {orphans} from './orphans.ts';
import {added, snapshot} from './snapshot.ts';

const root = process.getuid?.() === 0;

test.skipIf(!root)('a process that was left behind without a trace of its test is seen', async () => {
	await using box = await testBox();
	const look = () => snapshot(box.name, box.folder, {processes: true}).filter(line => line.startsWith('process '));
	const before = look();
	// No environment, no folder, a session of its own, a parent that has ended.
	spawnSync('env', ['-i', 'setsid', '--fork', 'sleep', '86399'], {cwd: '/', stdio: 'ignore'});
	const left = orphans();
	try {
		expect(added(before, look())).toEqual(['process sleep 86399 ']);
	} finally {
		for (const {pid} of left) process.kill(Number(pid), 'SIGKILL');
	}
	await expect.poll(() => added(before, look())).toEqual([]);
});

test.skipIf(!root)('what stands beside a container that runs is seen, and ends with it', async () => {
	await using box = await testBox();
	const spec = box.spec('command: [sh, -c, "echo up; sleep 1000"]\n');
	const running = box.start(['run', spec], {onTerminal: true});
	await running.says('up');
	expect(orphans()).toEqual([]);
	await box.tsbox(['down', '-t', '0', box.name]);
	await running.ended;
	expect((await box.tsbox(['up', '-d', spec])).status).toBe(0);
	// What copies its output has no other trace.
	expect(orphans().map(({command}) => command)).toContainEqual(expect.stringMatching(/\bcat /));
	await box.tsbox(['down', '-t', '0', box.name]);
	await expect.poll(orphans).toEqual([]);
});
