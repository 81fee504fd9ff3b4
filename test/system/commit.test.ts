import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {LayerSource} from '../images/layer.ts';
import {makeImage} from '../images/make-image.ts';
import {writeLayout} from '../images/write-image.ts';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {type Starter, type TestBox, testBox} from './box.ts';
import {blobFile, configOf, manifestOf, unfinished} from './build-context.ts';
import {until} from './until.ts';

/* tsbox commit: images of what containers changed. */

const root = process.getuid?.() === 0;
const folder = (name: string, mode = 0o755) => ({name, type: '5', mode});
const layers: readonly LayerSource[] = [
	{entries: readFileSync(await busyboxFixture())},
	{
		entries: [
			folder('data/'),
			{name: 'data/changed', body: 'base\n'},
			{name: 'data/gone', body: 'base\n'},
			folder('again/'),
			{name: 'again/hidden', body: 'base\n'},
		],
	},
];

/** Starts a container in the background that stays until it is stopped. */
async function upWith(box: TestBox, text: string): Promise<string> {
	const path = box.file('spec.yaml', `name: ${box.name}\n${box.head}command: [sleep, "100000"]\n${text}`);
	const {status, err} = await box.tsbox(['up', '-d', path]);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	return path;
}

function imageLine(box: TestBox): string {
	const config = {Env: ['FROM=base', 'PATH=/bin'], Cmd: ['true'], OnBuild: ['RUN x'], Labels: {kept: 'yes'}};
	const [reference] = writeLayout(join(box.folder, 'layout'), {one: makeImage({layers, config})});
	return `image: ${reference}\n`;
}

async function out(box: TestBox, args: readonly string[]): Promise<string> {
	const {status, out, err} = await box.tsbox(args);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	return out.trimEnd();
}

/** What a container of an image prints. */
async function runOf(box: TestBox, image: string, script: string): Promise<string> {
	const spec = box.file('next.yaml', `name: ${box.name}-next\n${box.head}image: ${image}\n`);
	return out(box, ['run', spec, '--', 'sh', '-c', script]);
}

/** The entries of the topmost layer, as `tar -tv` shows them but for times. */
function topLayer(box: TestBox, digest: string): readonly string[] {
	const path = blobFile(box, manifestOf(box, digest).layers.at(-1)?.digest ?? '');
	const lines = execFileSync('tar', ['--numeric-owner', '-tvf', path], {encoding: 'utf8'}).trimEnd().split('\n');
	return lines.map(line => line.replace(/ +\d+ \d{4}-\d\d-\d\d \d\d:\d\d /, ' '));
}

const change = [
	'echo new > /data/added && chown 12:34 /data/added && chmod 4750 /data/added',
	'echo top >> /data/changed',
	'rm /data/gone',
	'rm -r /again && mkdir /again && echo shown > /again/shown',
	'ln -s added /data/link && ln /data/added /data/hard',
	'echo of-the-volume > /seen/deep/file && echo of-the-tmpfs > /srv/scratch/file',
].join(' && ');
const look =
	'cat /data/* /again/*; ls /data /again; stat -c "%u %g %a" /data/added; ls -d /seen /srv 2>&1; echo "$FROM"';
const expected = `new
base
top
new
new
shown
/again:
shown

/data:
added
changed
hard
link
12 34 4750
ls: /seen: No such file or directory
ls: /srv: No such file or directory
base`;
const mounts = 'volumes: ["./volume:/seen/deep", {type: tmpfs, target: /srv/scratch}]\n';

const starters: readonly (readonly [string, Starter])[] = [
	['root', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_251, gid: 61_251}],
];

