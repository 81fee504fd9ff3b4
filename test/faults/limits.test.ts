import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, mkdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {until} from '../system/project.ts';
import {program} from '../support/program.ts';

const counts =
	'command: [sh, -c, "trap \'exit 7\' TERM; i=0; while :; do echo line $$i; i=$$((i+1)); sleep 0.05; done"]\n';

/** Runs tsbox with at most so many descriptors. */
async function withDescriptors(box: TestBox, limit: number, ...words: readonly string[]) {
	const folders = ['--store', join(box.folder, 'store'), '--state', join(box.folder, 'state')];
	const child = spawn('sh', ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', program, ...folders, ...words], {
		cwd: box.folder,
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let err = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
	const [status] = await once(child, 'close');
	return {status: status as number | null, err};
}

function supervisorPid(box: TestBox): number {
	const path = join(box.folder, `state/projects/${box.name}/supervisor.json`);
	return (JSON.parse(readFileSync(path, 'utf8')) as {readonly pid: number}).pid;
}

function isThere(pid: number): boolean {
	try {
		return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
	} catch {
		return false;
	}
}

/** A memory cgroup that is too small for any process; counts whom the kernel has killed in it. */
function tinyMemory(name: string): Disposable & {readonly add: (pid: number) => void; readonly killed: () => number} {
	const isUnified = existsSync('/sys/fs/cgroup/cgroup.controllers');
	const folder = join(isUnified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', `${name}-tiny`);
	mkdirSync(folder);
	writeFileSync(join(folder, isUnified ? 'memory.max' : 'memory.limit_in_bytes'), '262144');
	return {
		add: pid => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
		killed: () => {
			const text = readFileSync(join(folder, isUnified ? 'memory.events' : 'memory.oom_control'), 'utf8');
			return Number(/^oom_kill (\d+)$/m.exec(text)?.[1]);
		},
		[Symbol.dispose]: () => rmdirSync(folder),
	};
}

describe.skipIf(process.getuid?.() !== 0)('a limit', () => {
	test('of descriptors: refused before anything is touched, or enough for everything', async () => {
		await using box = await testBox();
		const spec = box.spec('command: [sleep, "1000"]\nstop_grace_period: 0s\n');
		const inState = (): readonly string[] => readdirSync(join(box.folder, 'state'));
		const before = inState();
		for (const limit of [32, 64, 255]) {
			for (const words of [['run', spec], ['up', '-d', spec], ['gc']]) {
				const {status, err} = await withDescriptors(box, limit, ...words);
				expect({limit, words, status}).toEqual({limit, words, status: 125});
				expect(err).toContain(`but the limit is ${limit}`);
				expect(err).toContain('ulimit');
			}
		}
		expect(inState()).toEqual(before);

		// The supervisor has the limit of the command that starts it.
		expect(await withDescriptors(box, 256, 'up', '-d', spec)).toMatchObject({status: 0});
		expect(readFileSync(`/proc/${supervisorPid(box)}/limits`, 'utf8')).toMatch(/Max open files +256 +256 /);
		expect(await withDescriptors(box, 256, 'exec', box.name, 'true')).toEqual({status: 0, err: ''});
		expect(await withDescriptors(box, 256, 'restart', box.name)).toMatchObject({status: 0});
		expect(await withDescriptors(box, 256, 'down', box.name)).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});

	test('of memory kills the supervisor: the container goes on, the next command takes over, nothing of it is lost', async () => {
		await using box = await testBox();
		const spec = box.spec(counts);
		expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
		const lines = async (): Promise<readonly number[]> =>
			[...(await box.tsbox(['logs', box.name])).out.matchAll(/line (\d+)$/gm)].map(([, number]) => Number(number));
		const before = (await box.tsbox(['ps', '--format', '{{.Pid}}'])).out;
		const supervisor = supervisorPid(box);
		using memory = tinyMemory(box.name);
		memory.add(supervisor);
		// It needs memory for whatever it is asked.
		await until('the kernel kills it', async () => {
			if (!isThere(supervisor)) return true;
			const asked = box.start(['events', box.name]);
			await Promise.race([asked.ended, until('it is gone', () => !isThere(supervisor)).catch(() => {})]);
			asked.child.kill('SIGINT');
			return !isThere(supervisor);
		});
		expect(memory.killed()).toBe(1);

		const seen = (await lines()).length;
		expect((await box.tsbox(['ps', '--format', '{{.Pid}}'])).out).toBe(before);
		await until('it prints on', async () => (await lines()).length > seen + 3);
		const again = await box.tsbox(['up', '-d', spec]);
		expect(again).toMatchObject({status: 0});
		expect((await box.tsbox(['ps', '--format', '{{.Pid}}'])).out).toBe(before);
		expect(supervisorPid(box)).not.toBe(supervisor);
		const all = await lines();
		expect(all).toEqual(all.map((_, at) => at));

		const waiting = box.start(['wait', box.name]);
		expect(await box.tsbox(['kill', '-s', 'TERM', box.name])).toMatchObject({status: 0});
		expect(await waiting.ended).toMatchObject({out: '7\n', err: ''});
		expect(await box.tsbox(['down', box.name])).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});
});
