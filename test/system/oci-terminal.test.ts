import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {shellCommand} from '../../src/spec/syntax/shell-words.ts';
import {onTerminal} from './on-terminal.ts';
import {configOf, createIn, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* Terminals of `run` and `exec` without a console socket: tsbox relays them. */

let at: RuntimeBox;
beforeEach(async () => (at = await runtimeBox()));
afterEach(() => {
	at[Symbol.dispose]();
});

const interrupt = '\u0003';

function bundle(script: string, linux: object = {}): string {
	const config = configOf(at, script, {}, linux);
	return at.bundle({...config, process: {...config.process, terminal: true}});
}

/** Runs a verb with a text as its standard input, which ends after it. */
function fed(input: string, ...words: readonly string[]): {readonly status: number | null; readonly out: string} {
	const [program = '', ...before] = at.command;
	const {status, stdout, stderr} = spawnSync(program, [...before, ...words], {
		input,
		encoding: 'utf8',
		timeout: 60_000,
	});
	if (stderr !== '') throw new Error(stderr);
	return {status, out: stdout};
}

const typed = (...words: readonly string[]) =>
	onTerminal(at, `stty rows 33 cols 77; ${shellCommand([...at.command, ...words])}`);

function start(): void {
	expect(createIn(at)).toMatchObject({status: 0});
	expect(at.oci('start', 'c')).toMatchObject({status: 0});
}

describe.each([
	['run', (script: string) => ['run', '--bundle', bundle(script), 'c']],
	[
		'exec',
		(script: string) => {
			start();
			return ['exec', '-t', 'c', 'sh', '-c', script];
		},
	],
] as const)('the terminal of %s', (verb, words) => {
	const remains = verb === 'run' ? [] : ['c', 'oci-c'];

	test('is one of the container, with the size of the one in front of it and its keys', async () => {
		const screen = typed(...words('tty; stty size; exec sh'));
		await screen.shows(/^\/dev\/pts\/0\r+\n33 77\r+\n/);
		screen.type('echo begun; sleep 1000\n');
		await screen.shows(/begun\r+\n/);
		screen.type(`${interrupt}echo status $?\n`);
		await screen.shows(/status 130\r+\n/);
		execFileSync('stty', ['-F', screen.terminal(), 'rows', '44', 'cols', '88']);
		await until('it has the other size', () => {
			screen.type('stty size\n');
			return /44 88\r+\n/.test(screen.shown());
		});
		screen.type('exit 7\n');
		expect(await screen.ended).toBe(7);
		expect(at.left()).toEqual(remains);
	});

	test('passes on a file, whose end each reader sees, and all of the output', () => {
		const script = 'cat > /one; cat > /two; stty -onlcr; seq 1 30000; exit 3';
		const {status, out} = fed('a line\n', ...words(script));
		const numbers = Array.from({length: 30_000}, (_, index) => `${index + 1}\n`).join('');
		expect(out.endsWith(numbers)).toBe(true);
		expect(status).toBe(3);
		expect(['one', 'two'].map(name => readFileSync(join(at.folder, 'rootfs', name), 'utf8'))).toEqual(['a line\n', '']);
		expect(at.left()).toEqual(remains);
	});

	test('hangs up when the one in front of it is closed', async () => {
		const screen = typed(...words("trap 'echo up > /hung; exit' HUP; echo begun; while :; do sleep 0.1; done"));
		await screen.shows('begun');
		screen.child.kill('SIGKILL');
		await until('it has hung up', () => existsSync(join(at.folder, 'rootfs/hung')));
		await until('it has ended', () => at.left().length === remains.length);
		expect(at.left()).toEqual(remains);
	});
});

test('one in a user namespace belongs to the user there', () => {
	execFileSync('chown', ['-R', '1879048192:1879048192', join(at.folder, 'rootfs')]);
	const rows = [{containerID: 0, hostID: 1_879_048_192, size: 65_536}];
	const linux = {
		namespaces: ['pid', 'ipc', 'uts', 'mount', 'network', 'user'].map(type => ({type})),
		uidMappings: rows,
		gidMappings: rows,
	};
	const {status, out} = fed('', 'run', '--bundle', bundle('tty; stat -c %u $(tty); echo open > $(tty)', linux), 'c');
	expect({status, out}).toEqual({status: 0, out: '/dev/pts/0\r\n0\r\nopen\r\n'});
});

test('a command that is killed has its exit status, and a socket of a process in the foreground is refused', () => {
	expect(fed('', 'run', '--bundle', bundle('kill -9 $$; exit 5'), 'c').status).toBe(5);
	start();
	expect(fed('', 'exec', '-t', 'c', 'sh', '-c', 'kill -9 $$').status).toBe(137);
	writeFileSync(join(at.folder, 'p.json'), JSON.stringify({args: ['true'], cwd: '/', user: {uid: 0, gid: 0}}));
	expect(at.oci('exec', '--process', join(at.folder, 'p.json'), '--console-socket', '/none', 'c').log).toContain(
		'cannot use console socket',
	);
});
