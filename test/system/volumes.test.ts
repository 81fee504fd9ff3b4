import {execFileSync, spawnSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lchownSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Ended, type Starter, type TestBox, testBox} from './box.ts';

/* Named volumes: made and filled at the start, kept through `down`, removed by `down -v`. */

const starters: readonly (readonly [string, Starter])[] = [
	['root', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_237, gid: 61_237}],
];

/** An archive of the small root filesystem with something at /data. */
function imageWithData(at: TestBox, more: (data: string) => void = () => {}): string {
	const root = join(at.folder, 'with-data');
	const data = join(root, 'data');
	mkdirSync(join(data, 'sub'), {recursive: true});
	execFileSync('tar', ['-xf', at.rootfs, '-C', root]);
	writeFileSync(join(data, 'file'), 'from the image\n', {mode: 0o640});
	chownSync(join(data, 'file'), 1000, 50);
	linkSync(join(data, 'file'), join(data, 'sub/hard'));
	symlinkSync('/etc/passwd', join(data, 'link'));
	lchownSync(join(data, 'link'), 1000, 1000);
	chownSync(data, 1000, 1000);
	chmodSync(data, 0o2755);
	more(data);
	const archive = join(at.folder, 'data.tar');
	execFileSync('tar', ['-C', root, '-cf', archive, '.']);
	rmSync(root, {recursive: true});
	return archive;
}

interface Spec {
	readonly rootfs?: string;
	readonly mounts?: string;
	readonly command?: string;
	readonly volumes?: string;
	readonly more?: string;
	readonly project?: string;
	readonly file?: string;
}

/** A spec of one service, `web`. */
function spec(at: TestBox, {rootfs = at.rootfs, command = 'true', more = '', ...rest}: Spec = {}): string {
	const {mounts = '["data:/data"]', volumes = '{data: }', project = at.name, file = 'web.yaml'} = rest;
	return at.file(
		file,
		`name: ${project}\nservices:\n  web:\n    rootfs: ${rootfs}\n    network_mode: none\n    ${at.head.trim()}\n    volumes: ${mounts}\n    command: [sh, -c, ${JSON.stringify(command)}]\n    ${more}\nvolumes: ${volumes}\n`,
	);
}

const folderOf = (at: TestBox, name = `${at.name}_data`): string => join(at.folder, 'store/volumes', name);
const dataOf = (at: TestBox, name?: string): string => join(folderOf(at, name), '_data');
const fine = ({status, err}: Ended) => ({status, err: status === 0 ? '' : err});
const ok = {status: 0, err: ''};
const list = 'cd /data; stat -c "%n %u:%g %a %h" . file sub/hard link; readlink link; cat file';

test.each(starters)(
	'%s: a volume begins with what the image has, owners and modes as they are, and keeps what is written',
	async (kind, starter) => {
		await using at = await testBox(starter);
		const rootfs = imageWithData(at);
		const file = spec(at, {rootfs, command: `${list}; [ ! -e old ] || cat old; echo written > old; rm link file`});
		const first = await at.tsbox(['run', file]);
		// An ordinary user without subordinate ids has one id to give.
		const [user, staff] = kind === 'rootless' ? ['0:0', '0:0'] : ['1000:1000', '1000:50'];
		const seen = [
			`. ${user} 2755 3`,
			`file ${staff} 640 2`,
			`sub/hard ${staff} 640 2`,
			`link ${user} 777 1`,
			'/etc/passwd',
			'from the image',
		];
		expect({...fine(first), out: first.out.trim().split('\n')}).toEqual({...ok, out: seen});
		const again = await at.tsbox(['run', spec(at, {rootfs, command: 'cat /data/old; ls /data'})]);
		expect({...fine(again), out: again.out}).toEqual({...ok, out: 'written\nold\nsub\n'});
		expect(JSON.parse((await at.tsbox(['volume', 'ls', '--json'])).out)).toMatchObject([
			{name: `${at.name}_data`, project: at.name, volume: 'data', usedBy: []},
		]);
		expect((await at.tsbox(['down', '-v', file])).err).toBe(`removed volume ${at.name}_data\n`);
		expect(at.leftovers()).toEqual([]);
	},
	60_000,
);

