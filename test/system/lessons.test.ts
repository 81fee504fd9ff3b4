import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {start} from './compiled-script.ts';
import {until} from './until.ts';

const root = process.getuid?.() === 0;
const examples = join(import.meta.dirname, '../../config/examples');
const lesson = (name: string): string => join(examples, 'learn', `${name}.yaml`);

const lessons = readdirSync(join(examples, 'learn'))
	.filter(name => name.endsWith('.yaml'))
	.sort();
const bare = lessons.slice(0, -1);

/** What each lesson's container is to show and the one before it is not: a command, and its output with and without. */
const shows: Readonly<Record<string, readonly [command: string, output: RegExp]>> = {
	'01-chroot': ['ls /; echo "$$"', /^bin\ndev\netc\nmnt\nproc\n(?:.*\n)*\d{2,}$/m],
	'02-unshare': ['echo $$; ps', /^1\n.*\n +1 root/m],
	'04-bind-mount': [
		'cat /var/readonlyfiles/hi.txt; echo no > /var/readonlyfiles/hi.txt',
		/^hi[^]*Read-only file system/m,
	],
	'06-pivot-root': ['cat /proc/self/mountinfo', /^\d+ \d+ \S+ \S+ \/ /m],
	'07-user-namespace': ['cat /proc/self/uid_map', /^ +0 +0 +1$/m],
	'08-capabilities': ['grep CapEff /proc/self/status', /\t0{16}$/m],
	'09-seccomp': ['grep Seccomp: /proc/self/status', /\t2$/m],
	'10-overlay': ['grep " / / " /proc/self/mountinfo', / - overlay /],
	'11-network': ['ip -4 -o addr show eth0', /10\.200\.7\.2\/30/],
};

