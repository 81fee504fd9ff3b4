import {expect, test} from 'vitest';
import {testBox} from './box.ts';

const refused = (call: string, answer: string) =>
	new RegExp(`seccomp refused \\S+ \\(pid \\d+\\) ${call}\\(.*\\): ${answer}`);

test.each([
	['root', undefined],
	['an ordinary user', {uid: 61_236, gid: 61_236}],
])('%s is told which calls the filter refused, once each, and the command fares as without', async (_, user) => {
	await using box = await testBox(user);
	const spec = box.spec();
	const command = ['--', 'sh', '-c', 'unshare -m true; unshare -m true; mount -t tmpfs x /tmp; echo $?; exit 3'];
	const plain = await box.tsbox(['run', spec, ...command]);
	const {status, out, err} = await box.tsbox(['run', '--trace-seccomp', spec, ...command]);
	expect({status, out}).toEqual({status: 3, out: plain.out});
	expect(err).toMatch(refused('unshare', 'EPERM'));
	expect(err).toMatch(refused('mount', 'EPERM'));
	expect(err.match(/seccomp refused unshare/g)).toHaveLength(1);
	expect(plain.err).not.toContain('seccomp');
	expect(box.leftovers()).toEqual([]);
});

test('what enters a traced container has the filter itself, and no descriptor more', async () => {
	await using box = await testBox();
	const running = box.start([
		'run',
		'--trace-seccomp',
		box.spec(),
		'--',
		'sh',
		'-c',
		'echo is up; for f in /proc/self/fd/*; do readlink $f; done; sleep 1000',
	]);
	await running.says('is up');
	const inside = await box.tsbox([
		'exec',
		box.name,
		'sh',
		'-c',
		'unshare -m true; echo $?; grep Seccomp: /proc/self/status',
	]);
	expect(inside.out).toBe('1\nSeccomp:\t2\n');
	expect((await box.tsbox(['down', '-t', '0', box.name])).status).toBe(0);
	expect((await running.ended).out).not.toContain('seccomp');
	expect(box.leftovers()).toEqual([]);
});

test('without a filter there is nothing to trace, and it is said', async () => {
	await using box = await testBox();
	const {status, err} = await box.tsbox([
		'run',
		'--trace-seccomp',
		box.spec('security_opt: [seccomp=unconfined]\n'),
		'--',
		'true',
	]);
	expect(status).toBe(0);
	expect(err).toContain('no seccomp filter to trace');
});