test('nocopy leaves it empty; a mount may be read-only, and so may the root', async () => {
	await using at = await testBox();
	const rootfs = imageWithData(at);
	const empty = await at.tsbox(['run', spec(at, {rootfs, mounts: '["data:/data:nocopy"]', command: 'ls /data'})]);
	expect({...fine(empty), out: empty.out}).toEqual({...ok, out: ''});
	const readOnly = spec(at, {
		rootfs,
		more: 'read_only: true',
		mounts: '["data:/data", {type: volume, source: data, target: /ro, read_only: true}]',
		command: 'echo x > /data/new; echo y > /root/no; echo z > /ro/no; ls /data /ro; grep " /data " /proc/mounts',
	});
	const {out} = await at.tsbox(['run', readOnly]);
	expect(out).toMatch(/^\/data:\nfile\nlink\nnew\nsub\n\n\/ro:\nfile\nlink\nnew\nsub\n\S+ \/data \S+ rw,nodev/);
	expect(out).not.toContain('nosuid');
	await at.tsbox(['down', '-v', readOnly]);
	expect(at.leftovers()).toEqual([]);
});

test('of several starts at once one makes the volume and fills it, and all see it whole', async () => {
	await using at = await testBox();
	const rootfs = imageWithData(at, data => {
		for (let i = 0; i < 500; i += 1) writeFileSync(join(data, `sub/${i}`), 'x'.repeat(5000));
	});
	const file = spec(at, {rootfs, command: 'cat /data/sub/* | wc -c'});
	await at.tsbox(['run', spec(at, {rootfs, volumes: '{data: {name: unpacked}}', file: 'first.yaml'})]);
	const names = ['a', 'b', 'c', 'd'].map(letter => `${at.name}-${letter}`);
	const ends = await Promise.all(
		names.map(name => at.tsbox(['run', '--name', name, spec(at, {rootfs, command: 'cat /data/sub/* | wc -c'})])),
	);
	expect(ends.map(end => ({...fine(end), out: end.out}))).toEqual(names.map(() => ({...ok, out: '2500015\n'})));
	expect(readdirSync(join(at.folder, 'store/tmp'))).toEqual([]);
	await at.tsbox(['down', '-v', file]);
	expect(at.leftovers()).toEqual([]);
}, 60_000);

test('a copy that was cut short is made again, and what a kill left half made goes', async () => {
	await using at = await testBox();
	const rootfs = imageWithData(at);
	const file = spec(at, {rootfs, command: 'cat /data/file'});
	await at.tsbox(['run', file]);
	rmSync(join(dataOf(at), 'sub'), {recursive: true});
	writeFileSync(join(dataOf(at), 'file'), 'from the im');
	const kept = await at.tsbox(['run', file]);
	expect(kept.out).toBe('from the im');
	writeFileSync(join(folderOf(at), 'copying'), '1\n');
	const again = await at.tsbox(['run', file]);
	expect({...fine(again), out: again.out}).toEqual({...ok, out: 'from the image\n'});
	expect(existsSync(join(folderOf(at), 'copying'))).toBe(false);
	// A process that is no more: its start time is none that the number has.
	mkdirSync(join(at.folder, `store/tmp/${process.pid}-1-half`, '_data'), {recursive: true});
	await at.tsbox(['gc']);
	await at.tsbox(['down', '-v', file]);
	expect(at.leftovers()).toEqual([]);
});

