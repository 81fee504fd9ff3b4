import {
	chmodSync,
	existsSync,
	copyFileSync,
	cpSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {HostFacts} from '../../src/host/facts.ts';
import type {LockCheck} from '../../src/lock/lock.ts';
import {type TestBox, testBox} from './box.ts';
import {until} from './project.ts';

/** What `lock --check --json` prints. */
type Checked = LockCheck & {readonly holds: boolean};

/** A folder with a spec, its root filesystem and an input, as it would be in git; gives the spec's path. */
function checkout(at: TestBox, folder = 'checkout'): string {
	const path = join(at.folder, folder);
	mkdirSync(join(path, 'deploy'), {recursive: true});
	mkdirSync(join(path, 'conf/more'), {recursive: true});
	mkdirSync(join(path, 'data'));
	copyFileSync(at.rootfs, join(path, 'rootfs.tar'));
	writeFileSync(join(path, 'conf/hi.txt'), 'hi\n', {mode: 0o644});
	writeFileSync(join(path, 'conf/more/other.txt'), 'other\n', {mode: 0o644});
	symlinkSync('hi.txt', join(path, 'conf/link'));
	writeFileSync(join(path, 'deploy/app.env'), 'TOKEN=geheimnis\n');
	writeFileSync(
		join(path, 'deploy/spec.yaml'),
		`name: ${at.name}
services:
  web:
    rootfs: ../rootfs.tar
    mem_limit: 64m
    volumes: ["../conf:/etc/app:ro", "../data:/data"]
    environment: {MODE: "\${MODE:-plain}", GREETING: hello}
    env_file: app.env
    command: [sh, -c, "cat /etc/app/hi.txt; echo started; sleep 1000"]
    stop_grace_period: 0s
`,
	);
	return join(path, 'deploy/spec.yaml');
}

/** The spec, locked. */
async function locked(at: TestBox): Promise<string> {
	const spec = checkout(at);
	const {status, err} = await at.tsbox(['lock', spec]);
	// On a busy machine there is time to tell how far it has come.
	expect({status, err: err.replace(/^reading .*\n/gm, '')}).toEqual({
		status: 0,
		err: `web: not locked: /data is ../data, which the container can write\nwrote checkout/deploy/tsbox.lock: web\n`,
	});
	return spec;
}

async function check(at: TestBox, spec: string, ...more: readonly string[]): Promise<Checked> {
	const {out} = await at.tsbox(['lock', '--check', '--json', ...more, spec]);
	return JSON.parse(out) as Checked;
}

/** What differs, and both values. */
async function differing(at: TestBox, spec: string, ...more: readonly string[]): Promise<readonly string[]> {
	const {differences} = await check(at, spec, ...more);
	return differences.map(({what, locked: one, now}) => `${what}: ${one} | ${now}`);
}

/** The facts of this machine, changed, in a file. */
async function otherFacts(at: TestBox, change: (facts: HostFacts) => HostFacts): Promise<readonly string[]> {
	const {out} = await at.tsbox(['doctor', '--facts']);
	return ['--facts', at.file('facts.json', JSON.stringify(change(JSON.parse(out) as HostFacts)))];
}

/** Whether a process has the file open. */
function isOpenIn(pid: number | undefined, path: string): boolean {
	return readdirSync(`/proc/${pid}/fd`).some(fd => {
		try {
			return readlinkSync(`/proc/${pid}/fd/${fd}`) === path;
		} catch {
			// It was closed meanwhile.
			return false;
		}
	});
}

const digest = expect.stringMatching(/^sha256:\w{64}$/) as string;
const plan = expect.stringMatching(/^the plan: sha256:\w{64} \| sha256:\w{64}$/) as string;

describe.skipIf(process.getuid?.() !== 0)('lock', () => {
	test('what was locked holds, is written the same again, and starts', async () => {
		await using at = await testBox();
		const spec = await locked(at);
		const file = join(at.folder, 'checkout/deploy/tsbox.lock');
		const text = readFileSync(file, 'utf8');
		expect(text).not.toContain(at.folder);
		expect(text).not.toContain('geheimnis');
		expect(JSON.parse(text)).toMatchObject({
			version: 1,
			spec: 'spec.yaml',
			services: {
				web: {
					keys: {
						mem_limit: 67_108_864,
						'environment.GREETING': 'hello',
						rootfs: {kind: 'archive', path: '../rootfs.tar'},
					},
					rootfs: {kind: 'archive', digest},
					inputs: {
						'/etc/app': {
							digest,
							entries: 5,
							bytes: 9,
							files: {'hi.txt': expect.stringMatching(/^file 644 0:0 3 \w{16}$/) as string, link: 'link 0:0 -> hi.txt'},
						},
					},
					seccomp: digest,
				},
			},
		});
		expect(await at.tsbox(['lock', '--check', spec])).toMatchObject({status: 0, out: ''});
		expect(await at.tsbox(['run', '--locked', spec, '--', 'cat', '/etc/app/hi.txt'])).toMatchObject({
			status: 0,
			out: 'hi\n',
		});
		const up = await at.tsbox(['up', '-d', '--locked', spec]);
		expect({status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({status: 0, err: ''});
		// After a start the image is unpacked and the tools are copied: that is no difference.
		expect(await at.tsbox(['lock', '--check', spec])).toMatchObject({status: 0, out: ''});
		await at.tsbox(['lock', spec]);
		expect(readFileSync(file, 'utf8')).toBe(text);
		await at.tsbox(['down', '-t', '0', at.name]);
		expect(at.leftovers()).toEqual([]);
	});

	test('it holds in a copy of the checkout in another folder, with another store', async () => {
		await using at = await testBox();
		await locked(at);
		cpSync(join(at.folder, 'checkout'), join(at.folder, 'else/where'), {
			recursive: true,
			preserveTimestamps: false,
			verbatimSymlinks: true,
		});
		rmSync(join(at.folder, 'checkout'), {recursive: true});
		const spec = join(at.folder, 'else/where/deploy/spec.yaml');
		expect(await differing(at, spec)).toEqual([]);
		expect(await differing(at, spec, '--store', join(at.folder, 'other-store'))).toEqual([]);
	});

	test('lock and record of several files hold what all of them say', async () => {
		await using at = await testBox();
		mkdirSync(join(at.folder, 'parts'));
		at.file('parts/common.yaml', 'services: {app: {mem_limit: 32m, environment: {FROM: extended}}}\n');
		at.file('parts/side.yaml', `services: {side: {rootfs: ${at.rootfs}, command: ["true"], profiles: [more]}}\n`);
		const one = at.file(
			'one.yaml',
			`name: ${at.name}
include: [parts/side.yaml]
services:
  web:
    extends: {file: parts/common.yaml, service: app}
    rootfs: ${at.rootfs}
    network_mode: none
    command: [sh, -c, "echo one"]
`,
		);
		const two = at.file(
			'two.yaml',
			'services: {web: {command: [sh, -c, "echo $$FROM $$MORE"], environment: {MORE: merged}}}\n',
		);
		const files = ['-f', one, '-f', two];
		expect(await at.tsbox(['lock', ...files])).toMatchObject({status: 0});
		const text = readFileSync(join(at.folder, 'tsbox.lock'), 'utf8');
		expect(JSON.parse(text)).toMatchObject({
			spec: 'one.yaml',
			services: {
				side: {keys: {profiles: ['more']}},
				web: {keys: {mem_limit: 33_554_432, 'environment.FROM': 'extended', 'environment.MORE': 'merged'}},
			},
		});
		expect(await at.tsbox(['lock', '--check', ...files])).toMatchObject({status: 0});
		expect((await at.tsbox(['lock', '--check', one])).status).toBe(1);

		const up = await at.tsbox(['up', '--plain', '--locked', '--record', ...files]);
		expect({status: up.status, out: up.out}).toEqual({status: 0, out: 'extended merged\n'});
		for (const file of ['one.yaml', 'two.yaml', 'parts']) rmSync(join(at.folder, file), {recursive: true});
		const [, id = ''] = /recorded (?:as )?(\w+)/.exec(up.err) ?? [];
		expect(await at.tsbox(['replay', id])).toMatchObject({status: 0, out: 'extended merged\n'});
		expect(at.leftovers()).toEqual([]);
	});

	test('a spec that is called by its folder holds in a folder with another name', async () => {
		await using at = await testBox();
		mkdirSync(join(at.folder, 'one/conf'), {recursive: true});
		const named = at.file('one/tsbox.yaml', 'rootfs: host\nvolumes: ["./conf:/conf:ro"]\ncommand: ["true"]\n');
		expect(await at.tsbox(['lock', named])).toMatchObject({status: 0});
		renameSync(join(at.folder, 'one'), join(at.folder, 'two'));
		expect(await differing(at, join(at.folder, 'two/tsbox.yaml'))).toEqual([]);
	});

	test.each<{readonly what: string; readonly change: (folder: string) => void; readonly expected: readonly string[]}>([
		{
			what: 'one byte of the archive',
			change: folder => {
				const bytes = readFileSync(join(folder, 'rootfs.tar'));
				bytes[bytes.length - 1] = 1;
				writeFileSync(join(folder, 'rootfs.tar'), bytes);
			},
			expected: [expect.stringMatching(/^rootfs: sha256:\w{64} \| sha256:\w{64}$/) as string],
		},
		{
			what: 'a value of the spec',
			change: folder => {
				const spec = join(folder, 'deploy/spec.yaml');
				writeFileSync(spec, readFileSync(spec, 'utf8').replace('64m', '65m'));
			},
			expected: ['mem_limit: 67108864 | 68157440', plan],
		},
		{
			what: 'a file of an input',
			change: folder => writeFileSync(join(folder, 'conf/more/other.txt'), 'Other\n'),
			expected: [
				expect.stringMatching(
					/^\/etc\/app: more\/other.txt: file 644 0:0 6 \w{16} \| file 644 0:0 6 \w{16}$/,
				) as string,
			],
		},
		{
			what: 'the mode of a file of an input',
			change: folder => chmodSync(join(folder, 'conf/hi.txt'), 0o755),
			expected: [expect.stringMatching(/^\/etc\/app: hi.txt: file 644 0:0 3 (\w{16}) \| file 755 0:0 3 \1$/) as string],
		},
		{
			what: 'a name in an input',
			change: folder => renameSync(join(folder, 'conf/link'), join(folder, 'conf/lank')),
			expected: ['/etc/app: lank: not there | link 0:0 -> hi.txt', '/etc/app: link: link 0:0 -> hi.txt | not there'],
		},
		{
			what: 'a value of an env_file, which the lock does not tell',
			change: folder => writeFileSync(join(folder, 'deploy/app.env'), 'TOKEN=anderes\n'),
			expected: [expect.stringMatching(/^environment.TOKEN: sha256:\w{16} \| sha256:\w{16}$/) as string, plan],
		},
		{what: 'what the container writes', change: folder => writeFileSync(join(folder, 'data/new'), ''), expected: []},
	])('$what is seen as what it is', async ({change, expected}) => {
		await using at = await testBox();
		const spec = await locked(at);
		change(join(at.folder, 'checkout'));
		expect(await differing(at, spec)).toEqual(expected);
		const {status, err} = await at.tsbox(['run', '--locked', spec, '--', 'true']);
		const isRefused = /difference.* from .*tsbox.lock/.test(err);
		expect({status, isRefused}).toEqual(
			expected.length === 0 ? {status: 0, isRefused: false} : {status: 125, isRefused: true},
		);
		expect(at.leftovers()).toEqual([]);
	});

	test('a refusal says what differs, side by side, with its cause and its hint, and nothing is touched', async () => {
		await using at = await testBox();
		const spec = await locked(at);
		const mode = {env: {MODE: 'other'}};
		const {status, out, err} = await at.tsbox(['up', '-d', '--locked', spec], mode);
		expect({status, out}).toEqual({status: 125, out: ''});
		const plain = err.replaceAll(`${at.folder}/`, '').replaceAll(/sha256:\w{64}/g, 'sha256:WHOLE');
		expect(plain).toMatchInlineSnapshot(`
			"error: 2 differences from checkout/deploy/tsbox.lock
			  web: environment.MODE
			    locked plain | now sha256:d448c0e0f65da794
			    cause  its value now comes from checkout/deploy/spec.yaml:7:25, with MODE from the environment
			    hint   restore it, or accept the change with \`tsbox lock checkout/deploy/spec.yaml\`
			  web: the plan
			    locked sha256:WHOLE | now sha256:WHOLE
			    cause  it differs in the step process.exec because of the differences above
			    hint   fix the differences above
			  hint     follow the hint of each difference, or start without \`--locked\`
			"
		`);
		expect(await at.tsbox(['lock', '--check', spec], mode)).toMatchObject({status: 1});
		expect(at.leftovers()).toEqual([]);
		expect(await at.tsbox(['images', '--json'])).toMatchObject({out: '[]\n'});
	});

	test('another version of a tool that the plan runs, and another ability of the kernel, are told', async () => {
		await using at = await testBox();
		const spec = await locked(at);
		const mount = await otherFacts(at, facts => ({
			...facts,
			tools: {...facts.tools, mount: facts.tools.mount === null ? null : {...facts.tools.mount, version: 'mount 0.1'}},
		}));
		expect(await differing(at, spec, ...mount)).toEqual([expect.stringMatching(/^the tool mount: .* \| mount 0\.1$/)]);
		const copied = await otherFacts(at, facts => ({
			...facts,
			overlay: {...facts.overlay, store: false, tmpfs: false, hostLower: false, why: 'no such device'},
		}));
		expect(await differing(at, spec, ...copied)).toEqual([
			'writable layer: overlay, in the store | a copy of the root filesystem',
			plan,
		]);
	});

	test('what the plan does not lean on may differ', async () => {
		await using at = await testBox();
		const spec = await locked(at);
		const other = await otherFacts(at, facts => ({
			...facts,
			os: 'another one',
			packageManager: null,
			cpus: 77,
			kernel: {...facts.kernel, release: facts.kernel.release.replace(/-.*|$/, '-other')},
			toolbox: {kind: 'copy', files: [], id: '0123'},
			cgroup: {...facts.cgroup, unifiedEnabled: ['memory'], ioWeightFile: 'io.weight'},
			rlimits: {...facts.rlimits, nofile: 12_345},
			tools: {...facts.tools, xz: null, tini: null},
		}));
		expect(await differing(at, spec, ...other)).toEqual([]);
	});

	test('services are locked alone, and what one named service needs is looked at with it', async () => {
		await using at = await testBox();
		const service = (name: string, more: string) =>
			`  ${name}:\n    rootfs: ${at.rootfs}\n    command: ["true"]\n    ${more}\n`;
		const spec = (memory: string) =>
			at.file(
				'shop.yaml',
				`name: ${at.name}\nservices:\n${service('db', `mem_limit: ${memory}`)}${service('web', 'depends_on: [db]')}${service('lone', 'labels: {a: b}')}`,
			);
		const file = spec('64m');
		await at.tsbox(['lock', file]);
		spec('65m');
		expect((await check(at, file)).differences.map(({service: name, what}) => `${name} ${what}`)).toEqual([
			'db mem_limit',
			'db the plan',
		]);
		expect(await at.tsbox(['lock', '--check', file, 'lone'])).toMatchObject({status: 0});
		expect(await at.tsbox(['lock', '--check', file, 'web'])).toMatchObject({status: 1});
		expect(await at.tsbox(['lock', file, 'web'])).toMatchObject({status: 0});
		expect(await at.tsbox(['lock', '--check', file])).toMatchObject({status: 1});
		expect(await at.tsbox(['lock', file, 'db'])).toMatchObject({status: 0});
		expect(await at.tsbox(['lock', '--check', file])).toMatchObject({status: 0});
	});

	test.each([
		['no lock', undefined, 'no lock file at'],
		['a damaged one', '{"version": 1, "spec": "spec.yaml", "services": {"web": {}}}', 'is damaged'],
		['half of one', '{"version": 1, "spe', 'is damaged'],
		['one of a newer tsbox', '{"version": 2}', 'was written by a newer tsbox'],
		['the one of another spec', '{"version": 1, "spec": "other.yaml", "services": {}}', 'is the lock of other.yaml'],
		['one that lacks the service', '{"version": 1, "spec": "spec.yaml", "services": {}}', 'not there | now there'],
	])('%s is refused with what fixes it', async (_, text, message) => {
		await using at = await testBox();
		const spec = checkout(at);
		if (text !== undefined) writeFileSync(join(at.folder, 'checkout/deploy/tsbox.lock'), text);
		for (const verb of ['up', 'run']) {
			const {status, err} = await at.tsbox([verb, '--locked', spec]);
			expect({status, err}).toEqual({
				status: 125,
				err: expect.stringMatching(new RegExp(`${message.replaceAll('|', '\\|')}[^]*hint`)) as string,
			});
		}
		expect(at.leftovers()).toEqual([]);
	});

	test('an interrupt ends a look at a large tree', async () => {
		await using at = await testBox();
		const spec = checkout(at);
		truncateSync(join(at.folder, 'checkout/conf/hi.txt'), 2 ** 40);
		const running = at.start(['lock', spec]);
		await until('the file is read', () => isOpenIn(running.child.pid, join(at.folder, 'checkout/conf/hi.txt')));
		running.child.kill('SIGINT');
		const {status, err} = await running.ended;
		expect({status, err}).toEqual({
			status: 130,
			err: expect.stringContaining('reading the inputs of web was interrupted') as string,
		});
		expect(existsSync(join(at.folder, 'checkout/deploy/tsbox.lock'))).toBe(false);
	});

	test('a lock that is a link is neither read nor written', async () => {
		await using at = await testBox();
		const spec = checkout(at);
		symlinkSync(join(at.folder, 'elsewhere'), join(at.folder, 'checkout/deploy/tsbox.lock'));
		for (const words of [['lock'], ['lock', '--check'], ['run', '--locked']]) {
			const {status, err} = await at.tsbox([...words, spec]);
			expect({status, err}).toEqual({
				status: 125,
				err: expect.stringContaining('tsbox.lock is not a regular file') as string,
			});
		}
		expect(existsSync(join(at.folder, 'elsewhere'))).toBe(false);
		expect(await at.tsbox(['lock', '--lock', 'no/where', spec])).toMatchObject({status: 2});
	});

	test('a folder as root filesystem is locked by its tree, and that of the host is said not to be', async () => {
		await using at = await testBox();
		mkdirSync(join(at.folder, 'root/etc'), {recursive: true});
		const folder = at.file('folder.yaml', `name: ${at.name}\nrootfs: ./root\ncommand: [x]\n`);
		expect(await at.tsbox(['lock', folder, '--lock', 'folder.lock'])).toMatchObject({
			status: 0,
			err: expect.stringMatching(/^wrote [^\n]*folder.lock: \S+\n$/),
		});
		writeFileSync(join(at.folder, 'root/etc/passwd'), 'x');
		expect(await differing(at, folder, '--lock', 'folder.lock')).toEqual([
			expect.stringMatching(/^rootfs: etc\/passwd: not there \| file 644 0:0 1 \w{16}$/),
		]);
		const host = at.file('host.yaml', `name: ${at.name}\nrootfs: host\ncommand: ["true"]\n`);
		expect(await at.tsbox(['lock', host, '--lock', 'host.lock'])).toMatchObject({
			status: 0,
			err: expect.stringContaining("not locked: the root filesystem is the host's own"),
		});
		expect(await at.tsbox(['run', '--locked', '--lock', 'host.lock', host])).toMatchObject({status: 0});
		expect(at.leftovers()).toEqual([]);
	});
});
