import {setTimeout as delay} from 'node:timers/promises';
import {kernelText} from '../host/kernel-text.ts';
import {cpuTime, networkUse, readUsage} from '../run/usage.ts';
import {shownName} from '../state/alias.ts';
import {allRecords} from './find-container.ts';
import {type RunningRecord, runningContainer, runs} from './running-container.ts';
import type {ContainerStats, Machine} from './types.ts';

/** How long CPU time is counted for a sample, ms. */
const interval = 1000;

/** CPU time at a moment: ns, and ms of a clock that is never set. */
interface CpuReading {
	readonly time: number | null;
	readonly at: number;
}

/**
 * What containers use: a sample each second until the signal aborts, the first after one second, as CPU % is the
 * difference of two readings. Without names it goes on for all that run at the time; of the named ones those are left out
 * that have ended, and when none is left a last empty sample ends it.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION, before the first sample.
 */
export async function* stats(
	machine: Machine,
	names: readonly string[],
	options: {readonly signal?: AbortSignal} = {},
): AsyncGenerator<readonly ContainerStats[], void> {
	const named = [...new Set(names)].map(name => runningContainer(machine, name));
	const present = (): readonly RunningRecord[] =>
		(names.length === 0 ? allRecords(machine) : named).filter(record => runs(machine, record));
	const machineMemory = memoryTotal(machine);
	let before = new Map(present().map(record => [identityOf(record), readCpu(machine, record)]));
	for (;;) {
		if (!(await pause(options.signal))) return;
		const after = new Map<string, CpuReading>();
		const sample = present().map(record => {
			const cpu = readCpu(machine, record);
			after.set(identityOf(record), cpu);
			return statsOf(machine, record, cpuPercent(before.get(identityOf(record)), cpu), machineMemory);
		});
		before = after;
		yield sample;
		if (names.length > 0 && sample.length === 0) return;
	}
}

/** False when the signal aborted meanwhile. */
async function pause(signal: AbortSignal | undefined): Promise<boolean> {
	try {
		await delay(interval, undefined, signal === undefined ? {} : {signal});
		return true;
	} catch (error) {
		if (signal?.aborted === true) return false;
		throw error;
	}
}

/** A container that was started anew under the same name is another one. */
function identityOf({name, process: {pid, startTime}}: RunningRecord): string {
	return `${name} ${pid} ${startTime}`;
}

function readCpu({host}: Machine, {cgroups}: RunningRecord): CpuReading {
	return {time: cpuTime(host, cgroups), at: performance.now()};
}

/** Of one processor: two that are busy are 200 %. */
function cpuPercent(before: CpuReading | undefined, after: CpuReading): number | null {
	if (before === undefined || before.time === null || after.time === null || after.at <= before.at) return null;
	return percent((after.time - before.time) / 1e6, after.at - before.at);
}

function statsOf(
	{host, dirs}: Machine,
	record: RunningRecord,
	cpu: number | null,
	machineMemory: number | null,
): ContainerStats {
	const {memory, pids, block, pressure} = readUsage(host, record.cgroups);
	const network = record.namespaces.includes('network') ? networkUse(host, record.process.pid) : null;
	return {
		name: shownName(host, dirs.state, record.name),
		pid: record.process.pid,
		cpuPercent: cpu,
		memory: memory === null ? null : {...memory, percent: memoryPercent(memory, machineMemory)},
		pids,
		network: network === null ? null : {rxBytes: network.in, txBytes: network.out},
		block: block === null ? null : {readBytes: block.in, writeBytes: block.out},
		pressure,
	};
}

/** Of what it may have: its limit, or the machine's memory where that is less. */
function memoryPercent(memory: {used: number; limit: number | null}, machineMemory: number | null): number | null {
	const most = Math.min(memory.limit ?? Number.POSITIVE_INFINITY, machineMemory ?? Number.POSITIVE_INFINITY);
	return Number.isFinite(most) && most > 0 ? percent(memory.used, most) : null;
}

/** With two decimals. */
function percent(part: number, whole: number): number {
	return Math.round((part / whole) * 10_000) / 100;
}

/** Bytes; proc_meminfo(5). */
function memoryTotal({host}: Machine): number | null {
	const match = /^MemTotal:\s+(\d+) kB$/m.exec(kernelText(host, '/proc/meminfo') ?? '');
	return match === null ? null : Number(match[1]) * 1024;
}