test('a start that is killed while it copies leaves a volume that the next one fills', async () => {
	await using at = await testBox();
	const rootfs = imageWithData(at, data => {
		for (let i = 0; i < 3000; i += 1) writeFileSync(join(data, `sub/${i}`), 'x'.repeat(20_000));
	});
	const file = spec(at, {rootfs, command: 'ls /data/sub | wc -l'});
	await at.tsbox([
		'run',
		spec(at, {rootfs, volumes: '{data: {name: unpacked}}', file: 'first.yaml', mounts: '["data:/data:nocopy"]'}),
	]);
	const start = at.start(['run', file]);
	const copying = join(folderOf(at), 'copying');
	while (!existsSync(copying)) {
		expect(start.child.exitCode).toBeNull();
		await new Promise(resolve => setTimeout(resolve, 1));
	}
	start.child.kill('SIGKILL');
	await start.ended;
	expect(existsSync(copying)).toBe(true);
	const next = await at.tsbox(['run', file]);
	expect({...fine(next), out: next.out}).toEqual({...ok, out: '3001\n'});
	expect(existsSync(copying)).toBe(false);
	await at.tsbox(['down', '-v', file]);
	expect(at.leftovers()).toEqual([]);
}, 60_000);

test('an external volume must be there, and stays', async () => {
	await using at = await testBox();
	const name = `${at.name}-shared`;
	const file = spec(at, {
		volumes: `{data: {external: true, name: ${name}}}`,
		command: 'echo x >> /data/log; cat /data/log',
	});
	const missing = await at.tsbox(['run', file]);
	expect(missing).toMatchObject({status: 125, err: expect.stringContaining(`there is no volume ${name}`)});
	expect((await at.tsbox(['volume', 'create', '--label', 'a=b', name])).out).toBe(`${name}\n`);
	const near = spec(at, {volumes: `{data: {external: true, name: ${name}x}}`, file: 'near.yaml'});
	expect((await at.tsbox(['plan', near])).err).toContain(`did you mean ${name}?`);
	expect((await at.tsbox(['run', file])).out).toBe('x\n');
	await at.tsbox(['down', '-v', file]);
	expect((await at.tsbox(['run', file])).out).toBe('x\nx\n');
	expect(JSON.parse((await at.tsbox(['volume', 'inspect', name])).out)).toMatchObject({
		name,
		project: null,
		labels: {a: 'b'},
		path: dataOf(at, name),
	});
	expect((await at.tsbox(['volume', 'rm', name])).out).toBe(`${name}\n`);
	expect(at.leftovers()).toEqual([]);
});

test('a volume that another project mounts stays, and why is said', async () => {
	await using at = await testBox();
	const name = `${at.name}-both`;
	const volumes = `{data: {name: ${name}}}`;
	const mine = spec(at, {volumes});
	await at.tsbox(['run', mine]);
	const other = spec(at, {volumes, project: `${at.name}-other`, file: 'other.yaml', command: 'echo is up; sleep 1000'});
	const running = at.start(['up', other]);
	await running.says('is up');
	expect((await at.tsbox(['plan', '--json', other])).out).toContain(`was made by the project ${at.name}`);
	const why = `${at.name}-other-web-1 mounts`;
	expect(await at.tsbox(['down', '-v', mine])).toMatchObject({status: 125, err: expect.stringContaining(why)});
	expect(await at.tsbox(['volume', 'rm', name])).toMatchObject({status: 125, err: expect.stringContaining(why)});
	expect(await at.tsbox(['volume', 'prune'])).toMatchObject({status: 0, out: ''});
	// It is not the other's to remove.
	await at.tsbox(['down', '-v', '-t', '0', other]);
	expect(existsSync(dataOf(at, name))).toBe(true);
	expect(await at.tsbox(['volume', 'rm', `${name}x`])).toMatchObject({
		status: 125,
		err: expect.stringContaining(`did you mean ${name}?`),
	});
	expect(await at.tsbox(['volume', 'prune'])).toMatchObject({status: 0, out: `${name}\n`});
	expect(at.leftovers()).toEqual([]);
});

