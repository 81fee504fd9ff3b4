import {chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {buildContext, fromBusybox} from './build-context.ts';
import {onTerminal} from './on-terminal.ts';
import {project, rows, sleeper, until} from './project.ts';
import {tsboxLine} from '../tui/dashboard.ts';

/* `tsbox watch` and `up --watch`: what becomes of files in containers that run. */

/** Writes a file of the project on the host. */
function put(at: TestBox, path: string, text: string): void {
	mkdirSync(join(at.folder, path, '..'), {recursive: true});
	writeFileSync(join(at.folder, path), text);
}

const rule = (action: string, more = ''): string =>
	`develop:\n  watch:\n    - {path: ./app, action: ${action}, target: /app${more}}\n`;

async function inside(at: TestBox, script: string, container = 'web-1'): Promise<string> {
	return (await at.tsbox(['exec', `${at.name}-${container}`, '--', 'sh', '-c', script])).out;
}

/** Watches the spec, and gives what it has said so far. */
async function watching(at: TestBox, spec: string, ...words: readonly string[]) {
	const run = at.start(['watch', ...words, spec]);
	await run.says('watching ');
	return run;
}

test('what is written, renamed and deleted is so in all containers of the service; what is ignored stays away', async () => {
	await using at = await testBox();
	put(at, 'app/first.txt', 'first\n');
	put(at, 'app/deep/old.txt', 'old\n');
	const spec = project(at, {
		web: `${sleeper}scale: 2\n${rule('sync', ', ignore: [tmp/, "*.log"], initial_sync: true')}`,
	});
	const run = await watching(at, spec);
	for (const container of ['web-1', 'web-2'])
		expect(await inside(at, 'cat /app/first.txt /app/deep/old.txt', container)).toBe('first\nold\n');
	put(at, 'app/tmp/x', 'x');
	put(at, 'app/a.log', 'x');
	put(at, 'app/.git/HEAD', 'x');
	put(at, 'app/.first.txt.swp', 'x');
	put(at, 'app/new folder/-n\'s "file".txt', 'new\n');
	put(at, 'app/first.txt', 'changed\n');
	chmodSync(join(at.folder, 'app/first.txt'), 0o755);
	renameSync(join(at.folder, 'app/deep'), join(at.folder, 'app/deeper'));
	const found = 'cd /app; find . | sort; cat first.txt; stat -c %a first.txt';
	const wanted =
		'.\n./deeper\n./deeper/old.txt\n./first.txt\n./new folder\n./new folder/-n\'s "file".txt\nchanged\n755\n';
	await until('all is there', async () => (await inside(at, found)) === wanted);
	await until('in the other too', async () => (await inside(at, found, 'web-2')) === wanted);
	// A file in place of a folder, and the other way round.
	rmSync(join(at.folder, 'app/deeper'), {recursive: true});
	put(at, 'app/deeper', 'file\n');
	rmSync(join(at.folder, 'app/first.txt'));
	put(at, 'app/first.txt/in', 'folder\n');
	await until(
		'they have changed places',
		async () => (await inside(at, 'cat /app/deeper /app/first.txt/in')) === 'file\nfolder\n',
	);
	run.child.kill('SIGINT');
	expect((await run.ended).status).toBe(0);
	expect((await rows(at))['web']?.state).toBe('running');
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('files belong to the user of the command, and no symlink of the container leads out of it', async () => {
	await using at = await testBox();
	put(at, 'app/one', '1');
	const outside = join(at.folder, 'outside');
	put(at, 'outside/kept', 'kept');
	const spec = project(at, {web: `${sleeper}user: "1234:5678"\n${rule('sync')}`});
	const run = await watching(at, spec);
	await at.tsbox([
		'exec',
		'-u',
		'0',
		`${at.name}-web-1`,
		'--',
		'sh',
		'-c',
		`mkdir -p /app; ln -s ${outside} /app/link`,
	]);
	put(at, 'app/link/kept', 'other');
	put(at, 'app/one', '2');
	await until('it is there', async () => (await inside(at, 'stat -c %u:%g /app/one; cat /app/one')) === '1234:5678\n2');
	put(at, 'app/two', '2');
	await until('the next is there', async () => (await inside(at, 'cat /app/two')) === '2');
	expect((await at.tsbox(['cp', `${at.name}-web-1:/app/one`, join(at.folder, 'copy')])).status).toBe(0);
	expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept');
	run.child.kill('SIGINT');
	await run.ended;
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('restart, sync+restart and sync+exec', async () => {
	await using at = await testBox();
	for (const name of ['conf', 'app', 'page']) put(at, `${name}/file`, '1\n');
	const spec = project(at, {
		web: `${sleeper}develop:
  watch:
    - {path: ./conf/file, action: restart}
    - {path: ./app, action: sync+restart, target: /app}
    - {path: ./page/file, action: sync+exec, target: /page/index, exec: {command: [sh, -c, "cp /page/index /page/done; echo done; exit 3"]}}
`,
	});
	const run = await watching(at, spec);
	const pid = async (): Promise<number> => (await rows(at))['web']?.pid ?? 0;
	const first = await pid();
	put(at, 'page/file', '2\n');
	await run.says('has exited with status 3\n  done');
	expect(await inside(at, 'cat /page/done')).toBe('2\n');
	expect(await pid()).toBe(first);
	put(at, 'app/file', '2\n');
	await run.says('web: restarted');
	const second = await pid();
	expect(second).not.toBe(first);
	expect(await inside(at, 'cat /app/file')).toBe('2\n');
	put(at, 'conf/file', '2\n');
	await until('it is another process', async () => ![first, second, 0].includes(await pid()));
	run.child.kill('SIGINT');
	await run.ended;
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('what cannot be watched is refused before anything is started', async () => {
	await using at = await testBox();
	const refused = async (develop: string): Promise<string> =>
		(await at.tsbox(['watch', project(at, {web: `${sleeper}${develop}`})])).err;
	expect(await refused('')).toContain('no service of');
	expect(await refused(rule('sync'))).toContain('which does not exist');
	put(at, 'app/one', '1');
	expect(await refused(rule('rebuild'))).toContain('has no `build`');
	expect(await refused(rule('sync', ', ignore: ["["]'))).toContain('`[`');
	expect(await refused('develop: {watch: [{path: ./app, action: sync}]}\n')).toContain('no `target`');
	expect(await refused(rule('sync+exec'))).toContain('no `exec`');
	expect(await refused(rule('copy'))).toContain('`sync+exec`');
	expect((await at.tsbox(['up', '-d', '--watch', project(at, {web: sleeper})])).err).toContain('cannot be combined');
	expect(at.leftovers()).toEqual([]);
});

describe.runIf(process.getuid?.() === 0)('rebuild', () => {
	test('a change makes another image and container; a build that fails leaves the container, and says so', async () => {
		await using at = await testBox();
		buildContext(at, `${fromBusybox}COPY word /word\nRUN test "$(cat /word)" != bad\nCMD ["sleep", "600"]`);
		put(at, 'context/word', 'one');
		put(at, 'context/.dockerignore', 'notes\n');
		const spec = at.file(
			'stack.yaml',
			`name: ${at.name}\nservices:\n  web:\n    build: ./context\n    network_mode: none\n    develop: {watch: [{path: ./context, action: rebuild}]}\n  db:\n    build: ./context\n    network_mode: none\n`,
		);
		const run = await watching(at, spec);
		const first = await rows(at);
		put(at, 'context/notes', 'nothing of a build');
		put(at, 'context/word', 'bad');
		await run.says('its containers stay as they are');
		expect(await rows(at)).toMatchObject({web: {pid: first['web']?.pid}});
		put(at, 'context/word', 'two');
		await run.says('web: rebuilt');
		expect(await inside(at, 'cat /word')).toBe('two');
		const second = await rows(at);
		expect(second['web']?.pid).not.toBe(first['web']?.pid);
		expect(second['db']?.pid).toBe(first['db']?.pid);
		run.child.kill('SIGINT');
		expect((await run.ended).err.match(/; rebuilding/g)).toHaveLength(2);
		await at.tsbox(['down', '-t', '0', at.name]);
		expect(at.leftovers()).toEqual([]);
	});
});

test('up --watch on a terminal: output, copies and a restart, until Ctrl-C takes all away', async () => {
	await using at = await testBox();
	put(at, 'app/file', '1\n');
	const spec = project(at, {
		web: `${sleeper}develop:\n  watch:\n    - {path: ./app, action: sync, target: /app}\n    - {path: ./conf, action: restart}\n`,
	});
	put(at, 'conf/file', '1\n');
	const terminal = onTerminal(at, tsboxLine(at, ['up', '--watch', spec]));
	await terminal.shows(/web.*\|.*up/);
	await terminal.shows('(restart)');
	put(at, 'app/file', '2\n');
	await terminal.shows('1 file copied to /app');
	expect(await inside(at, 'cat /app/file')).toBe('2\n');
	put(at, 'conf/file', '2\n');
	await terminal.shows('web: restarted');
	await terminal.shows(/web.*\|.*up[^]*web.*\|.*up/);
	terminal.type('\u0003');
	expect(await terminal.ended).toBe(130);
	expect(await rows(at)).toEqual({});
	expect(at.leftovers()).toEqual([]);
});
