import {cpusetAsShown} from '../../spec/values/cpuset-list.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';
import {bandwidthSettings} from './bandwidth-settings.ts';
import {ioSettings} from './io-settings.ts';
import {memorySettings} from './memory-settings.ts';
import {oomSettings, realtimeSettings, swappinessSettings} from './v1-settings.ts';

/** A value that tsbox writes into the container's cgroup. */
export interface Setting {
	readonly id: string;
	readonly controller: string;
	readonly file: string;
	readonly value: string;
	/** What the file reads back, when that differs from `value`; null when it is not compared. */
	readonly reads?: string | null;
	/** In place of `value`, what is written one after the other. */
	readonly values?: readonly string[];
	readonly title: string;
	readonly why: string;
	readonly man: string;
}

/** Converts shares (2..262144) to a weight (1..10000) as Docker and runc do. */
function cpuWeight(shares: number): string {
	return String(1 + Math.floor(((shares - 2) * 9999) / 262142));
}

/**
 * The limits of the OCI config as values for this host's cgroup files, in the order in which they must be written.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a limit whose controller this host lacks.
 */
export function cgroupSettings(input: PlanInput, missing: Shortfalls): readonly Setting[] {
	const {facts} = input;
	const {memory, cpu, pids, blockIO, files = []} = input.config.linux.resources;
	const v2 = facts.cgroup.layout === 'v2';
	const settings: Setting[] = [];
	const has = (controller: string): boolean =>
		v2 ? facts.cgroup.unifiedControllers.includes(controller) : facts.cgroup.v1[controller] !== undefined;
	const need = (controller: string, what: string): boolean => {
		if (has(controller)) return true;
		missing.add(
			`${what} cannot be limited`,
			// Version 2 in the words of crun, which callers look for.
			v2
				? `the requested cgroup controller \`${controller}\` is not available`
				: `this kernel has no ${controller} controller mounted`,
			controller === 'memory'
				? 'boot with cgroup_enable=memory'
				: v2
					? '`cat /sys/fs/cgroup/cgroup.controllers` lists those that are'
					: `mount the ${controller} controller`,
		);
		return false;
	};
	const add = (setting: Setting): void => void settings.push(setting);

	if (memory !== undefined && need('memory', 'memory')) {
		settings.push(...memorySettings(memory, facts.cgroup, missing));
		if (!v2) settings.push(...swappinessSettings(memory), ...oomSettings(memory));
	}
	if ((cpu?.quota ?? cpu?.period) !== undefined && need('cpu', 'CPU time'))
		settings.push(...bandwidthSettings(cpu ?? {}, v2));
	if (cpu?.shares !== undefined && need('cpu', 'CPU weight')) {
		const value = v2 ? cpuWeight(cpu.shares) : String(cpu.shares);
		add({
			id: 'cgroup.cpu.weight',
			controller: 'cpu',
			file: v2 ? 'cpu.weight' : 'cpu.shares',
			value,
			title: `give it a CPU weight of ${cpu.shares} shares`,
			why: 'When the CPUs are busy, time is shared out by weight.',
			man: 'cgroups(7)',
		});
	}
	if (cpu !== undefined) settings.push(...realtimeSettings(input, cpu, missing));
	if (cpu?.cpus !== undefined && need('cpuset', 'the set of CPUs')) {
		add({
			id: 'cgroup.cpuset',
			controller: 'cpuset',
			file: 'cpuset.cpus',
			value: cpu.cpus,
			reads: cpusetAsShown(cpu.cpus),
			title: `run only on CPUs ${cpu.cpus}`,
			why: 'The scheduler will use no other CPU for it.',
			man: 'cpuset(7)',
		});
	}
	if (pids !== undefined && need('pids', 'the number of processes')) {
		const value = pids.limit === -1 ? 'max' : String(pids.limit);
		add({
			id: 'cgroup.pids',
			controller: 'pids',
			file: 'pids.max',
			value,
			title:
				pids.limit === -1
					? 'leave the number of processes unlimited'
					: `limit it to ${pids.limit} processes and threads`,
			why: 'A fork bomb then fills its own cgroup and not the machine.',
			man: 'cgroups(7)',
		});
	}
	if (blockIO !== undefined) settings.push(...ioSettings(input, blockIO, has, missing));
	if (cpu?.mems !== undefined && need('cpuset', 'the set of memory nodes')) {
		add({
			id: 'cgroup.mems',
			controller: 'cpuset',
			file: 'cpuset.mems',
			value: cpu.mems,
			reads: cpusetAsShown(cpu.mems),
			title: `take memory from the nodes ${cpu.mems} alone`,
			why: 'The kernel takes memory for it from no other node.',
			man: 'cpuset(7)',
		});
	}
	for (const {controller, file, value, reads} of files)
		if (need(controller, file))
			add({
				id: `cgroup.${file}`,
				controller,
				file,
				value,
				...(reads === undefined ? {} : {reads}),
				title: `write ${value} to ${file}`,
				why: 'The configuration asks for this value of a file of the cgroup.',
				man: 'cgroups(7)',
			});
	return settings;
}