describe.skipIf(!root).each(starters)('commit, %s', (who, starter) => {
	// An ordinary user's container has no cgroup that could be frozen.
	const plain = who === 'rootless' ? ['--no-pause'] : [];

	test('a container of the new image has what was added, changed and removed, and nothing of the mounts', async () => {
		await using box = await testBox(starter);
		mkdirSync(join(box.folder, 'volume'), {mode: 0o777});
		execFileSync('chmod', ['777', join(box.folder, 'volume')]);
		const spec = await upWith(box, `${imageLine(box)}${mounts}`);
		await out(box, ['exec', box.name, '--', 'sh', '-c', who === 'rootless' ? change.replace('12:34', '0:0') : change]);
		const digest = await out(box, ['commit', ...plain, box.name, 'made:1']);
		expect(topLayer(box, digest).filter(line => !/etc\/?$|resolv|host/.test(line))).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/ again\/$/),
				expect.stringMatching(/ again\/\.wh\.\.wh\.\.opq$/),
				expect.stringMatching(/ data\/\.wh\.gone$/),
			]),
		);
		expect(topLayer(box, digest).join('\n')).not.toMatch(/seen|srv|proc|dev/);
		const seen = who === 'rootless' ? expected.replace('12 34', '0 0') : expected;
		expect(await runOf(box, 'made:1', look)).toBe(seen);
		// It goes on, and stopped it has the same files.
		expect(await out(box, ['exec', box.name, '--', 'cat', '/data/added'])).toBe('new');
		await out(box, ['stop', '-t', '0', box.name]);
		const again = await out(box, ['commit', box.name, 'made:2']);
		expect(manifestOf(box, again).layers).toEqual(manifestOf(box, digest).layers);
		await out(box, ['down', '-t', '0', spec]);
		expect(await runOf(box, 'made:2', look)).toBe(seen);
		expect(unfinished(box).filter(name => name.startsWith('store/tmp'))).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('an archive below becomes a layer, which two images share', async () => {
		await using box = await testBox(starter);
		const spec = await upWith(box, `rootfs: ${box.rootfs}\n`);
		await out(box, ['exec', box.name, '--', 'sh', '-c', 'echo a > /a; rm /etc/group; rm -r /home/app']);
		const one = await out(box, ['commit', ...plain, box.name, 'one']);
		await out(box, ['exec', box.name, '--', 'sh', '-c', 'echo b > /b']);
		const two = await out(box, ['commit', ...plain, box.name]);
		expect(manifestOf(box, one).layers).toHaveLength(2);
		expect(manifestOf(box, two).layers[0]).toEqual(manifestOf(box, one).layers[0]);
		// It has the command of the container, but for what an instruction says.
		expect(configOf(box, one).config).toEqual({Cmd: ['sleep', '100000']});
		const script = 'stat -c "%u %g" / /bin/busybox /a; cat /a; ls /etc /home; ls /b';
		expect(await runOf(box, 'one', `${script} 2>&1 || true`)).toBe(
			'0 0\n0 0\n0 0\na\n/etc:\npasswd\n\n/home:\nls: /b: No such file or directory',
		);
		await out(box, ['down', '-t', '0', spec]);
		expect(box.leftovers()).toEqual([]);
	});
});

