import {execFile} from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	rmSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Starter, TestBox, TestUser} from './box.ts';
import {onTerminal} from './on-terminal.ts';

/* What `npm run build:exe` makes: one file that needs neither Node nor a checkout. */

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
type Signal = 'SIGHUP' | 'SIGTERM';
const ordinary: TestUser = {uid: 61_251, gid: 61_251};

let folder: string;
let tsbox: string;
let testBox: (starter?: Starter) => Promise<TestBox>;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-executable-'));
	chmodSync(folder, 0o755);
	await run(process.execPath, [join(root, 'build-exe.mjs'), join(folder, 'built/tsbox')]);
	tsbox = join(folder, 'tsbox');
	copyFileSync(join(folder, 'built/tsbox'), tsbox);
	rmSync(join(folder, 'built'), {recursive: true});
	// The boxes of these tests start it.
	process.env['TSBOX_EXE'] = tsbox;
	({testBox} = await import('./box.ts'));
});
afterAll(() => rmSync(folder, {recursive: true}));

/** Runs a command where no file of the checkout can be read, and Node is none. */
async function alone(at: TestBox, user: TestUser, script: string): Promise<string> {
	// More than one Node may be installed.
	const nodes = (process.env['PATH'] ?? '').split(':').map(each => join(each, 'node'));
	const hidden = [process.execPath, ...nodes].filter(path => existsSync(path) && !path.startsWith(`${root}/`));
	const hide = `mount -t tmpfs none "$1" && shift && ${hidden.map(path => `mount --bind /dev/null '${path}'`).join(' && ')} && exec "$@"`;
	const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
	const words = ['--mount', 'sh', '-c', hide, 'sh', root, 'setpriv', ...ids, 'sh', '-ec', script];
	const folders = `--store ${at.folder}/store --state ${at.folder}/state`;
	const env = {
		PATH: process.env['PATH'],
		HOME: at.folder,
		tsbox: `${tsbox} ${folders}`,
		SPEC: at.spec(),
		NAME: at.name,
	};
	const {stdout} = await run('unshare', words, {cwd: at.folder, env});
	return stdout;
}

describe.each([
	['root', {uid: 0, gid: 0}],
	['an ordinary user', ordinary],
] as const)('%s', (_, user) => {
	test('needs nothing but the file', async () => {
		await using at = await testBox(user);
		// That of the fixtures is in the checkout.
		if (at.rootfs.startsWith(root)) copyFileSync(at.rootfs, join(at.folder, 'rootfs.tar'));
		at.file('own.yaml', `name: ${at.name}\nrootfs: ./rootfs.tar\ncommand: [sleep, "600"]\n`);
		const out = await alone(
			at,
			user,
			`$tsbox --version
			! node --version 2>&- && ! test -e ${root}/package.json && echo alone
			$tsbox run own.yaml -- echo ran
			$tsbox up -d own.yaml
			$tsbox ps
			$tsbox exec "$NAME" echo executed
			$tsbox down -t 0 "$NAME"
			$tsbox ps -a --json
			$tsbox completion bash | grep -c complete
			$tsbox help up | head -n 1
			$tsbox explain gate
			$tsbox doctor | grep 'containers can be started'`,
		);
		for (const text of ['tsbox 0.', 'alone', 'ran', `${at.name}  running`, 'executed', '[]', 'can be started'])
			expect(out).toContain(text);
		expect(out).toMatch(/^\*\*gate|^gate/im);
		expect(at.leftovers()).toEqual([]);
	});
});

test('it runs the code that V8 compiled when it was built', async () => {
	await using at = await testBox();
	const hook = at.file(
		'hook.cjs',
		`const vm = require('node:vm');
const {Script} = vm;
vm.Script = class extends Script {
	constructor(text, options) {
		super(text, options);
		process.stderr.write(options.filename + ' ' + this.cachedDataRejected + '\\n');
	}
};`,
	);
	const {err} = await at.tsbox(['ps'], {env: {NODE_OPTIONS: `--require ${hook}`}});
	expect(err).toBe('dist/cli.cjs false\n');
});