test.each(starters.slice(0, 2))(
	'%s: the compiled script makes and fills the same volume',
	async (_, starter) => {
		await using at = await testBox(starter);
		const rootfs = imageWithData(at);
		const file = spec(at, {rootfs, command: `${list}; echo more >> file`});
		const script = at.file('web.sh', (await at.tsbox(['compile', file])).out);
		const run = (): string => {
			const {status, stdout, stderr} = spawnSync('sh', [script], {encoding: 'utf8'});
			expect({status, stderr}).toEqual({status: 0, stderr: ''});
			return stdout;
		};
		const first = run();
		expect(run()).toBe(`${first}more\n`);
		const owners = (): readonly number[] => ['.', 'file', 'link'].map(name => lstatSync(join(dataOf(at), name)).uid);
		const scripted = owners();
		const record = JSON.parse(readFileSync(join(folderOf(at), 'record.json'), 'utf8')) as object;
		await at.tsbox(['down', '-v', file]);
		expect((await at.tsbox(['run', file])).out).toBe(first);
		expect(owners()).toEqual(scripted);
		const {created, ...rest} = JSON.parse(readFileSync(join(folderOf(at), 'record.json'), 'utf8')) as {created: number};
		expect(record).toEqual({...rest, created: expect.any(Number)});
		expect(created).toBeGreaterThan(0);
		await at.tsbox(['down', '-v', file]);
		expect(at.leftovers()).toEqual([]);
	},
	60_000,
);

test('services in the background share a volume, which is there when they are started again', async () => {
	await using at = await testBox();
	const file = at.file(
		'shop.yaml',
		`name: ${at.name}\nx-box: &box {rootfs: ${at.rootfs}, volumes: ["data:/data"]}\nservices:\n  writer:\n    <<: *box\n    command: [sh, -c, "echo kept > /data/file"]\n  reader:\n    <<: *box\n    depends_on: {writer: {condition: service_completed_successfully}}\n    command: [sh, -c, "cat /data/file; sleep 1000"]\nvolumes: {data: }\n`,
	);
	expect(fine(await at.tsbox(['up', '-d', file]))).toEqual(ok);
	expect(await at.tsbox(['volume', 'rm', `${at.name}_data`])).toMatchObject({
		status: 125,
		err: expect.stringContaining(`${at.name}-reader-1, ${at.name}-writer-1 mount it`),
	});
	const part = await at.tsbox(['down', '-v', `${at.name}-reader-1`]);
	expect(part).toMatchObject({status: 2, err: expect.stringContaining('-v needs a whole project')});
	expect(fine(await at.tsbox(['down', '-t', '0', at.name]))).toEqual(ok);
	expect(readFileSync(join(dataOf(at), 'file'), 'utf8')).toBe('kept\n');
	expect(fine(await at.tsbox(['up', '-d', file]))).toEqual(ok);
	expect((await at.tsbox(['exec', `${at.name}-reader-1`, 'cat', '/data/file'])).out).toBe('kept\n');
	const down = await at.tsbox(['down', '-v', '-t', '0', at.name]);
	expect(down.err.trim().split('\n').at(-1)).toBe(`removed volume ${at.name}_data`);
	expect(at.leftovers()).toEqual([]);
}, 60_000);

test('a volume of `volume create` can be written by a container with a user namespace too', async () => {
	await using at = await testBox('mapped');
	await at.tsbox(['volume', 'create', `${at.name}_x`]);
	const file = spec(at, {
		volumes: `{data: {external: true, name: ${at.name}_x}}`,
		command: 'echo x > /data/x; cat /data/x',
	});
	const end = await at.tsbox(['run', file]);
	expect({...fine(end), out: end.out}).toEqual({...ok, out: 'x\n'});
	await at.tsbox(['volume', 'rm', `${at.name}_x`]);
	expect(at.leftovers()).toEqual([]);
});
