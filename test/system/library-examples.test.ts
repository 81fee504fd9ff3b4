import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';

const project = resolve(import.meta.dirname, '../..');

/** A folder in which programs find the package by its name, and keep what they run for themselves. */
function packageUser(): {folder: string; start: (file: string, args: readonly string[]) => Started} & Disposable {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-embed-'));
	mkdirSync(join(folder, 'node_modules'));
	symlinkSync(project, join(folder, 'node_modules/tsbox'));
	writeFileSync(
		join(folder, 'tsbox.config.json'),
		JSON.stringify({store: `${folder}/store`, state: `${folder}/state`}),
	);
	return {
		folder,
		start: (file, args) => {
			writeFileSync(join(folder, 'program.mjs'), readFileSync(file, 'utf8'));
			const child = spawn(process.execPath, ['program.mjs', ...args], {cwd: folder, stdio: ['ignore', 'pipe', 'pipe']});
			let out = '';
			const ended = new Promise<number | null>(done => child.once('close', done));
			const says = new Promise<string>(told => {
				for (const stream of [child.stdout, child.stderr])
					stream.on('data', chunk => {
						out += String(chunk);
						if (out.includes('\n')) told(out);
					});
				child.once('close', () => told(out));
			});
			return {ended, says, output: () => out, stop: () => void child.kill('SIGTERM')};
		},
		[Symbol.dispose]: () => rmSync(folder, {recursive: true, force: true}),
	};
}

interface Started {
	readonly ended: Promise<number | null>;
	/** What it said first, with a whole line. */
	readonly says: Promise<string>;
	readonly output: () => string;
	readonly stop: () => void;
}

const example = (name: string): string => join(project, 'config/examples/library', name);

test('the service for snippets answers, keeps its limits, and ends', async () => {
	using user = packageUser();
	const service = user.start(example('snippets.mjs'), [await busyboxFixture(), '0']);
	const port = /listening on (\d+)/.exec(await service.says)?.[1];
	const post = async (snippet: string): Promise<unknown> =>
		(await fetch(`http://127.0.0.1:${port}/`, {method: 'POST', body: snippet})).json();
	expect(await post('id -u; echo wrong >&2; exit 3')).toMatchObject({
		exitCode: 3,
		stdout: '65534\n',
		stderr: 'wrong\n',
	});
	expect(await post('yes')).toMatchObject({truncated: true});
	expect(await post('sleep 100')).toMatchObject({timedOut: true});
	expect(await post('ls /sys/class/net')).toMatchObject({stdout: 'lo\n'});
	service.stop();
	expect(await service.ended).toBe(0);
});

test('the test runner gives each test a container', async () => {
	using user = packageUser();
	const runner = user.start(example('tests.mjs'), [await busyboxFixture()]);
	expect([await runner.ended, runner.output()]).toEqual([0, expect.stringMatching(/^1\.\.4\n(ok .*\n){4}$/)]);
});

test('the build lane leaves what it made in a folder of the host', async () => {
	using user = packageUser();
	for (const name of ['src', 'out']) mkdirSync(join(user.folder, name));
	writeFileSync(join(user.folder, 'src/a.txt'), 'b\na\n');
	const lane = user.start(example('build.mjs'), [await busyboxFixture(), 'src', 'out']);
	expect([await lane.ended, lane.output()]).toEqual([0, expect.stringContaining('done: cp -r /src/. /build')]);
	expect(readFileSync(join(user.folder, 'out/all.sorted'), 'utf8')).toBe('a\nb\n');
});
