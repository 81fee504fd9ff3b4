import {execFileSync} from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {keptPlan, openPlanned, type PlanRequest} from '../../src/container/plan/kept-plan.ts';
import {isTsboxError} from '../../src/errors/tsbox-error.ts';
import {type TestBox, testBox} from './box.ts';
import {until} from './until.ts';

/* A plan is kept as long as all that it was made from is the same. Here each kind of input changes in turn. */

let at: TestBox;
beforeAll(async () => {
	at = await testBox();
});
afterAll(async () => at[Symbol.asyncDispose]());

let dir: string;
let env: Record<string, string>;
beforeEach(() => {
	dir = mkdtempSync(join(realpathSync(at.folder), 'plan-'));
	env = {HOME: join(dir, 'home'), WHO: 'ada'};
	for (const folder of ['.git', 'home', 'one', 'two']) mkdirSync(join(dir, folder));
	symlinkSync('one', join(dir, 'source'));
	copyFileSync(at.rootfs, join(dir, 'rootfs.tar'));
	write('profile.json', '{"defaultAction": "SCMP_ACT_ALLOW"}');
	write('a.env', 'FROM=file\n');
	write('unrelated', '');
	write('spec.yaml', spec);
	// Times that a test can put back exactly.
	for (const name of ['a.env', 'profile.json', 'rootfs.tar', 'spec.yaml'])
		utimesSync(path(name), 1_700_000_000, 1_700_000_000);
});

const spec = `name: kept
rootfs: host
command: [echo, "\${WHO}", "\${ELSE:-nothing}"]
env_file: [a.env, {path: b.env, required: false}]
security_opt: [seccomp=profile.json]
volumes: ["./source:/source"]
mem_limit: 100m
`;

const path = (name: string) => join(dir, name);
const write = (name: string, text: string) => writeFileSync(path(name), text);
const folders = () => ({store: join(at.folder, 'store'), state: join(at.folder, 'state')});

function request(more: Partial<PlanRequest> = {}): PlanRequest {
	return {file: 'spec.yaml', cwd: dir, env, words: ['000', 'run', 'spec.yaml'], tty: false, build: 'this', ...more};
}

/** Whether the plan that is kept for a request would be used. */
const isKept = async (asked = request()) => (await keptPlan(folders(), asked)) !== undefined;

/** Plans until the plan is kept: nothing is kept while a file is too young to be known by its times. */
async function keep(asked = request()) {
	await until('the plan is kept', async () => {
		await openPlanned(folders(), asked);
		return isKept(asked);
	});
}

/** The plan, without a host and with errors as text. */
async function planned(asked: PlanRequest): Promise<unknown> {
	try {
		const {machine, planned: plan} = await openPlanned(folders(), asked);
		return {...plan, machine: {...machine, host: undefined}};
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		return {code: error.code, message: error.message};
	}
}

let builds = 0;
/** The plan that another build would make, for which nothing is kept. */
const fresh = (asked = request()) => planned({...asked, build: `other ${(builds += 1)}`});

/** Changes bytes of a file, of which neither the size nor the time shows it. */
function overwrite(name: string, text: string, other: string): void {
	const {atime, mtime, size} = statSync(path(name));
	const before = readFileSync(path(name));
	const start = before.indexOf(text);
	expect([start === -1, text.length]).toEqual([false, other.length]);
	const after = Buffer.from(before);
	after.write(other, start);
	writeFileSync(path(name), after);
	utimesSync(path(name), atime, mtime);
	expect(statSync(path(name))).toMatchObject({size, mtime});
}

describe('while all is the same', () => {
	test('the plan is read back, and it is the same', async () => {
		await keep();
		const [entry = ''] = readdirSync(join(folders().state, 'kept')).map(name => join(folders().state, 'kept', name));
		const {ino} = statSync(entry);
		expect(await planned(request())).toEqual(await fresh());
		expect(statSync(entry).ino).toBe(ino);
	});

	test('what the plan does not depend on may change', async () => {
		await keep();
		env['UNRELATED'] = 'x';
		write('unrelated', 'more');
		utimesSync(path('spec.yaml'), 1, 1);
		write('two/new', '');
		expect(await isKept()).toBe(true);
	});

	test.each(['limits.yaml', 'shell.yaml', 'reproducible.yaml'])(
		'the example %s is planned as if nothing was kept',
		async name => {
			copyFileSync(join(import.meta.dirname, '../../config/examples', name), path('spec.yaml'));
			copyFileSync(at.rootfs, path('rootfs.tar.gz'));
			mkdirSync(path('data'));
			await keep();
			expect(await planned(request())).toEqual(await fresh());
		},
	);
});

