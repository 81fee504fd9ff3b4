import programs, {type ChildProcess, type SpawnOptions} from 'node:child_process';
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import type {Readable} from 'node:stream';

// Loaded by `node --require` before tsbox: holds a start at one step, or has that step or its check fail. A supervisor that
// tsbox starts gets the same orders.

/** What happens at the step. */
export type How = 'hold' | 'fail' | 'check';

/** What a tsbox under test is told in the environment, as JSON in `TSBOX_HOLD`. */
export interface Orders {
	/** A line for each thing that was done: `tsbox PID`, `held`, `key`. */
	readonly log: string;
	/** While this file is missing, a step of the host's side is held. */
	readonly go: string;
	/** This script. */
	readonly self: string;
	readonly step: string;
	/** The container whose start it is. */
	readonly container: string;
	readonly how: How;
	/** The file of the kernel that the step writes to; without, the journal tells that the step begins. */
	readonly writes?: string;
	/** Log each piece of input that tsbox reads. */
	readonly keys?: boolean;
	/** Held when this archive has been opened as often: first it is hashed, then unpacked. */
	readonly opens?: {readonly path: string; readonly times: number};
}

type Call = (...args: readonly unknown[]) => unknown;

const {appendFileSync, existsSync, readlinkSync} = fs;
const orders = JSON.parse(process.env['TSBOX_HOLD'] ?? '') as Orders;
// A spec is filled in from the environment, and a supervisor keeps it.
delete process.env['TSBOX_HOLD'];

const tell = (line: string): void => appendFileSync(orders.log, `${line}\n`);
const isSupervisor = process.argv.includes('supervise');
if (!isSupervisor) tell(`tsbox ${process.pid}`);
if (!isSupervisor && orders.keys === true) {
	const {stdin} = process;
	const push = stdin.push.bind(stdin);
	stdin.push = (chunk: unknown, ...rest: [BufferEncoding?]) => {
		tell('key');
		return push(chunk, ...rest);
	};
}

let done = false;

/** Blocks as a call that the kernel does not answer: signals wait meanwhile. */
function block(): void {
	tell('held');
	const turn = new Int32Array(new SharedArrayBuffer(4));
	while (!existsSync(orders.go)) Atomics.wait(turn, 0, 0, 10);
}

function refused(path: string): Error {
	return Object.assign(new Error(`EIO: a fault of the test, write '${path}'`), {code: 'EIO', syscall: 'write', path});
}

/** Descriptor 3 is a socket that nobody writes to. 77 descriptors are not what the plan says. */
const spoils: Readonly<Record<How, {readonly sh: string; readonly perl: string}>> = {
	hold: {sh: 'read -r _ <&3', perl: "tell_all(); open my $n, '<&=', 3; sysread $n, my $b, 1"},
	fail: {sh: 'fail 9', perl: "fail('a fault of the test')"},
	check: {sh: 'ulimit -Sn 77', perl: "my $l = pack 'QQ', 77, 512; call('prlimit64', 0, 7, $l, 0)"},
};

/** What each executor does at the beginning of a step, and that with the fault; undefined for another file. */
function spoil(path: string): readonly [string, string] | undefined {
	const {sh, perl} = spoils[orders.how];
	const line = `begin ${orders.step}\n`;
	if (path.endsWith(`/${orders.container}/init.sh`)) return [line, `${line}${sh}\n`];
	// Of each start: only that of the container's side begins this step there.
	const begin = 'begin => sub { $step = $_[0]; say_line("\\@begin $step")';
	if (path.endsWith(`/${orders.container}/launch.pl`))
		return [begin, `${begin}; if ($step eq '${orders.step}') { ${perl} }`];
	return undefined;
}

const writeSync = fs.writeSync.bind(fs) as unknown as Call;
(fs as unknown as Record<string, Call>)['writeSync'] = (fd, data, ...rest) => {
	const path = done || typeof fd !== 'number' || fd <= 2 ? '' : readlinkSync(`/proc/self/fd/${fd}`);
	const text = String(data);
	const spoiled = spoil(path);
	if (spoiled !== undefined) {
		const other = text.replace(spoiled[0], () => spoiled[1]);
		if (other !== text && !path.endsWith('.pl')) done = true;
		writeSync(fd, Buffer.from(other));
		return Buffer.byteLength(text);
	}
	const begins =
		orders.writes === undefined
			? path.endsWith(`/${orders.container}/journal`) && text.startsWith(`{"id":"${orders.step}"`)
			: path === orders.writes;
	if (!begins) return writeSync(fd, data, ...rest);
	done = true;
	if (orders.how === 'hold') block();
	if (orders.how === 'fail') throw refused(path);
	// Half of the limit: the kernel takes it, and shows another number than the plan's.
	if (orders.how !== 'check') return writeSync(fd, data, ...rest);
	writeSync(fd, String(Number(text) / 2));
	return Buffer.byteLength(text);
};

let opened = 0;
const open = fs.promises.open.bind(fs.promises);
fs.promises.open = async (path, ...rest) => {
	const handle = await open(path, ...rest);
	if (path === orders.opens?.path && ++opened === orders.opens.times) block();
	return handle;
};

type Spawn = (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
const spawn = programs.spawn.bind(programs) as unknown as Spawn;
(programs as {spawn: unknown}).spawn = (file: string, args: readonly string[], options: SpawnOptions) => {
	const supervises = file === process.execPath && args.includes('supervise');
	if (supervises) {
		const env = {...options.env, TSBOX_HOLD: JSON.stringify(orders)};
		return spawn(file, ['--require', orders.self, ...args], {...options, env});
	}
	// The program of `exec` has no steps of its own.
	const enters = orders.step === 'enter' && !done && Array.isArray(options.stdio) && options.stdio.length > 4;
	if (enters) {
		done = true;
		const stopped = ['-c', 'kill -STOP $$; exec "$@"', 'sh', file, ...args];
		const child = spawn('/bin/sh', orders.how === 'hold' ? stopped : ['-c', 'exit 9'], options);
		tell('held');
		return child;
	}
	const child = spawn(file, args, options);
	const status = child.stdio[3];
	if (status != null && 'push' in status) hear(status as Readable);
	return child;
};

/** Tells when the container side has come to the step where it is held, or its command to run. */
function hear(status: Readable): void {
	const push = status.push.bind(status);
	status.push = (chunk: unknown, ...rest: [BufferEncoding?]) => {
		const text = String(chunk);
		if (text.includes(`@begin ${orders.step}\n`) && orders.how === 'hold') setImmediate(() => tell('held'));
		return push(chunk, ...rest);
	};
}

syncBuiltinESMExports();
