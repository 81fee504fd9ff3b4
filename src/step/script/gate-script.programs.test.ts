import {spawnSync} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {HostFacts} from '../../host/facts.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import type {ExecAction} from '../verbs/exec.ts';
import {askReady, gateScript} from './gate-script.ts';

const saved = loadFacts(
	readFileSync(new URL('../../../test/facts/v1-bookworm.json', import.meta.url), 'utf8'),
	'v1-bookworm.json',
);
const plain = {applet: null, loader: null, libraryPath: [], flags: [], version: ''};
/** A host whose toolbox is this machine's `/`: the working directory of the shell at the gate. */
const facts: HostFacts = {
	...saved,
	tools: {
		...saved.tools,
		sh: {...plain, path: '/bin/dash'},
		env: {...plain, path: '/usr/bin/env', flags: ['default-signal']},
	},
};

let folder = '';
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'gate-'));
});
afterAll(() => {
	rmSync(folder, {recursive: true});
});

/** Runs a script in a shell as at the gate. The streams of the caller are on 5, 6, and 7, the status pipe is on 3. */
function passGate(script: string) {
	const statusFile = join(folder, 'status');
	const outputFile = join(folder, 'output');
	writeFileSync(statusFile, '');
	writeFileSync(outputFile, '');
	const [status, output, nothing] = [openSync(statusFile, 'a'), openSync(outputFile, 'a'), openSync('/dev/null', 'r')];
	const {status: exitCode} = spawnSync('/bin/dash', ['-s'], {
		cwd: '/',
		env: {PATH: '/nowhere', LC_ALL: 'C'},
		input: askReady + script,
		stdio: ['pipe', 'ignore', 'ignore', status, 'ignore', nothing, output, output],
	});
	for (const fd of [status, output, nothing]) closeSync(fd);
	return {
		exitCode,
		status: readFileSync(statusFile, 'utf8').split('\n').slice(0, -1),
		output: readFileSync(outputFile, 'utf8'),
	};
}

function exec(rest: Partial<ExecAction>): ExecAction {
	return {kind: 'exec', cwd: '/', args: ['env', '-0'], env: ['PATH=/usr/bin:/bin'], init: 'none', ...rest};
}

const text = fc.string({unit: 'binary', maxLength: 60}).map(value => value.replaceAll('\0', ''));
const name = fc.oneof(
	fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/),
	fc.constantFrom(
		'PWD',
		'IFS',
		'PS1',
		'OPTIND',
		'_',
		'found',
		'seen',
		'folder',
		'file',
		'ENV',
		'npm.config',
		'a-b',
		'LC_ALL',
		'child',
	),
);
const environment = fc
	.dictionary(
		name.filter(each => each !== 'PATH'),
		text,
		{maxKeys: 8, noNullPrototype: true},
	)
	.map(values => Object.entries(values).map(([key, value]) => `${key}=${value}`));

test.each(['none', 'sh'] as const)('with init %s, the command gets exactly the environment of the spec', init => {
	fc.assert(
		fc.property(environment, values => {
			const env = ['PATH=/usr/bin:/bin', ...values];
			const {exitCode, status, output} = passGate(gateScript(exec({env, init}), facts));
			expect([exitCode, status]).toEqual([0, ['@ready', '@exec']]);
			expect(output.split('\0').slice(0, -1).toSorted()).toEqual(env.toSorted());
		}),
		{numRuns: 60},
	);
});

test.each(['none', 'sh'] as const)('with init %s, the command gets its arguments byte for byte', init => {
	fc.assert(
		fc.property(fc.array(text, {maxLength: 6}), args => {
			const {output} = passGate(gateScript(exec({args: ['printf', '%s\\0', 'first', ...args], init}), facts));
			expect(output.split('\0').slice(0, -1)).toEqual(['first', ...args]);
		}),
		{numRuns: 60},
	);
});

test('a shell that may change the environment runs the command through env', () => {
	const sh = {...plain, path: '/usr/bin/bash'};
	const script = gateScript(exec({env: ['PATH=/bin', 'A=1']}), {...facts, tools: {...facts.tools, sh}});
	expect(script).toContain('exec ./usr/bin/env -i -C / PATH=/bin A=1 env -0');
	expect(passGate(script).output).toBe('PATH=/bin\0A=1\0');
});

test.each(['none', 'sh'] as const)('with init %s, a command that cannot run is reported, and nothing runs', init => {
	const said = (rest: Partial<ExecAction>, unrunnable: readonly string[] = []) => {
		const {exitCode, status} = passGate(gateScript(exec({init, ...rest}), facts, unrunnable));
		return [exitCode, status.slice(1).join(' ')];
	};
	expect(said({args: ['no-such-command']})).toEqual([127, '@notfound']);
	expect(said({args: ['/no/such']})).toEqual([127, '@notfound']);
	expect(said({args: ['']})).toEqual([127, '@notfound']);
	expect(said({args: ['/etc/passwd']})).toEqual([126, '@notexecutable']);
	expect(said({args: ['passwd'], env: ['PATH=/nowhere:/etc']})).toEqual([126, '@notexecutable /etc/passwd']);
	expect(said({args: ['/etc']})).toEqual([126, '@notexecutable']);
	expect(said({cwd: '/no/such'})).toEqual([125, '@directory']);
	expect(said({args: ['/usr/bin/env']}, ['/usr/bin/env'])).toEqual([126, '@unrunnable 0']);
	expect(said({args: ['env']}, ["/it's/env", '/usr/bin/env'])).toEqual([126, '@unrunnable 1']);
	expect(said({}, ['/elsewhere/env'])).toEqual([0, '@exec']);
});

test('the command gets its working directory and only the streams of the caller, and its exit status is passed on', () => {
	const args = [
		'sh',
		'-c',
		'pwd; echo error >&2; for n in 3 4 5 6 7; do [ ! -e /proc/$$/fd/$n ] || echo $n; done; exit 7',
	];
	const {exitCode, output} = passGate(gateScript(exec({args, cwd: '/usr/bin'}), facts));
	expect([exitCode, output]).toEqual([7, '/usr/bin\nerror\n']);
});

test('as reaper, the shell exits with the status of the command', () => {
	const args = ['sh', '-c', 'exit 9'];
	expect(passGate(gateScript(exec({args, init: 'sh'}), facts)).exitCode).toBe(9);
});

test('a working directory outside of the container is refused (CVE-2024-21626)', () => {
	const exec: ExecAction = {kind: 'exec', cwd: '/elsewhere', args: ['true'], env: [], init: 'none'};
	// getcwd(2) gives this for a folder outside of the root.
	const elsewhere = "cd() { PWD='(unreachable)/etc'; }\n";
	const {status, output} = spawnSync('/bin/dash', ['-s'], {
		input: elsewhere + gateScript(exec, facts),
		stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
		encoding: 'utf8',
	});
	expect({status, said: output[3]}).toEqual({status: 125, said: '@directory\n'});
});
