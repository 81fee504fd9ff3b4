import {bytes as sizeWords} from '../../spec/values/bytes.ts';
import {cpusetAsShown} from '../../spec/values/cpuset-list.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';

/** A value that tsbox writes into the container's cgroup. */
export interface Setting {
	readonly id: string;
	readonly controller: string;
	readonly file: string;
	readonly value: string;
	/** What the file reads back, when that differs from `value`. */
	readonly reads?: string;
	readonly title: string;
	readonly why: string;
	readonly man: string;
}

/** The kernel rounds memory limits down to pages. Pages have 4096 bytes, except on arm64 kernels built for 16 or 64 KiB. */
const pageSize = 4096;

function pages(bytes: number): string {
	return String(Math.floor(bytes / pageSize) * pageSize);
}

/** Converts shares (2..262144) to a weight (1..10000) as Docker and runc do. */
function cpuWeight(shares: number): string {
	return String(1 + Math.floor(((shares - 2) * 9999) / 262142));
}

/** Converts a blkio weight (10..1000) to `io.weight` (1..10000) as runc does. */
function ioWeight(weight: number): string {
	return String(1 + Math.floor(((weight - 10) * 9999) / 990));
}

/**
 * The limits of the OCI config as values for this host's cgroup files, in the order in which they must be written.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a limit whose controller this host lacks.
 */
export function cgroupSettings(input: PlanInput, missing: Shortfalls): readonly Setting[] {
	const {facts} = input;
	const {memory, cpu, pids, blockIO} = input.config.linux.resources;
	const v2 = facts.cgroup.layout === 'v2';
	const settings: Setting[] = [];
	const has = (controller: string): boolean =>
		v2 ? facts.cgroup.unifiedControllers.includes(controller) : facts.cgroup.v1[controller] !== undefined;
	const need = (controller: string, what: string): boolean => {
		if (has(controller)) return true;
		missing.add(
			`${what} cannot be limited`,
			`this kernel has no ${controller} controller mounted`,
			controller === 'memory' ? 'boot with cgroup_enable=memory' : `mount the ${controller} controller`,
		);
		return false;
	};
	const add = (setting: Setting): void => void settings.push(setting);

	if (memory !== undefined && need('memory', 'memory')) {
		const why =
			'A program that asks for more than this is killed by the kernel instead of taking the machine down with it.';
		const man = 'cgroups(7)';
		if (memory.limit !== undefined) {
			add({
				id: 'cgroup.memory',
				controller: 'memory',
				file: v2 ? 'memory.max' : 'memory.limit_in_bytes',
				value: pages(memory.limit),
				title: `limit memory to ${sizeWords(memory.limit)}`,
				why,
				man,
			});
		}
		if (memory.reservation !== undefined) {
			add({
				id: 'cgroup.memory.reservation',
				controller: 'memory',
				file: v2 ? 'memory.low' : 'memory.soft_limit_in_bytes',
				value: pages(memory.reservation),
				title: `reserve ${sizeWords(memory.reservation)} of memory`,
				why: 'Under pressure the kernel takes memory from others first.',
				man,
			});
		}
		if (memory.swap !== undefined && memory.limit !== undefined) {
			if (!facts.cgroup.swapAccounting) {
				missing.add('swap cannot be limited', 'this kernel does not account swap', 'boot with swapaccount=1');
			} else {
				const none = memory.swap === memory.limit;
				const title =
					memory.swap === -1
						? 'leave swap unlimited'
						: none
							? 'allow no swap'
							: `limit memory and swap together to ${sizeWords(memory.swap)}`;
				const swapWhy = 'Without this a container over its memory limit is swapped out and slows the whole machine.';
				if (v2) {
					const value = memory.swap === -1 ? 'max' : pages(memory.swap - memory.limit);
					add({id: 'cgroup.swap', controller: 'memory', file: 'memory.swap.max', value, title, why: swapWhy, man});
				} else {
					// memory.txt: memsw must never be below the memory limit, so it is written second.
					// -1 reads back as the largest multiple of the page size.
					const value = memory.swap === -1 ? '-1' : pages(memory.swap);
					add({
						id: 'cgroup.swap',
						controller: 'memory',
						file: 'memory.memsw.limit_in_bytes',
						value,
						...(memory.swap === -1 ? {reads: '9223372036854771712'} : {}),
						title,
						why: swapWhy,
						man,
					});
				}
			}
		}
	}
	if (cpu?.quota !== undefined && cpu.period !== undefined && need('cpu', 'CPU time')) {
		const title = `limit CPU time to ${cpu.quota / cpu.period} CPUs`;
		const why = `In every ${cpu.period / 1000} ms the container may run for ${cpu.quota / 1000} ms, over all CPUs.`;
		if (v2) {
			add({
				id: 'cgroup.cpu',
				controller: 'cpu',
				file: 'cpu.max',
				value: `${cpu.quota} ${cpu.period}`,
				title,
				why,
				man: 'cgroups(7)',
			});
		} else {
			add({
				id: 'cgroup.cpu.period',
				controller: 'cpu',
				file: 'cpu.cfs_period_us',
				value: String(cpu.period),
				title: `count CPU time in periods of ${cpu.period / 1000} ms`,
				why: 'The quota is given for one such period.',
				man: 'cgroups(7)',
			});
			add({
				id: 'cgroup.cpu',
				controller: 'cpu',
				file: 'cpu.cfs_quota_us',
				value: String(cpu.quota),
				title,
				why,
				man: 'cgroups(7)',
			});
		}
	}
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
	if (blockIO !== undefined) {
		const file = facts.cgroup.ioWeightFile;
		if (file === null)
			missing.add(
				'io cannot be weighted',
				'no scheduler of this kernel offers an io weight to cgroups',
				'use the bfq scheduler, or leave blkio_config out',
			);
		else {
			const value = file === 'io.weight' ? `default ${ioWeight(blockIO.weight)}` : String(blockIO.weight);
			const reads = file === 'io.bfq.weight' ? `default ${blockIO.weight}` : value;
			add({
				id: 'cgroup.io',
				controller: v2 ? 'io' : 'blkio',
				file,
				value,
				reads,
				title: `give it an io weight of ${blockIO.weight}`,
				why: 'When the disks are busy, their time is shared out by weight.',
				man: 'cgroups(7)',
			});
		}
	}
	return settings;
}
