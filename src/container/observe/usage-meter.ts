import type {Machine} from '../machine/machine.ts';
import type {Host} from '../../host/host.ts';
import {machineMemory} from '../../host/facts/machine-memory.ts';
import {cpuTime, networkUse, readUsage} from '../../kernel/usage.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {RunningRecord} from '../machine/running-container.ts';

/** Resource usage of a container at a moment; null for a value that the kernel does not report. */
export interface ContainerStats {
	readonly name: string;
	/** The host pid of the first process. */
	readonly pid: number;
	/** Percent of one processor over the last second; two busy processors are 200. */
	readonly cpuPercent: number | null;
	/** Bytes without page cache that can be dropped first. A null limit means none; `percent` then refers to the machine's memory. */
	readonly memory: {readonly used: number; readonly limit: number | null; readonly percent: number | null} | null;
	/** Threads. A null limit means none. */
	readonly pids: {readonly current: number; readonly limit: number | null} | null;
	/** Bytes since the start over all interfaces but lo; null with the host's network. */
	readonly network: {readonly rxBytes: number; readonly txBytes: number} | null;
	/** Bytes since the start over all devices. */
	readonly block: {readonly readBytes: number; readonly writeBytes: number} | null;
	/** Percent of the last 10 s in which some task waited for the resource; `some avg10` of PSI. */
	readonly pressure: {readonly cpu: number | null; readonly memory: number | null};
}

/** The facts of a container that a meter needs. */
export interface MeteredContainer extends Pick<ContainerRecord, 'name' | 'cgroups' | 'namespaces'> {
	/** The current name of the container. */
	readonly shown: string;
	readonly process: Pick<RunningRecord['process'], 'pid' | 'startTime'>;
}

/** Measures the usage of running containers. */
export type UsageMeter = (containers: readonly MeteredContainer[]) => readonly ContainerStats[];

/** CPU time in ns at a moment of the monotonic clock in ms. */
interface CpuReading {
	readonly time: number | null;
	readonly at: number;
}

/** What a meter remembers of a container between readings. */
interface Kept {
	readonly cpu: CpuReading;
	/** A host that remembers which cgroup files are absent. */
	readonly host: Host;
}

/**
 * Creates a meter that remembers the previous CPU time. CPU % is the difference of two readings and null in a container's
 * first reading. All values come from cgroup files and /proc.
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

/** A container that was started again under the same name counts as another one. */
function identityOf({name, process: {pid, startTime}}: MeteredContainer): string {
	return `${name} ${pid} ${startTime}`;
}

/** CPU use in percent of one processor; two busy processors are 200. */
function cpuPercent(before: CpuReading | undefined, after: CpuReading): number | null {
	if (before === undefined || before.time === null || after.time === null || after.at <= before.at) return null;
	return percent((after.time - before.time) / 1e6, after.at - before.at);
}

/** Remembers absent files. Reading one costs as much as two present files, and no controller appears while a container runs. */
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

/** Memory use in percent of the limit, or of the machine's memory if that is less. */
function memoryPercent(memory: {used: number; limit: number | null}, whole: number | null): number | null {
	const most = Math.min(memory.limit ?? Number.POSITIVE_INFINITY, whole ?? Number.POSITIVE_INFINITY);
	return Number.isFinite(most) && most > 0 ? percent(memory.used, most) : null;
}

/** A percentage with two decimals. */
function percent(part: number, whole: number): number {
	return Math.round((part / whole) * 10_000) / 100;
}
