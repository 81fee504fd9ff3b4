import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {FileFacts, Host} from '../host.ts';
import {hostFacts} from './facts-cache.ts';
import {type RecordingAnswers, recordingHost} from '../../../test/support/recording-host.ts';

const elf = readFileSync(process.execPath).subarray(0, 64).toString('latin1');
const folders = {store: '/var/lib/tsbox', state: '/run/tsbox'};
const initial = {
	'/proc/self/status': 'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t0000000000000001\n',
	'/proc/sys/kernel/cap_last_cap': '40\n',
	'/proc/sys/kernel/random/boot_id': 'first\n',
	'/proc/self/exe': elf,
	'/var/lib': 'dir',
};

const whole = {stdout: '\x1e--help\x1esh 1.0\x1e\x1e'};

/** A host whose only tool is a `sh` that answers each question with one word. */
function machine(answers: () => ReturnType<NonNullable<RecordingAnswers['run']>> = () => whole) {
	let asked = 0;
	const run: RecordingAnswers['run'] = () => {
		asked += 1;
		return answers();
	};
	const host = recordingHost(initial, {run});
	const executable = (path: string) => path === '/usr/bin/sh';
	const withShell: Host = {
		...host,
		realpath: path => (executable(path) ? path : host.realpath(path)),
		stat: path => (executable(path) ? {...fileFacts, mode: 0o100755} : host.stat(path)),
		// Files of the recording host have mode 0644.
	};
	return {host: withShell, files: () => host.files(), asked: () => asked};
}

const fileFacts = {kind: 'file', size: 1, mode: 0o100644, uid: 0, ino: 7, dev: 1, mtimeMs: 0, ctimeMs: 0} as const;

test('asks the tools once, then reads their answers from the state folder', async () => {
	const {host, asked} = machine();
	const first = await hostFacts(host, folders);
	const second = await hostFacts(host, folders);
	expect(asked()).toBe(1);
	expect(second).toEqual(first);
	expect(first.tools.sh).toMatchObject({path: '/usr/bin/sh', flags: ['help'], version: 'sh 1.0'});
});

test.each<[string, (host: Host) => Host | void]>([
	['another boot', host => host.writeAtomic('/proc/sys/kernel/random/boot_id', 'second\n')],
	['other capabilities', host => host.writeAtomic('/proc/self/status', 'Uid:\t0\t0\t0\t0\nCapEff:\t03\n')],
	['a damaged file', host => host.writeAtomic('/run/tsbox/facts.json', '{"key": 1')],
	['a file of another form', host => host.writeAtomic('/run/tsbox/facts.json', '{"key": "", "programs": {}}')],
	['a file of another user', host => ({...host, lstat: () => ({...fileFacts, uid: 1000})})],
	['a file that others can write', host => ({...host, lstat: () => ({...fileFacts, mode: 0o100666})})],
	['a tool that was replaced', host => ({...host, stat: path => replaced(host, path, {ino: 8})})],
	[
		'a tool that was overwritten and got its time back',
		host => ({...host, stat: path => replaced(host, path, {ctimeMs: 8})}),
	],
])('%s makes it ask again', async (_, change) => {
	const {host, asked} = machine();
	await hostFacts(host, folders);
	await hostFacts(change(host) ?? host, folders);
	expect(asked()).toBe(2);
});

test('never takes limits from the file', async () => {
	const {host} = machine();
	await hostFacts(host, folders);
	host.writeAtomic('/proc/self/limits', '');
	host.writeAtomic('/proc/self/limits', 'Max open files            10                   20                   files\n');
	expect((await hostFacts(host, folders)).rlimits).toEqual({nofile: 20});
});

test('writes nothing without permission to write', async () => {
	const {host, files} = machine();
	const before = files();
	await hostFacts(host, folders, {write: false});
	expect(files()).toEqual(before);
});

function replaced(host: Host, path: string, by: Partial<FileFacts>) {
	const facts = host.stat(path);
	return facts !== undefined && path === '/usr/bin/sh' ? {...facts, ...by} : facts;
}

test('names a tool that is killed before it answered, and keeps no partial answer', async () => {
	let answer: ReturnType<NonNullable<RecordingAnswers['run']>> = {
		stdout: '\x1e--help',
		exitCode: undefined,
		signal: 'SIGKILL',
	};
	const {host, files, asked} = machine(() => answer);
	await expect(hostFacts(host, folders)).rejects.toMatchObject({
		code: 'E_SYSTEM',
		message: '/usr/bin/sh does not answer',
	});
	expect(Object.keys(files()).filter(path => path.startsWith('/run'))).toEqual([]);
	answer = whole;
	await hostFacts(host, folders);
	expect(asked()).toBe(2);
});