test('a bug is told with the places in the sources', async () => {
	await using at = await testBox();
	const hook = at.file(
		'hook.cjs',
		`const {parse} = JSON;
JSON.parse = text => {
	if (text.includes('"tsbox"')) throw new RangeError('broken on purpose');
	return parse(text);
};`,
	);
	const {status, err} = await at.tsbox(['--version'], {env: {NODE_OPTIONS: `--require ${hook}`}});
	expect({status, err}).toEqual({status: 125, err: expect.stringMatching(/at version \(src\/cli\/main\.ts:\d+:\d+\)/)});
});

test('a unit and the supervisor start nothing but the file', async () => {
	await using at = await testBox();
	const {out} = await at.tsbox(['export', 'systemd', at.spec()]);
	expect(out).toContain(`ExecStart=${tsbox} --store`);
	expect(out).not.toContain(process.execPath);
	await at.tsbox(['up', '-d', at.spec('command: [sleep, "600"]\n')]);
	const pid = readdirSync('/proc').find(
		name => /^\d+$/.test(name) && textOf(`/proc/${name}/cmdline`).endsWith(`\0supervise\0${at.name}\0`),
	);
	expect(textOf(`/proc/${pid}/cmdline`)).toMatch(new RegExp(`^${tsbox}\0--store\0`));
	expect(textOf(`/proc/${pid}/environ`)).toContain('NODE_OPTIONS=--max-semi-space-size=1 --max-old-space-size=128\0');
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

/** The text of a file; empty if it is gone. */
function textOf(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

describe('the examples', () => {
	/** Starts the first of what \`tsbox\` alone offers. */
	const first = async (at: TestBox, home: string): Promise<string> => {
		const folders = `--store ${at.folder}/store --state ${at.folder}/state`;
		const terminal = onTerminal(at, `HOME=${home} XDG_CACHE_HOME= ${tsbox} ${folders}`);
		await terminal.shows('just Enter');
		terminal.type('\n');
		await terminal.ended;
		return terminal.shown();
	};

	test('are written into the cache of the user, and again if they are not as they were', async () => {
		await using at = await testBox();
		expect(await first(at, at.folder)).toContain('as uid 0');
		const cache = join(at.folder, '.cache/tsbox');
		const [build = '', ...others] = readdirSync(cache);
		expect(others).toEqual([]);
		const hello = join(cache, build, 'config/examples/hello.yaml');
		const before = readFileSync(hello, 'utf8');
		expect(before).toBe(readFileSync(join(root, 'config/examples/hello.yaml'), 'utf8'));
		appendFileSync(hello, 'nope: 1\n');
		expect(await first(at, at.folder)).toContain('as uid 0');
		expect(readFileSync(hello, 'utf8')).toBe(before);
	});

	test('are not written, nor started, where somebody else could change them', async () => {
		await using at = await testBox();
		await using theirs = await testBox(ordinary);
		expect(await first(at, theirs.folder)).toContain('belongs to another user');
		expect(readdirSync(theirs.folder)).not.toContain('.cache');
	});
});

describe('SIGHUP', () => {
	/** Which of these signals reaches the command of a `run`. */
	const heard = async (
		at: TestBox,
		under: readonly string[],
		env: Record<string, string>,
		signals: readonly Signal[],
	) => {
		const listening = signals.map(signal => `trap 'echo heard ${signal}; exit' ${signal.slice(3)}`);
		const command = [...listening, 'echo up', 'while :; do sleep 0.1; done'].join('; ');
		const running = at.start(['run', at.spec(), '--', 'sh', '-c', command], {under, env});
		await running.says('up\n');
		for (const signal of signals) running.child.kill(signal);
		return (await running.ended).out;
	};

	test.each([
		['under nohup that bash has started', ['nohup'], {_: '/usr/bin/nohup'}],
		['under nohup at a terminal', ['sh', '-c', 'exec nohup "$@" 0> /dev/null', 'sh'], {}],
	] as const)('stays ignored %s', async (_, under, env) => {
		await using at = await testBox();
		expect(await heard(at, under, env, ['SIGHUP', 'SIGTERM'])).toBe('up\nheard SIGTERM\n');
		expect(at.leftovers()).toEqual([]);
	});

	test('reaches the command otherwise', async () => {
		await using at = await testBox();
		expect(await heard(at, [], {}, ['SIGHUP'])).toBe('up\nheard SIGHUP\n');
	});
});
