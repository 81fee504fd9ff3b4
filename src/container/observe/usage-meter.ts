import type {Machine} from '../machine/machine.ts';
import type {Host} from '../../host/host.ts';
import {machineMemory} from '../../host/facts/machine-memory.ts';
import {cpuTime, networkUse, readUsage} from '../../kernel/usage.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {RunningRecord} from '../machine/running-container.ts';

/** What a container uses at a moment; null where the kernel does not tell. */
export interface ContainerStats {
	readonly name: string;
	/** Its first process, on the host. */
	readonly pid: number;
	/** Of one processor, over the second before: two that are busy are 200. */
	readonly cpuPercent: number | null;
	/** Bytes, without the page cache that goes first; a limit of null is none, and then `percent` is of the machine's memory. */
	readonly memory: {readonly used: number; readonly limit: number | null; readonly percent: number | null} | null;
	/** Threads; a limit of null is none. */
	readonly pids: {readonly current: number; readonly limit: number | null} | null;
	/** Since its start, over all interfaces but lo; null also where the network is the host's. */
	readonly network: {readonly rxBytes: number; readonly txBytes: number} | null;
	/** Since its start, over all devices. */
	readonly block: {readonly readBytes: number; readonly writeBytes: number} | null;
	/** Percent of the last 10 s in which a task of it waited for that; `some avg10` of PSI. */
	readonly pressure: {readonly cpu: number | null; readonly memory: number | null};
}

/** What is needed of a container to tell what it uses. */
export interface MeteredContainer extends Pick<ContainerRecord, 'name' | 'cgroups' | 'namespaces'> {
	/** Its name as people know it. */
	readonly shown: string;
	readonly process: Pick<RunningRecord['process'], 'pid' | 'startTime'>;
}

/** Tells what containers use now, each of which runs. */
export type UsageMeter = (containers: readonly MeteredContainer[]) => readonly ContainerStats[];

/** CPU time at a moment: ns, and ms of a clock that is never set. */
interface CpuReading {
	readonly time: number | null;
	readonly at: number;
}

/** What is kept of a container from one reading to the next. */
interface Kept {
	readonly cpu: CpuReading;
	/** The machine without the files that it does not have. */
	readonly host: Host;
}

/**
 * A meter that remembers the CPU time of the reading before: CPU % is the difference of the two, and null at the first
 * reading of a container. All is read from cgroup files and /proc.
 */
export function usageMeter(machine: Machine): UsageMeter {
	const {host} = machine;
	const whole = machineMemory(machine.host) ?? null;
	let kept: ReadonlyMap<string, Kept> = new Map();
	return containers => {
		const after = new Map<string, Kept>();
		const all = containers.map(container => {
			const identity = identityOf(container);
			const before = kept.get(identity);
			const from = before?.host ?? withoutAbsent(host);
			const cpu = {time: cpuTime(from, container.cgroups), at: performance.now()};
			after.set(identity, {cpu, host: from});
			return statsOf(from, container, cpuPercent(before?.cpu, cpu), whole);
		});
		kept = after;
		return all;
	};
}

/** A container that was started anew under the same name is another one. */
function identityOf({name, process: {pid, startTime}}: MeteredContainer): string {
	return `${name} ${pid} ${startTime}`;
}

/** Of one processor: two that are busy are 200 %. */
function cpuPercent(before: CpuReading | undefined, after: CpuReading): number | null {
	if (before === undefined || before.time === null || after.time === null || after.at <= before.at) return null;
	return percent((after.time - before.time) / 1e6, after.at - before.at);
}

/** A file that is not there costs as much as two that are, and controllers do not come while a container runs. */
function withoutAbsent(host: Host): Host {
	const absent = new Set<string>();
	return {
		...host,
		readText: path => {
			if (absent.has(path)) return undefined;
			const text = host.readText(path);
			if (text === undefined) absent.add(path);
			return text;
		},
	};
}

function statsOf(
	host: Host,
	{shown, process, cgroups, namespaces}: MeteredContainer,
	cpu: number | null,
	whole: number | null,
): ContainerStats {
	const {memory, pids, block, pressure} = readUsage(host, cgroups);
	const network = namespaces.includes('network') ? networkUse(host, process.pid) : null;
	return {
		name: shown,
		pid: process.pid,
		cpuPercent: cpu,
		memory: memory === null ? null : {...memory, percent: memoryPercent(memory, whole)},
		pids,
		network: network === null ? null : {rxBytes: network.in, txBytes: network.out},
		block: block === null ? null : {readBytes: block.in, writeBytes: block.out},
		pressure,
	};
}

/** Of what it may have: its limit, or the machine's memory where that is less. */
function memoryPercent(memory: {used: number; limit: number | null}, whole: number | null): number | null {
	const most = Math.min(memory.limit ?? Number.POSITIVE_INFINITY, whole ?? Number.POSITIVE_INFINITY);
	return Number.isFinite(most) && most > 0 ? percent(memory.used, most) : null;
}

/** With two decimals. */
function percent(part: number, whole: number): number {
	return Math.round((part / whole) * 10_000) / 100;
}
