import {expect, test} from 'vitest';
import {target} from './attack.ts';

test('a container sees nothing of the host by the processes of others that start in its pid namespace', async () => {
	await using at = await target();
	const {box} = at;
	// The canary by the root and the working directory of each process, and what is open that is no pipe of its command.
	const loop = `echo is up; while :; do for p in /proc/[0-9]*; do for l in $p/root $p/cwd; do [ ! -e "$l${at.canary.path}" ] || echo "$l"; done; for l in $p/exe $p/fd/*; do readlink "$l" 2>/dev/null; done; done; done | grep -vE '^(/bin.*|/proc.*|/dev/.*|/seen|pipe:.*|socket:.*|anon_inode:.*)$' >> /seen`;
	const running = box.start(['up', box.spec(`command: [sh, -c, ${JSON.stringify(loop).replaceAll('$', '$$$$')}]\n`)]);
	await running.says('is up');
	const side = box.file(
		'side.yaml',
		`name: ${box.name}-side\nrootfs: ${box.rootfs}\npid: "container:${box.name}"\ncommand: ["true"]\n`,
	);
	for (const executor of ['calls', 'commands'])
		for (let round = 0; round < 10; round += 1)
			expect(await box.tsbox(['run', '--executor', executor, side])).toMatchObject({status: 0, err: ''});
	expect((await box.tsbox(['exec', box.name, 'sh', '-c', 'cat /seen'])).out).toBe('');
	await box.tsbox(['down', '-t', '0', box.name]);
	at.canary.isUntouched();
});

test('nothing starts in the pid namespace of a container that may take over processes', async () => {
	await using at = await target();
	const {box} = at;
	const spec = box.spec('cap_add: [SYS_PTRACE]\ncommand: [sh, -c, "echo is up; exec sleep 600"]\n');
	const running = box.start(['up', spec]);
	await running.says('is up');
	const side = box.file(
		'side.yaml',
		`name: ${box.name}-side\nrootfs: ${box.rootfs}\npid: "container:${box.name}"\ncommand: ["true"]\n`,
	);
	const {status, err} = await box.tsbox(['run', side]);
	expect([status, err]).toEqual([125, expect.stringContaining('has the capability SYS_PTRACE')]);
	await box.tsbox(['down', '-t', '0', box.name]);
	at.canary.isUntouched();
});
