import fs from 'node:fs';
import type {How, Orders} from './fault.ts';

const {openSync, writeSync, readlinkSync} = fs;
/** The process's own, before anything is put in its place. */
const kill = process.kill.bind(process);

/** What this process was told. */
export const orders = JSON.parse(process.env['TSBOX_FAULT'] ?? '{"log":"/dev/null","self":"","side":"cli"}') as Orders;
// A spec is filled in from the environment, and a supervisor keeps it: the orders are for this process alone.
delete process.env['TSBOX_FAULT'];

const log = openSync(orders.log, 'a');
const seen = new Set<string>();
let awake = orders.asleep !== true;
let done = false;

if (!awake) {
	process.on('SIGUSR2', () => {
		awake = true;
		tell('awake');
	});
	tell('asleep');
}

/** Adds a line to what the test reads. */
export function tell(line: string): void {
	writeSync(log, `${line}\n`);
}

/** The point that this one is, and what is to happen at it; undefined for nothing. */
export function faultAt(key: string): How | undefined {
	if (!awake) return undefined;
	if (orders.fault === undefined) {
		if (!seen.has(key)) tell(`point ${orders.side} ${key}`);
		seen.add(key);
		return undefined;
	}
	if (done || orders.fault.side !== orders.side || orders.fault.key !== key) return undefined;
	done = true;
	tell(`hit ${orders.side} ${key}`);
	return orders.fault.how;
}

/** Whether the fault is at this point, without doing it yet. */
export function isAimedAt(key: string): boolean {
	return awake && !done && orders.fault?.side === orders.side && orders.fault.key === key;
}

/** SIGKILL, now. */
export function die(): never {
	kill(process.pid, 'SIGKILL');
	for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Does nothing more until somebody ends or continues it. */
export function freeze(): void {
	tell(`stopped ${process.pid}`);
	kill(process.pid, 'SIGSTOP');
}

/** The error of a system call. */
export function systemError(code: string, call: string, path: string): Error {
	return Object.assign(new Error(`${code}: a fault of the test, ${call} '${path}'`), {
		code,
		errno: code === 'ENOSPC' ? -28 : -5,
		syscall: call,
		path,
	});
}

/** A path or other words without what differs from run to run. */
export function shape(text: string): string {
	return text
		.replace(/\S*\/tsbox-(?:system|faults)-[^/\s]+\/(store|state)\//g, '$1/')
		.replace(/store\/tmp\/[\w-]+/g, 'store/tmp/#')
		.replace(/store\/runs\/\.(new|old)-[\w-]+/g, 'store/runs/.$1')
		.replace(/\b\d{8}t\d{6}-[0-9a-f]{6}\b/g, 'RUN')
		.replace(/\/tmp\/tsbox-(?:system|faults)-\w+/g, 'F')
		.replace(/\bt[0-9a-f]{10}(?![0-9a-f])/g, 'N')
		.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#')
		.replace(/\b(?:\d+-)?[0-9a-f]{12,}\b/g, '#')
		.replace(/(fd\/)\d+\/.*/, '$1#/*')
		.replace(/\d+/g, '#')
		.replace(/[^ -~]+/g, '?');
}

/** The path of a descriptor. */
export function pathOf(fd: number): string {
	try {
		return readlinkSync(`/proc/self/fd/${fd}`);
	} catch {
		return `descriptor ${fd}`;
	}
}

/** Where in the program a call is made: the nearest two places, as far as they are tsbox's own. */
export function place(): string {
	const before = Error.stackTraceLimit;
	Error.stackTraceLimit = 14;
	const {stack = ''} = new Error('here');
	Error.stackTraceLimit = before;
	const frames = [...stack.matchAll(/dist\/(?:[\w-]+\/)*([\w.-]+?)(?:-[A-Z0-9]{8})?\.c?js:(\d+:\d+)/g)];
	return frames
		.slice(0, 2)
		.map(([, file, at]) => `${file}:${at}`)
		.join('<');
}
