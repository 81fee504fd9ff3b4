import {chownSync, existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {leftovers} from './leftovers.ts';
import {until} from './project.ts';

const root = process.getuid?.() === 0;
const fixtures = join(import.meta.dirname, '../reproducible');

/** What a reproducible box shows of itself, the same in every one. */
const look =
	'hostname; cat /proc/sys/kernel/domainname /etc/machine-id; env | sort; umask; nproc; cat /proc/self/personality; head -n 1 /proc/self/maps | cut -d- -f1; tail -n 2 /proc/self/maps | cut -d- -f1; cut -d. -f1 /proc/uptime; ls /sys/class/net';

/** Nothing of the runs is left: neither of their containers, nor copies in memory, nor kept layers or volumes. */
function expectNothingLeft(box: TestBox): void {
	expect(leftovers(box.name, box.folder)).toEqual([]);
	expect(existsSync(join(box.folder, 'store/kept'))).toBe(false);
	expect(readdirSync('/dev/shm').filter(name => name.startsWith(`tsbox-verify-${process.pid}-`))).toEqual([]);
}

describe.skipIf(!root)('reproducible: true', () => {
	test.each([
		['root', undefined],
		['mapped', 'mapped'],
	] as const)('%s: names, variables, processors, addresses and clocks are the same in each run', async (_, starter) => {
		await using box = await testBox(starter);
		const spec = box.spec(`reproducible: true\ncommand: [sh, -c, "${look}"]\n`);
		const [one, other] = [
			await box.tsbox(['run', '-T', spec]),
			await box.tsbox(['run', '-T', spec], {env: {TZ: 'Asia/Tokyo'}}),
		];
		expect(one).toMatchObject({status: 0});
		const lines = one.out.trimEnd().split('\n');
		expect(lines.slice(0, 3)).toEqual(['box', '(none)', '00000000000000000000000000000001']);
		expect(lines).toEqual(
			expect.arrayContaining(['LC_ALL=C', 'SOURCE_DATE_EPOCH=315532800', 'TZ=UTC', '0022', '00040000', 'lo']),
		);
		const steady = (text: string): readonly string[] => text.split('\n').filter(line => !/^\d$/.test(line));
		expect(steady(other.out)).toEqual(steady(one.out));
		// Seconds since its boot, and one processor.
		expect(lines.filter(line => /^\d+$/.test(line) && Number(line) < 60).length).toBeGreaterThanOrEqual(2);
		expectNothingLeft(box);
	});

	test('a compiled script has all of it, and drift sees it in the kernel', async () => {
		await using box = await testBox();
		const spec = box.spec(`reproducible: true\ncommand: [sh, -c, "${look}"]\n`);
		const script = box.file('box.sh', (await box.tsbox(['compile', spec])).out);
		const {execa} = await import('execa');
		const {stdout, exitCode} = await execa('sh', [script], {reject: false, input: ''});
		expect([exitCode, stdout.split('\n').slice(0, 3)]).toEqual([
			0,
			['box', '(none)', '00000000000000000000000000000001'],
		]);
		expect(stdout).toContain('00040000');
		const running = box.start([
			'up',
			'--plain',
			'-T',
			box.spec('reproducible: true\ncommand: [sh, -c, "echo is up; exec sleep 10000"]\n'),
		]);
		await running.says('is up\n');
		expect(await box.tsbox(['drift', box.name])).toMatchObject({status: 0});
		expect((await box.tsbox(['inspect', box.name])).out).toContain('"process.addresses"');
		await box.tsbox(['down', '-t', '0', box.name]);
		await running.ended;
		expectNothingLeft(box);
	});

	test.each([
		['root', undefined],
		['mapped', 'mapped'],
	] as const)(
		'%s: what exec starts lies at the same addresses each time, and not in other boxes',
		async (_, starter) => {
			await using box = await testBox(starter);
			const maps = async (head: string): Promise<readonly string[]> => {
				const running = box.start([
					'up',
					'--plain',
					'-T',
					box.spec(`${head}command: [sh, -c, "echo is up; exec sleep 10000"]\n`),
				]);
				await running.says('is up\n');
				const look = ['cat', '/proc/self/personality', '/proc/self/maps'];
				const found = [];
				for (const user of ['0', '0', '1000:1000', '1000:1000'])
					found.push(await box.tsbox(['exec', '-T', '-u', user, box.name, '--', ...look]));
				await box.tsbox(['down', '-t', '0', box.name]);
				await running.ended;
				expect(found.map(({status}) => status)).toEqual([0, 0, 0, 0]);
				return found.map(({out}) => out);
			};
			const [root, again, user, userAgain] = await maps('reproducible: true\n');
			expect(root).toContain('00040000');
			expect(root).toContain('[stack]');
			expect([again, userAgain]).toEqual([root, user]);
			const [one, other] = await maps('');
			expect(other).not.toBe(one);
			expectNothingLeft(box);
		},
	);

	test('the plan says where the spec breaks it, and the network of the host is refused', async () => {
		await using box = await testBox();
		const {out} = await box.tsbox(['plan', box.spec('reproducible: true\ncpuset: 0-1\nenvironment: [TZ]\n')], {
			env: {TZ: 'UTC'},
		});
		expect(out).toContain('not reproducible: it runs on several processors at once');
		expect(out).toContain("not reproducible: environment.TZ is the caller's");
		const refused = await box.tsbox(['validate', box.spec('reproducible: true\nnamespaces: [mount, pid, uts, ipc]\n')]);
		expect(refused.status).not.toBe(0);
		expect(refused.err).toContain('needs a network namespace of its own');
	});
});

describe.skipIf(!root)('verify', () => {
	test.each([
		['date', '/out/built: byte'],
		['pid', '/out/built: byte 16'],
		['hostname', '/out/built: byte'],
		['order', '/out/built: byte'],
		['mode', '/out/mode: mode'],
		['owner', '/out/built: byte'],
		['compile-carelessly', '/src/greet.o: byte'],
	])('%s is found out', async (name, words) => {
		await using box = await testBox();
		const {status, out} = await box.tsbox(['verify', '-n', '2', join(fixtures, `${name}.yaml`)]);
		expect(out).toContain(words);
		expect(status).toBe(1);
		expectNothingLeft(box);
	});

	test('a C project that is built in different places, orders and numbers of processes is the same', async () => {
		await using box = await testBox();
		const {status, out, err} = await box.tsbox(['verify', join(fixtures, 'compile.yaml')]);
		expect(err).not.toContain('warning');
		expect({status, out}).toEqual({status: 0, out: 'all 3 runs produced the same output (exit status 0)\n'});
		expect(readdirSync(join(fixtures, 'project'))).not.toContain('app');
		expectNothingLeft(box);
	});

	test('whose checkout it is may not matter: what is only copied, made or written by another counts as the same', async () => {
		await using box = await testBox();
		mkdirSync(join(box.folder, 'src/sub'), {recursive: true});
		box.file('src/sub/text', 'text\n');
		box.file('one', 'one\n');
		// The folder is somebody's, one file in it is root's.
		for (const path of ['src', 'src/sub']) chownSync(join(box.folder, path), 1234, 1235);
		const spec = (command: string): string =>
			box.spec(
				`volumes: ["./src:/src", "./one:/one", {type: bind, source: ./made, target: /made, bind: {create_host_path: true}}]\ncommand: [sh, -c, "${command}"]\n`,
			);
		const good = 'cp -p /src/sub/text /src/copy; echo x > /src/new; echo x >> /one; cp /one /made/two';
		const {status, out, err} = await box.tsbox(['verify', '-n', '2', spec(good)]);
		expect({status, out}).toEqual({status: 0, out: 'all 2 runs produced the same output (exit status 0)\n'});
		expect(err).toContain('the order of its directory entries, its owner, the uid and gid in variables of the caller');
		expect(err).toContain('not varied: the time of day');
		expect(readFileSync(join(box.folder, 'one'), 'utf8')).toBe('one\n');
		expect(readdirSync(join(box.folder, 'src'))).toEqual(['sub']);
		expect(existsSync(join(box.folder, 'made'))).toBe(false);
		const bad = spec('mkdir /out; cp -a /src/sub /out/sub; stat -c %u:%g /src > /out/owner; stat -c %u /src/sub/text');
		const found = await box.tsbox(['verify', '-n', '2', bad]);
		expect(found.out).toContain('/out/owner: byte 0 "1234:1235\\n" in run 1, "43210:43211\\n" in run 2\n');
		expect(found.out).toContain('/out/sub: owner 1234:1235 in run 1, 43210:43211 in run 2\n');
		expect(found.out).not.toContain('standard output');
		const same = await box.tsbox(['verify', '-n', '2', '--same-owner', bad]);
		expect(same.status).toBe(0);
		expect(same.err).toContain(
			'not varied: the uid of the caller and the owner of the checkout: `--same-owner` was given',
		);
		expectNothingLeft(box);
	});

	test('the numbers of the caller, where the spec takes them, go with the owner of the checkout', async () => {
		await using box = await testBox();
		mkdirSync(join(box.folder, 'src'));
		chownSync(join(box.folder, 'src'), 1234, 1234);
		const spec = box.spec(
			'user: "${UID}:${GID}"\nvolumes: ["./src:/src"]\nenvironment: [SUDO_UID, XDG_RUNTIME_DIR]\ncommand: [sh, -c, "echo x > /src/new; echo $$SUDO_UID $$XDG_RUNTIME_DIR; id -g"]\n',
		);
		const env = {UID: '1234', GID: '1234', XDG_RUNTIME_DIR: '/run/user/1234'};
		const {status, out, err} = await box.tsbox(['verify', '-n', '2', spec], {env});
		expect({status, out}).toEqual({
			status: 1,
			out: 'standard output: byte 10 "1234\\n1234\\n" in run 1, "43210\\n43211\\n" in run 2\n',
		});
		expect(err).not.toContain('ended with status');
		expectNothingLeft(box);
	});

	test.each([
		['an ordinary user', {uid: 61_233, gid: 61_233}, 'only root can change owners'],
		['root with a user namespace', 'mapped', 'the user namespace maps every caller to the same ids'],
	] as const)('%s is told that the uid is not varied', async (_, starter, why) => {
		await using box = await testBox(starter);
		const {err, status} = await box.tsbox(['verify', '-n', '2', box.spec('command: [sh, -c, "echo x > /x"]\n')]);
		expect(err).toContain(`not varied: the uid of the caller: ${why}`);
		expect(err).toContain('not varied: path, order and owner of the checkout: the spec mounts nothing from it');
		expect(status).toBe(0);
		expectNothingLeft(box);
	});

	test('outputs can be named, kept and told as JSON; volumes of the runs are removed', async () => {
		await using box = await testBox();
		const spec = box.file(
			'shop.yaml',
			`name: ${box.name}\nservices:\n  make:\n    rootfs: ${box.rootfs}\n    volumes: [data:/data]\n    command: [sh, -c, "sh -c 'echo $$$$$$$$; :' > /data/number; echo same > /same"]\nvolumes:\n  data:\n`,
		);
		expect(await box.tsbox(['verify', '-n', '2', '--output', '/same', spec])).toMatchObject({status: 0});
		const {status, out} = await box.tsbox(['verify', '-n', '2', '--json', '--keep', 'runs', '--output', '/data', spec]);
		const {differences, reproducible} = JSON.parse(out) as {
			differences: readonly {path: string}[];
			reproducible: boolean;
		};
		expect([status, reproducible, differences.map(({path}) => path)]).toEqual([1, false, ['/data/number']]);
		expect(readdirSync(join(box.folder, 'runs/run-2')).toSorted()).toEqual(['mnt_data', 'root', 'stderr', 'stdout']);
		const typo = await box.tsbox(['verify', '-n', '2', '--output', '/sane', spec]);
		expect(typo.err).toContain('no run wrote /sane');
		expectNothingLeft(box);
	});

	test('an interrupt ends it and leaves nothing', async () => {
		await using box = await testBox();
		const running = box.start([
			'verify',
			box.spec('command: [sh, -c, "trap \'exit 0\' TERM; while :; do sleep 0.1; done"]\n'),
		]);
		await running.says('run 1 of 3');
		running.child.kill('SIGINT');
		expect((await running.ended).status).not.toBe(0);
		expectNothingLeft(box);
	});

	test('after SIGKILL gc takes back its container, copies, outputs and named volumes, and no volume of another', async () => {
		await using box = await testBox();
		mkdirSync(join(box.folder, 'src'));
		const spec = box.file(
			'shop.yaml',
			`name: ${box.name}\nservices:\n  make:\n    rootfs: ${box.rootfs}\n    volumes: [./src:/src, data:/data]\n    command: [sh, -c, "echo x > /data/x; echo x > /src/x; exec sleep 10000"]\nvolumes:\n  data:\n`,
		);
		const running = box.start(['verify', spec]);
		const copies = (): readonly string[] =>
			readdirSync('/dev/shm').filter(name => name.startsWith(`tsbox-verify-${running.child.pid}-`));
		const written = (): boolean => copies().some(name => existsSync(join('/dev/shm', name, 'copies-1/src/0/x')));
		await until('it runs', written);
		running.child.kill('SIGKILL');
		await running.ended;
		const names = async (): Promise<readonly string[]> =>
			(await box.tsbox(['volume', 'ls', '-q'])).out.split('\n').filter(line => line !== '');
		// A person's volume stays, whatever its name looks like.
		await box.tsbox(['volume', 'create', `${box.name}_data.verify-1-1-1`]);
		expect(await names()).toHaveLength(2);
		await box.tsbox(['gc']);
		expect(await names()).toEqual([`${box.name}_data.verify-1-1-1`]);
		await box.tsbox(['volume', 'rm', `${box.name}_data.verify-1-1-1`]);
		expect(copies()).toEqual([]);
		expectNothingLeft(box);
	});
});