describe('a stale plan is never used', () => {
	test.each<[string, () => void]>([
		['the spec', () => overwrite('spec.yaml', '100m', '200m')],
		[
			'the spec, by another file with its size and time',
			() => {
				const {atime, mtime} = statSync(path('spec.yaml'));
				write('new.yaml', spec.replace('100m', '300m'));
				utimesSync(path('new.yaml'), atime, mtime);
				renameSync(path('new.yaml'), path('spec.yaml'));
			},
		],
		[
			'the spec, by a symlink that leads elsewhere',
			() => {
				write('other.yaml', spec.replace('100m', '300m'));
				rmSync(path('spec.yaml'));
				symlinkSync('other.yaml', path('spec.yaml'));
			},
		],
		['the spec, which is gone', () => rmSync(path('spec.yaml'))],
		['a file of variables', () => overwrite('a.env', 'file', 'else')],
		['a file of variables that appears', () => write('b.env', 'B=1\n')],
		['.env, which appears', () => write('.env', 'ELSE=x\n')],
		['a variable', () => void (env['WHO'] = 'eve')],
		['a variable that is set', () => void (env['ELSE'] = 'x')],
		['a variable that is no longer set', () => void delete env['WHO']],
		['a seccomp profile', () => overwrite('profile.json', 'ACT_ALLOW', 'ACT_ERRNO')],
		[
			'the source of a mount, a symlink',
			() => {
				rmSync(path('source'));
				symlinkSync('two', path('source'));
			},
		],
		[
			'the source of a mount, which becomes a file',
			() => {
				rmSync(path('one'), {recursive: true});
				write('one', '');
			},
		],
		['the source of a mount, which is gone', () => rmSync(path('one'), {recursive: true})],
		['a configuration that appears', () => write('.tsboxrc.yaml', 'defaults: {pids_limit: 7}\n')],
		['a configuration of the user that appears', () => userConfig('best_effort: true\n')],
		['a policy that appears', () => userConfig('policy: {max_memory: 50m}\n')],
		['a package.json that appears', () => write('package.json', '{"tsbox": {"best_effort": true}}')],
		['a configuration that is a program', () => write('tsbox.config.js', '')],
		['the store, which others may write', () => chmodSync(folders().store, 0o777)],
		['the programs of the machine', () => appendFileSync(join(folders().state, 'facts.json'), ' ')],
	])('after a change of %s', async (_, change) => {
		const {mode} = statSync(folders().store);
		const facts = readFileSync(join(folders().state, 'facts.json'));
		await keep();
		try {
			change();
			expect(await isKept()).toBe(false);
			expect(await planned(request())).toEqual(await fresh());
		} finally {
			chmodSync(folders().store, mode);
			writeFileSync(join(folders().state, 'facts.json'), facts);
		}
	});

	function userConfig(text: string): void {
		mkdirSync(join(env['HOME'] ?? '', '.config/tsbox'), {recursive: true});
		writeFileSync(join(env['HOME'] ?? '', '.config/tsbox/config.yaml'), text);
	}

	test('after a change of a configuration: its content, or who may write it', async () => {
		write('tsbox.config.yaml', 'defaults: {pids_limit: 7}\n');
		await keep();
		overwrite('tsbox.config.yaml', '7', '8');
		expect(await isKept()).toBe(false);
		await keep();
		chmodSync(path('tsbox.config.yaml'), 0o666);
		expect(await isKept()).toBe(false);
		expect(await planned(request())).toMatchObject({code: 'E_CONFIG'});
	});

	test('after a change of an empty configuration that was passed over', async () => {
		write('.tsboxrc', ' \n');
		write('tsbox.config.yaml', 'best_effort: true\n');
		await keep();
		overwrite('.tsboxrc', ' \n', '{}');
		expect(await isKept()).toBe(false);
		expect(await planned(request())).toEqual(await fresh());
	});

	test('after an archive was overwritten, with its size and time put back', async () => {
		write('spec.yaml', 'rootfs: ./rootfs.tar\n');
		await keep();
		overwrite('rootfs.tar', 'busybox', 'busyb0x');
		expect(await isKept()).toBe(false);
		expect(await planned(request())).toEqual(await fresh());
	});

	test('after a spec appeared that is looked for first', async () => {
		renameSync(path('spec.yaml'), path('tsbox.yml'));
		const {file: _, ...asked} = request({words: ['000', 'run']});
		await keep(asked);
		write('tsbox.yaml', 'rootfs: host\n');
		expect(await isKept(asked)).toBe(false);
	});

	test('after a volume was made or changed', async () => {
		write(
			'spec.yaml',
			'services: {web: {rootfs: host, volumes: ["data:/data"]}}\nvolumes: {data: {name: kept-plan-data}}\n',
		);
		await keep();
		const folder = join(folders().store, 'volumes/kept-plan-data');
		mkdirSync(join(folder, '_data'), {recursive: true});
		expect(await isKept()).toBe(false);
		const record = {schema: 1, name: 'kept-plan-data', project: null, volume: null, labels: {}, root: null, created: 1};
		writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
		await keep();
		writeFileSync(join(folder, 'record.json'), JSON.stringify({...record, root: 7}));
		expect(await isKept()).toBe(false);
		rmSync(folder, {recursive: true});
		expect(await isKept()).toBe(false);
	});

	test('after a mount on the machine', async () => {
		await keep();
		execFileSync('mount', ['-t', 'tmpfs', 'none', path('one')]);
		try {
			expect(await isKept()).toBe(false);
			expect(await planned(request())).toEqual(await fresh());
		} finally {
			execFileSync('umount', [path('one')]);
		}
	});

	test('for another command line, folder, build, or terminal', async () => {
		await keep();
		for (const words of [
			['000', 'up', 'spec.yaml'],
			['000', 'run', 'spec.yaml', '--'],
			['100', 'run', 'spec.yaml'],
		])
			expect([words, await isKept(request({words}))]).toEqual([words, false]);
		expect(await isKept(request({build: 'that'}))).toBe(false);
		expect(await isKept(request({cwd: path('one')}))).toBe(false);
		expect(await keptPlan({...folders(), state: path('one')}, request())).toBeUndefined();
		expect(await isKept()).toBe(true);
	});

	test('and a damaged one is as if it was not there', async () => {
		await keep();
		for (const name of readdirSync(join(folders().state, 'kept'))) {
			const file = join(folders().state, 'kept', name);
			writeFileSync(file, readFileSync(file, 'utf8').replace(/\n\n\{/, '\n\n['));
		}
		expect(await isKept()).toBe(false);
		expect(await planned(request())).toEqual(await fresh());
		expect(await isKept()).toBe(true);
	});
});

test('what planning asks of the machine is among the inputs', async () => {
	await keep();
	const texts = readdirSync(join(folders().state, 'kept')).map(name =>
		readFileSync(join(folders().state, 'kept', name), 'utf8'),
	);
	const entry = texts.find(text => text.includes(` ${dir} 000 run spec.yaml\n`)) ?? '';
	for (const line of [
		`text ${dir}/spec.yaml =name:%20kept%0A`,
		`text ${dir}/a.env =FROM=file%0A`,
		`stat ${dir}/b.env . -`,
		'text /proc/sys/kernel/osrelease =',
		'text /proc/self/mountinfo =',
		'text /etc/os-release =',
		'view /proc/self/status =Uid:%09',
		'view /proc/self/limits =',
		'view /proc/meminfo =MemTotal',
		'list /proc/self/ns =',
		'env WHO =ada',
		'env ELSE -',
		'env HOME =',
		'env XDG_CONFIG_HOME -',
	])
		expect(entry).toContain(`\n${line}`);
	expect(entry).not.toContain('\nenv PATH');
});

/** The inodes of the files with kept plans: a plan that is kept again is another file. */
function entriesOf(folder: string): readonly number[] {
	return existsSync(folder) ? readdirSync(folder).map(name => statSync(join(folder, name)).ino) : [];
}

test('a container is the same with a kept plan, and gc forgets it', async () => {
	await using box = await testBox();
	const looks = [
		'sh',
		'-c',
		'cat /proc/self/mountinfo /proc/self/status /proc/self/limits | grep -v -e ctxt -e SigQ; env; ls -la /dev',
	];
	const words = ['run', box.spec('mem_limit: 64m\nread_only: true\nenvironment: [A=1]\n'), '--', ...looks];
	const same = (text: string) => text.replaceAll(/^\d+ \d+ \d+:\d+ |^(?:Pid|Vm\w+|Rss\w+|voluntary\w*):.*\n/gm, '');
	const first = await box.tsbox(words);
	expect(first.status).toBe(0);
	const kept = join(box.folder, 'state/kept');
	const entryOf = () => entriesOf(kept)[0];
	let entry: number | undefined;
	await until('the plan is kept', async () => {
		entry = entryOf();
		await box.tsbox(words);
		return entry !== undefined && entryOf() === entry;
	});
	const again = await box.tsbox(words);
	expect(entryOf()).toBe(entry);
	expect(same(again.out)).toBe(same(first.out));
	expect((await box.tsbox(['gc'])).err).toBe('nothing was left behind\n');
	expect(readdirSync(join(box.folder, 'state'))).not.toContain('kept');
	expect(box.leftovers()).toEqual([]);
});

test('the record of a container is the same with a kept plan', async () => {
	await using box = await testBox();
	const words = ['up', box.spec('command: [sleep, "600"]\n')];
	const file = join(box.folder, 'state/containers', box.name, 'record.json');
	const kept = join(box.folder, 'state/kept');
	const recordOf = async () => {
		const up = box.start(words);
		await until('it runs', () => {
			try {
				return (JSON.parse(readFileSync(file, 'utf8')) as {process: unknown}).process !== null;
			} catch {
				return false;
			}
		});
		const {
			created: _,
			owner: __,
			process: ___,
			...record
		} = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
		const entries = entriesOf(kept);
		await box.tsbox(['down', box.name]);
		await up.ended;
		return {record, entries};
	};
	const first = await recordOf();
	let last = first;
	await until('the plan is kept', async () => {
		const before = last.entries;
		last = await recordOf();
		return before.length > 0 && JSON.stringify(before) === JSON.stringify(last.entries);
	});
	// The first start unpacked the archive.
	expect(last.record).toEqual({...first.record, image: last.record['image']});
	expect(box.leftovers()).toEqual([]);
});