describe.skipIf(!root)('commit', () => {
	test('settings of the image stay, and instructions change them', async () => {
		await using box = await testBox();
		const spec = await upWith(box, `${imageLine(box)}environment: {SECRET: xyzzy}\n`);
		const changes = [
			'ENV ADDED="a b" FROM=$FROM-more',
			'CMD ["cat", "/data/added"]',
			'ENTRYPOINT ["/bin/busybox"]',
			'EXPOSE 80',
			'LABEL by=me',
			'USER 12:34',
			'VOLUME /v',
			'WORKDIR /data',
			'STOPSIGNAL SIGINT',
			'HEALTHCHECK CMD true',
			'ONBUILD RUN y',
		];
		const args = [...changes.flatMap(each => ['-c', each]), '-m', 'with a word', '-a', 'A <a@b>'];
		const plain = await out(box, ['commit', box.name, 'plain']);
		const digest = await out(box, ['commit', ...args, box.name, 'changed']);
		expect(configOf(box, plain).config).toEqual({
			Env: ['FROM=base', 'PATH=/bin'],
			Cmd: ['true'],
			Labels: {kept: 'yes'},
		});
		const {config, history, author} = configOf(box, digest) as ReturnType<typeof configOf> & {author: string};
		expect(config).toEqual({
			Env: ['FROM=base-more', 'PATH=/bin', 'ADDED=a b'],
			Cmd: ['cat', '/data/added'],
			Entrypoint: ['/bin/busybox'],
			ExposedPorts: {'80/tcp': {}},
			Labels: {kept: 'yes', by: 'me'},
			User: '12:34',
			Volumes: {'/v': {}},
			WorkingDir: '/data',
			StopSignal: 'SIGINT',
			Healthcheck: {Test: ['CMD-SHELL', 'true']},
			OnBuild: ['RUN y'],
		});
		expect(author).toBe('A <a@b>');
		// Nothing was changed, so that there is no layer.
		expect(history.at(-1)).toMatchObject({
			created_by: 'sleep 100000',
			comment: 'with a word',
			author: 'A <a@b>',
			empty_layer: true,
		});
		expect(manifestOf(box, digest).layers).toEqual(manifestOf(box, plain).layers);
		expect(JSON.stringify(configOf(box, digest))).not.toContain('xyzzy');
		await out(box, ['down', '-t', '0', spec]);
	});

	test('attributes of files stay, without the ids of the user namespace', async () => {
		await using box = await testBox('mapped');
		const spec = await upWith(box, `rootfs: ${box.rootfs}\n`);
		await out(box, ['exec', box.name, '--', 'sh', '-c', 'cp /bin/busybox /capable; echo x > /tagged']);
		const upper = join(box.folder, 'store/layers', box.name, 'upper');
		execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(upper, 'tagged')]);
		const rootId = String(statSync(join(upper, 'capable')).uid);
		execFileSync('setcap', ['-n', rootId, 'cap_net_raw+ep', join(upper, 'capable')]);
		const valueOf = (path: string): string =>
			execFileSync('getfattr', ['--absolute-names', '-n', 'security.capability', '--only-values', path], {
				encoding: 'hex',
			});
		// Revision 3 has the id of the namespace's root behind the capabilities.
		expect(valueOf(join(upper, 'capable'))).toMatch(/^01000003.{32}[0-9a-f]{8}$/);
		const digest = await out(box, ['commit', box.name, 'made']);
		const top =
			manifestOf(box, digest)
				.layers.at(-1)
				?.digest.slice('sha256:'.length, 'sha256:'.length + 16) ?? '';
		const unpacked = join(box.folder, 'store/lower', top, 'fs');
		expect(valueOf(join(unpacked, 'capable'))).toMatch(/^01000002.{32}$/);
		expect(
			execFileSync('getfattr', ['--absolute-names', '-n', 'user.note', '--only-values', join(unpacked, 'tagged')], {
				encoding: 'utf8',
			}),
		).toBe('kept');
		await out(box, ['down', '-t', '0', spec]);
		expect(box.leftovers()).toEqual([]);
	});

	test('a container is frozen while its files are read, unless it shall not be', async () => {
		await using box = await testBox();
		// The files are read in the order of their names, and between the two lies one that takes time.
		const script =
			'truncate -s 100M /l-b; : > /l-a; : > /l-c; echo begun; while :; do echo x >> /l-a; echo x >> /l-c; done';
		const spec = box.file('spec.yaml', `name: ${box.name}\nrootfs: ${box.rootfs}\ncommand: [sh, -c, "${script}"]\n`);
		await out(box, ['up', '-d', spec]);
		await until('it writes', async () => (await box.tsbox(['logs', box.name])).out.includes('begun'));
		await out(box, ['commit', box.name, 'frozen']);
		const lines = async (image: string): Promise<number> => {
			const [a = 0, c = 0] = (await runOf(box, image, 'wc -l < /l-a; wc -l < /l-c')).split('\n').map(Number);
			expect(a).toBeGreaterThan(0);
			return c - a;
		};
		expect(Math.abs(await lines('frozen'))).toBeLessThanOrEqual(1);
		const states = async (): Promise<string> => out(box, ['ps', '--format', '{{.Name}} {{.State}}']);
		expect(await states()).toContain(`${box.name} running`);
		await out(box, ['commit', '--no-pause', box.name, 'moving']);
		expect(await lines('moving')).toBeGreaterThan(1);
		await out(box, ['pause', box.name]);
		await out(box, ['commit', box.name, 'paused']);
		expect(Math.abs(await lines('paused'))).toBeLessThanOrEqual(1);
		expect(await states()).toContain(`${box.name} paused`);
		await out(box, ['down', '-t', '0', spec]);
		expect(box.leftovers()).toEqual([]);
	});

	test('who cannot freeze a container is told how to go without', async () => {
		await using box = await testBox({uid: 61_251, gid: 61_251});
		const spec = await upWith(box, `rootfs: ${box.rootfs}\n`);
		expect(await box.tsbox(['commit', box.name, 'never'])).toMatchObject({
			status: 125,
			err: expect.stringContaining('hint     read its files while it runs: `--no-pause`'),
		});
		expect(await out(box, ['images', '--json'])).not.toContain('never');
		await out(box, ['down', '-t', '0', spec]);
	});

	test('an interrupted commit thaws the container, and leaves nothing', async () => {
		await using box = await testBox();
		const spec = await upWith(box, `rootfs: ${box.rootfs}\n`);
		await out(box, ['exec', box.name, '--', 'truncate', '-s', '2G', '/big']);
		const running = box.start(['commit', box.name, 'never']);
		const tmp = join(box.folder, 'store/tmp');
		await until(
			'files are read',
			() => existsSync(tmp) && readdirSync(tmp).some(name => existsSync(join(tmp, name, 'layer'))),
		);
		running.child.kill('SIGINT');
		expect((await running.ended).status).toBe(130);
		expect(await out(box, ['ps', '--format', '{{.Name}} {{.State}}'])).toBe(`${box.name} running`);
		expect(await out(box, ['images', '-q'])).not.toContain('never');
		expect(unfinished(box).filter(name => name.startsWith('store/tmp'))).toEqual([]);
		expect(readdirSync(join(box.folder, 'store'))).not.toContain('manifests');
		await out(box, ['down', '-t', '0', spec]);
		expect(box.leftovers()).toEqual([]);
	});

	test('what cannot be committed is refused, and nothing is made', async () => {
		await using box = await testBox();
		const spec = await upWith(box, `rootfs: ${box.rootfs}\n`);
		const refused = async (...args: string[]): Promise<string> => {
			const {status, out: said, err} = await box.tsbox(['commit', ...args]);
			expect(said).toBe('');
			return `${status} ${err.split('\n')[0]}`;
		};
		expect(await refused()).toBe('2 error: commit needs CONTAINER');
		expect(await refused('nobody', 'x')).toBe('125 error: there is no container named nobody');
		expect(await refused(box.name, 'Bad Name')).toMatch(/^2 error: the name "Bad Name"/);
		expect(await refused(box.name, `x@sha256:${'0'.repeat(64)}`)).toMatch(/^2 error: .* digest/);
		expect(await refused('-c', 'RUN true', box.name, 'x')).toBe('2 error: --change takes no RUN');
		expect(await refused('-c', 'WHAT x', box.name, 'x')).toMatch(/^125 error: --change:1/);
		expect(await refused('-c', 'STOPSIGNAL SIGNOPE', box.name, 'x')).toMatch(/^125 error: --change:1/);
		await out(box, ['down', '-t', '0', spec]);
		const onHost = box.file('host.yaml', `name: ${box.name}\nrootfs: host\ncommand: [sleep, "1000"]\n`);
		await out(box, ['up', '-d', onHost]);
		expect(await refused(box.name, 'x')).toBe(`125 error: ${box.name} has no image to put its changes on`);
		await out(box, ['down', '-t', '0', onHost]);
		expect(
			JSON.parse(await out(box, ['images', '--json'])).filter(({kind}: {kind: string}) => kind === 'image'),
		).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});
});
