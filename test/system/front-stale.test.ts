import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {type Fronted, fronted, off} from './fronted.ts';

/* The program of an earlier plan is never started: each kind of what a plan is made from changes in turn. */

let at: TestBox;
let front: Fronted;
beforeAll(async () => {
	at = await testBox();
	front = fronted(at);
	for (const folder of ['.git', 'home', 'one', 'two']) mkdirSync(path(folder));
	symlinkSync('one', path('source'));
	copyFileSync(at.rootfs, path('rootfs.tar'));
	write('profile.json', '{"defaultAction": "SCMP_ACT_ALLOW"}');
	write('a.env', 'FROM=file\n');
	write('spec.yaml', spec());
	for (const name of ['a.env', 'profile.json', 'rootfs.tar', 'spec.yaml'])
		utimesSync(path(name), 1_700_000_000, 1_700_000_000);
});
afterAll(async () => at[Symbol.asyncDispose]());

const path = (name: string) => join(at.folder, name);
const write = (name: string, text: string) => writeFileSync(path(name), text);
const spec = () => `name: ${at.name}
rootfs: ./rootfs.tar
command: [sh, -c, 'echo "\${WHO} \${ELSE:-nothing} $$FROM $$MORE"; ls /source; grep -c . /proc/mounts']
env_file: [a.env, {path: b.env, required: false}]
security_opt: [seccomp=profile.json]
volumes: ["./source:/source"]
pids_limit: 100
`;

/** Changes bytes of a file, of which neither the size nor the time shows it. */
function overwrite(name: string, text: string, other: string): void {
	const {atime, mtime} = statSync(path(name));
	const after = readFileSync(path(name));
	const start = after.indexOf(text);
	expect([start === -1, text.length]).toEqual([false, other.length]);
	after.write(other, start);
	writeFileSync(path(name), after);
	utimesSync(path(name), atime, mtime);
}

const who = (): Record<string, string> => ({WHO: 'ada', HOME: path('home')});
const words = ['run', 'spec.yaml'];