describe.skipIf(!root)('the lessons', () => {
	test('each has exactly one step more than the one before, in three steps first, and all ids but that of chroot stay', async () => {
		await using box = await testBox();
		const idsOf = async (name: string): Promise<readonly string[]> => {
			const {out, err} = await box.tsbox(['plan', '--json', join(examples, 'learn', name)]);
			expect(err).toBe('');
			return (JSON.parse(out) as {steps: readonly {id: string}[]}).steps.map(({id}) => id);
		};
		const plans = await Promise.all(bare.map(idsOf));
		expect(plans[0]).toEqual(['rootfs.copy', 'root.chroot', 'process.exec']);
		expect(plans.map(ids => ids.length)).toEqual(plans.map((_, at) => 3 + at));
		const lost = plans.slice(1).map((ids, at) => plans[at]?.filter(id => !ids.includes(id)));
		expect(lost.flat()).toEqual(['root.chroot']);
	});

	test.each(Object.entries(shows))('%s shows what is new, and nothing is left', async (name, [command, output]) => {
		await using box = await testBox();
		const {out, err} = await box.tsbox(['run', '--name', box.name, lesson(name), '--', 'sh', '-c', command]);
		expect(`${out}${err}`).toMatch(output);
		const before = lessons.slice(0, lessons.indexOf(`${name}.yaml`)).slice(-1);
		const without = await Promise.all(
			before.map(each =>
				box.tsbox(['run', '--name', box.name, join(examples, 'learn', each), '--', 'sh', '-c', command]),
			),
		);
		expect(without.filter(end => output.test(`${end.out}${end.err}`))).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('3: another command enters it, and the hook did', async () => {
		await using box = await testBox();
		const up = box.start([
			'run',
			'--name',
			box.name,
			lesson('03-nsenter'),
			'--',
			'sh',
			'-c',
			'echo ready; exec sleep 60',
		]);
		await up.says('ready');
		expect((await box.tsbox(['exec', box.name, '--', 'ps'])).out).toContain('sleep 60');
		expect((await box.tsbox(['drift', box.name])).out).toContain('agree');
		await box.tsbox(['down', '-t', '0', box.name]);
		await up.ended;
		expect(box.leftovers()).toEqual([]);
	});

	test('5: 200 MB are too many, and the cgroup is gone afterwards', async () => {
		await using box = await testBox();
		const eat = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'];
		const fill = ['sh', '-c', 'x=$(yes | head -c 200000000); echo ${#x}'];
		const {status, err} = await box.tsbox(['run', '--name', box.name, lesson('05-cgroup'), '--', ...fill]);
		expect({status, err}).toMatchObject({status: 137});
		expect(err).toContain('killed by the memory limit of 100 MiB');
		expect((await box.tsbox(['run', '--name', box.name, lesson('12-all'), '--', ...eat])).status).toBe(137);
		expect(existsSync(`/sys/fs/cgroup/memory/tsbox/${box.name}`)).toBe(false);
		expect(box.leftovers()).toEqual([]);
	});

	test.each(bare)('compiled, %s does the same', async name => {
		await using box = await testBox();
		const text = readFileSync(join(examples, 'learn', name), 'utf8')
			.replace('name: demo', `name: ${box.name}`)
			.replace('./readonlyfiles', join(examples, 'learn/readonlyfiles'));
		const {out: script} = await box.tsbox(['compile', box.file('lesson.yaml', text)]);
		const ended = await start(['/bin/sh', box.file('start.sh', script)], 'ls /\n').ended;
		expect({status: ended.status, bin: ended.stdout.includes('bin\n')}).toEqual({status: 0, bin: true});
		expect(box.leftovers()).toEqual([]);
	});

	test.each(['SIGTERM', 'SIGKILL'] as const)(
		'what a chroot started in another session ends with tsbox, at %s too',
		async signal => {
			await using box = await testBox();
			const marker = `4${box.name.replaceAll(/\D/g, '').slice(0, 8)}`;
			const script = `setsid sleep ${marker} & echo ready; exec sleep 60`;
			const up = box.start(['run', '--name', box.name, lesson('01-chroot'), '--', 'sh', '-c', script]);
			await up.says('ready');
			await until('its sleep', () => processesOf(marker) > 0);
			up.child.kill(signal);
			await box.tsbox(['down', '-t', '0', box.name]);
			await up.ended;
			await until('the end of its sleep', () => processesOf(marker) === 0);
			await box.tsbox(['gc']);
			expect(box.leftovers()).toEqual([]);
		},
	);

	test('a link in the root filesystem leads no mount point to the host', async () => {
		await using box = await testBox();
		execFileSync('sh', ['-c', 'mkdir -p root/bin target && ln -s ../target root/var && cp /bin/busybox root/bin/sh'], {
			cwd: box.folder,
		});
		const spec = `name: ${box.name}\nprofile: bare\nrootfs: ./root\nnamespaces: [mount, pid]\nvolumes: [./target:/var/x]\n`;
		const {status, err} = await box.tsbox(['up', box.file('link.yaml', spec)]);
		expect({status, err}).toMatchObject({status: 125});
		expect(err).toContain('is a symlink');
		expect(existsSync(join(box.folder, 'target/x'))).toBe(false);
		expect(box.leftovers()).toEqual([]);
	});
});

/** The number of processes with this word in their command line. */
function processesOf(word: string): number {
	return readdirSync('/proc').filter(pid => {
		try {
			return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[1] === word;
		} catch {
			return false;
		}
	}).length;
}

describe.skipIf(!root)('the examples', () => {
	test.each(['hello', 'limits', 'readonly'])('%s runs', async name => {
		await using box = await testBox();
		const {status, out} = await box.tsbox(['run', '--name', box.name, join(examples, `${name}.yaml`)]);
		expect(status).toBe(0);
		expect(out).not.toBe('');
		expect(box.leftovers()).toEqual([]);
	});

	test('plan says the same bytes twice, also to somebody without any right', async () => {
		await using box = await testBox();
		const plan = await box.tsbox(['plan', join(examples, 'hello.yaml')]);
		expect(plan.status).toBe(0);
		expect((await box.tsbox(['plan', join(examples, 'hello.yaml')])).out).toBe(plan.out);
	});
});
