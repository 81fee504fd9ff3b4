import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, symlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {buildContext, fromBusybox} from './build-context.ts';
import {until} from './until.ts';

/* `build` of a repository of Git, which git-daemon(1) serves. */

const daemon = '/usr/lib/git-core/git-daemon';
const can = process.getuid?.() === 0 && existsSync(daemon);

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	const {port} = server.address() as {readonly port: number};
	await new Promise(resolve => server.close(resolve));
	return port;
}

/** Serves a folder with a Dockerfile in `docker` as a repository, with a tag `old` and a newer branch `main`. */
async function served(box: TestBox) {
	const folder = buildContext(box, '', {
		'app/docker/Dockerfile': `${fromBusybox}COPY word /\nCMD ["cat", "/word"]\n`,
		'app/word': 'old\n',
	});
	const git = (...words: readonly string[]): void =>
		void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words], {
			cwd: folder,
			stdio: 'ignore',
		});
	execFileSync('mv', [join(folder, 'rootfs.tar'), join(folder, 'app/rootfs.tar')]);
	symlinkSync('/etc', join(folder, 'out'));
	git('init', '-b', 'main');
	git('add', '.');
	git('commit', '-m', 'one');
	git('tag', 'old');
	execFileSync('sh', ['-c', 'echo new > app/word'], {cwd: folder});
	git('commit', '-am', 'two');
	const port = await freePort();
	const words = ['--reuseaddr', '--export-all', '--listen=127.0.0.1', `--port=${port}`, `--base-path=${box.folder}`];
	const server = spawn(daemon, words, {stdio: 'ignore'});
	const url = `git://127.0.0.1:${port}/context`;
	await until('it answers', () => {
		try {
			execFileSync('git', ['ls-remote', url], {stdio: 'ignore'});
			return true;
		} catch {
			return false;
		}
	});
	return {url, [Symbol.dispose]: () => void server.kill()};
}

describe.skipIf(!can)(`\`build\` of a repository${can ? '' : ' (needs root and git-daemon)'}`, () => {
	test('fetches a branch or a tag, shows how, builds its folder, and leaves nothing', async () => {
		await using box = await testBox();
		using server = await served(box);
		const spec = (more: string): string =>
			box.file(
				'spec.yaml',
				`name: ${box.name}\nbuild: {context: "${server.url}${more}", dockerfile: docker/Dockerfile}\n`,
			);
		const up = await box.tsbox(['up', '--plain', spec('#main:app')]);
		expect(up).toMatchObject({status: 0, out: 'new\n'});
		expect(up.err).toContain(`git fetch --quiet --depth 1 -- ${server.url} main\n`);
		expect(await box.tsbox(['run', '--build', spec('#old:app')])).toMatchObject({status: 0, out: 'old\n'});
		expect(await box.tsbox(['run', '--build', spec('#:app')])).toMatchObject({status: 0, out: 'new\n'});
		expect(readdirSync(join(box.folder, 'store/tmp'))).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('says what git says, and follows no link out of the repository', async () => {
		await using box = await testBox();
		using server = await served(box);
		const spec = (more: string): string => box.file('spec.yaml', `name: ${box.name}\nbuild: "${server.url}${more}"\n`);
		const none = await box.tsbox(['build', spec('#none')]);
		expect(none.status).toBe(1);
		expect(none.err).toMatch(/could not be fetched[^]*couldn't find remote ref none[^]*hint +try it: `git ls-remote/);
		const out = await box.tsbox(['build', spec('#main:out')]);
		expect(out.err).toContain('out leads out of the repository');
		expect((await box.tsbox(['plan', spec('')])).err).toContain('can be planned when its repository is fetched');
		mkdirSync(join(box.folder, 'store/tmp'), {recursive: true});
		expect(readdirSync(join(box.folder, 'store/tmp'))).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});
});