describe('Node starts it', () => {
	test.each<[string, (env: Record<string, string>) => void, (() => void)?]>([
		['the spec', () => overwrite('spec.yaml', '100', '200'), () => overwrite('spec.yaml', '200', '100')],
		[
			'the spec, by another file with its size and time',
			() => {
				const {atime, mtime} = statSync(path('spec.yaml'));
				write('new.yaml', spec().replace('100', '300'));
				utimesSync(path('new.yaml'), atime, mtime);
				renameSync(path('spec.yaml'), path('old.yaml'));
				renameSync(path('new.yaml'), path('spec.yaml'));
			},
			() => renameSync(path('old.yaml'), path('spec.yaml')),
		],
		[
			'the spec, which is gone',
			() => renameSync(path('spec.yaml'), path('old.yaml')),
			() => renameSync(path('old.yaml'), path('spec.yaml')),
		],
		['a file of variables', () => overwrite('a.env', 'file', 'else'), () => overwrite('a.env', 'else', 'file')],
		['a file of variables that appears', () => write('b.env', 'MORE=1\n'), () => rmSync(path('b.env'))],
		['.env, which appears', () => write('.env', 'ELSE=x\n'), () => rmSync(path('.env'))],
		['a variable', env => void (env['WHO'] = 'eve')],
		['a variable that is set', env => void (env['ELSE'] = 'x')],
		['a variable that is no longer set', env => void delete env['WHO']],
		[
			'a seccomp profile',
			() => overwrite('profile.json', 'ACT_ALLOW', 'ACT_ERRNO'),
			() => overwrite('profile.json', 'ACT_ERRNO', 'ACT_ALLOW'),
		],
		[
			'the source of a mount, a symlink',
			() => {
				rmSync(path('source'));
				symlinkSync('two', path('source'));
			},
			() => {
				rmSync(path('source'));
				symlinkSync('one', path('source'));
			},
		],
		[
			'the source of a mount, which is gone',
			() => renameSync(path('one'), path('gone')),
			() => renameSync(path('gone'), path('one')),
		],
		[
			'the archive, with its size and time put back',
			() => overwrite('rootfs.tar', 'busybox', 'busyb0x'),
			() => overwrite('rootfs.tar', 'busyb0x', 'busybox'),
		],
		[
			'a configuration that appears',
			() => write('.tsboxrc.yaml', 'defaults: {pids_limit: 7}\n'),
			() => rmSync(path('.tsboxrc.yaml')),
		],
		[
			'a configuration of the user that appears',
			() => {
				mkdirSync(path('home/.config/tsbox'), {recursive: true});
				write('home/.config/tsbox/config.yaml', 'policy: {max_pids: 50}\n');
			},
			() => rmSync(path('home/.config'), {recursive: true}),
		],
		['who may write to the store', () => chmodSync(path('store'), 0o777), () => chmodSync(path('store'), 0o700)],
		[
			'the programs of the machine',
			() => write('state/facts.json', `${readFileSync(path('state/facts.json'), 'utf8')} `),
			() => write('state/facts.json', readFileSync(path('state/facts.json'), 'utf8').trim()),
		],
		[
			'the image in the store, which is gone',
			() => renameSync(path('store/images'), path('store/images-away')),
			() => {
				rmSync(path('store/images'), {recursive: true, force: true});
				renameSync(path('store/images-away'), path('store/images'));
			},
		],
		['the copied tools, which are gone', () => rmSync(path('store/tools'), {recursive: true})],
		[
			'what an earlier boot left under the name',
			() => mkdirSync(path(`store/layers/${at.name}/upper`), {recursive: true}),
		],
	])('after a change of %s', async (_, change, back = () => {}) => {
		const env = who();
		const before = await front.warm(words, env);
		expect(before).toMatchObject({status: 0, err: ''});
		change(env);
		try {
			const after = await front.run(words, env);
			expect(after.byNode).toBe(true);
			const fresh = await front.run(words, {...env, ...off});
			// The first start after it may have unpacked the archive.
			expect({...after, err: after.err.replaceAll(/^ +\d+\/\d+ +unpack .*\n/gm, '')}).toEqual(fresh);
		} finally {
			back();
		}
		expect(at.leftovers()).toEqual([]);
	});

	test('for a command that is not in the container any more, with the words of Node', async () => {
		mkdirSync(path('folder/bin'), {recursive: true});
		copyFileSync('/bin/busybox', path('folder/bin/busybox'));
		symlinkSync('busybox', path('folder/bin/first'));
		symlinkSync('busybox', path('folder/bin/true'));
		write('folder.yaml', `name: ${at.name}\nrootfs: ./folder\n`);
		const asked = ['run', 'folder.yaml', '--', 'true'];
		await front.warm(asked);
		for (const change of [
			() => rmSync(path('folder/bin/true')),
			() => write('folder/bin/true', '#!/bin/none\n'),
			() => chmodSync(path('folder/bin/true'), 0o755),
			() => write('folder/bin/true', '\x7fELF and no more'),
			() => {
				rmSync(path('folder/bin/true'));
				mkdirSync(path('folder/bin/true'));
			},
		]) {
			change();
			const ran = await front.run(asked);
			expect(ran).toEqual(await front.run(asked, off));
			expect(ran).toMatchObject({byNode: true, out: ''});
			expect([126, 127]).toContain(ran.status);
		}
		expect(at.leftovers()).toEqual([]);
	});

	test('for a name that is in use, with the words of Node', async () => {
		const env = who();
		await front.warm(words, env);
		const other = await at.tsbox([
			'up',
			'-d',
			at.file('other.yaml', `name: ${at.name}\nrootfs: ./rootfs.tar\ncommand: [sleep, "1000"]\n`),
		]);
		expect(other).toMatchObject({status: 0});
		const ran = await front.run(words, env);
		expect(ran).toMatchObject({byNode: true, status: 125});
		expect(ran).toEqual(await front.run(words, {...env, ...off}));
		await at.tsbox(['down', '-t', '0', at.name]);
		expect((await front.warm(words, env)).status).toBe(0);
	});
});
