import {parseCpuset} from '../values/cpuset.ts';
import {sizeWord, ulimitWord} from '../values/shown-values.ts';
import {numberIn, unlessZero} from '../syntax/scalar.ts';
import {parseMemoryLimit, parsePositiveSize, parseSwapSize} from '../values/size.ts';
import {isSysctlName} from '../values/sysctl.ts';
import {ulimitNames} from '../limits/ulimit.ts';
import {parseBlockPath} from '../limits/block-path.ts';
import {parseMicroseconds} from '../limits/microseconds.ts';
import {deviceLimitKinds} from '../model/project.ts';
import {flag, key, keyReadBy, type LimitWord, number, parsed, type ReadContext, row} from './key.ts';
import {readNamed, sysctlFault} from './read-named.ts';
import {fixedCpuset} from './reproducible.ts';

/** The memory limit of `mem_limit` and `deploy`. */
export const memory = parsed(s => s.sizeText, unlessZero(parseMemoryLimit), sizeWord);
/** The reservation of `mem_reservation` and `deploy`. */
export const reservation = parsed(s => s.sizeText, unlessZero(parsePositiveSize), sizeWord);
/** The CPU limit of `cpus` and `deploy`. */
export const cpus = parsed(s => s.textOrNumber, unlessZero(numberIn({min: 0.01, max: 65_536, fractions: true})));
/** The process limit of `pids_limit` and `deploy`. */
export const pids = parsed(s => s.textOrNumber, unlessZero(numberIn({min: 1, max: 4_194_304, also: -1})));
const microseconds = parsed(s => s.textOrNumber, parseMicroseconds);
const blkioWords = ['weight', 'weight_device', ...deviceLimitKinds.slice(1).map(kind => `device_${kind}`)];
const unlimitedOr = {min: 0, max: Number.MAX_SAFE_INTEGER, also: -1};

/** Keys for resource limits and for sysctls. */
export const limitKeys = {
	mem_limit: keyReadBy('memLimit', {
		...memory,
		example: '100m',
		about: 'The most memory it may use, such as `100m`.',
		also: ['memory', 'mem', 'memory_limit', 'max_memory', 'ram'],
		decidedBy: ['deploy.resources.limits.memory'],
		read: orOther('memory'),
	}),
	memswap_limit: key('memswapLimit', {
		...parsed(s => s.swapSizeText, parseSwapSize, sizeWord),
		example: '100m',
		exampleWith: {mem_limit: '100m'},
		about: 'Memory and swap together; the same as `mem_limit` means no swap, -1 means unlimited swap.',
		decidedBy: ['mem_limit', 'deploy.resources.limits.memory'],
		also: ['swap', 'memory_swap', 'memory-swap', 'swap_limit'],
	}),
	mem_reservation: keyReadBy('memReservation', {
		...reservation,
		example: '50m',
		exampleWith: {mem_limit: '100m'},
		about: 'Memory that is left to it when the host runs short.',
		decidedBy: ['mem_limit', 'deploy.resources.limits.memory', 'deploy.resources.reservations.memory'],
		also: ['memory_reservation', 'reservation'],
		read: orOther('reservation'),
	}),
	mem_swappiness: key('memSwappiness', {
		...number({min: 0, max: 100}),
		example: 10,
		about: 'How readily its memory is swapped out, from 0 to 100; cgroup v1 alone has it.',
		also: ['swappiness', 'memory_swappiness'],
	}),
	oom_kill_disable: key('oomKillDisable', {
		...flag,
		example: true,
		exampleWith: {mem_limit: '100m'},
		about: 'It waits for memory at its `mem_limit` instead of being killed; cgroup v1 alone has it.',
		also: ['oom_disable'],
	}),
	shm_size: key('shmSize', {
		...parsed(s => s.sizeText, unlessZero(parsePositiveSize), sizeWord),
		example: '16m',
		about: 'The size of /dev/shm.',
		also: ['shm', 'shmsize'],
	}),
	cpus: keyReadBy('cpus', {
		...cpus,
		example: 0.5,
		about: 'How many processors it may keep busy, such as `0.5`.',
		also: ['cpu', 'cpu_limit', 'nano_cpus'],
		decidedBy: ['deploy.resources.limits.cpus'],
		read: orOther('cpus'),
	}),
	cpu_quota: row({
		example: 50_000,
		about: 'As `cpus`: microseconds of processor time in each `cpu_period`.',
		decidedBy: ['cpus', 'deploy.resources.limits.cpus'],
		written: w => w.number({min: 1000, max: Number.MAX_SAFE_INTEGER, also: -1}),
	}),
	cpu_period: row({
		example: 200_000,
		exampleWith: {cpu_quota: 50_000},
		about: 'The microseconds that `cpu_quota` is a part of; 100000 by default.',
		decidedBy: ['cpus', 'deploy.resources.limits.cpus'],
		written: w => w.number({min: 1000, max: 1_000_000}),
	}),
	cpu_shares: key('cpuShares', {
		...number({min: 2, max: 262_144}),
		example: 512,
		about: 'Its share of the processors when they are all busy; 1024 is usual.',
	}),
	cpu_rt_runtime: key('cpuRtRuntime', {
		...microseconds,
		example: '300ms',
		about:
			'How long processes with a real-time priority may run in each `cpu_rt_period`: microseconds, or a duration. Needs cgroup v1 and a kernel with CONFIG_RT_GROUP_SCHED.',
	}),
	cpu_rt_period: key('cpuRtPeriod', {
		...microseconds,
		example: '400ms',
		exampleWith: {cpu_rt_runtime: '300ms'},
		about: 'The period of `cpu_rt_runtime`: microseconds, or a duration; a second by default.',
	}),
	cpuset: key('cpuset', {
		...parsed(s => s.textOrNumber, parseCpuset),
		example: '0',
		about: 'The processors it may run on, such as `0-2,4`.',
		also: ['cpuset_cpus', 'cpuset-cpus', 'affinity'],
		reproducible: fixedCpuset,
	}),
	pids_limit: keyReadBy('pidsLimit', {
		...pids,
		example: 100,
		about: 'How many processes and threads it may have; -1 is unlimited.',
		also: ['pids', 'max_pids', 'processes', 'nproc'],
		decidedBy: ['deploy.resources.limits.pids'],
		read: orOther('pids'),
	}),
	blkio_config: keyReadBy('blkio', {
		example: {weight: 300},
		about: 'Shares and limits of block devices.',
		written: w => w.blkioConfig,
		recorded: r =>
			r.object({
				weight: r.optional(r.number({min: 10, max: 1000})),
				devices: r.optional(
					r.array(
						r.object({kind: r.oneOf(deviceLimitKinds), path: r.parsedAs(r.text, parseBlockPath), value: r.whole(1)}),
					),
				),
			}),
		show: ({weight, devices = []}) => ({
			weight,
			...Object.fromEntries(devices.map(({kind, path, value}) => [`${kind}.${path}`, value])),
		}),
		read: (written, name, {picker}) => {
			for (const word of blkioWords)
				if (picker.places.has([name, word])) picker.noteAt(`${name}.${word}`, [name, word]);
			return written;
		},
	}),
	ulimits: keyReadBy('ulimits', {
		example: {nofile: 1024},
		about: 'Limits of setrlimit(2), such as `nofile`.',
		also: ['rlimits', 'rlimit', 'limits_conf'],
		written: w => w.ulimits,
		recorded: r =>
			r.array(r.object({name: r.oneOf(ulimitNames), soft: r.number(unlimitedOr), hard: r.number(unlimitedOr)})),
		show: list => Object.fromEntries(list.map(each => [each.name, ulimitWord(each)])),
		fallback: [],
		read: (written = {}, list, {picker}) =>
			Object.entries(written).flatMap(([name, limit]) => {
				if (limit === undefined) return [];
				picker.noteAt(`${list}.${name}`, [list, name]);
				return [{name, ...limit}];
			}),
	}),
	sysctls: keyReadBy('sysctls', {
		example: {'net.ipv4.ip_unprivileged_port_start': 0},
		about: 'Kernel parameters of its own namespaces.',
		written: w => w.mapOrList,
		recorded: r => r.record(r.textThat(isSysctlName), r.textThat(isOneLine)),
		fallback: {},
		read: (...written) => readNamed(...written, sysctlFault),
	}),
	oom_score_adj: key('oomScoreAdj', {
		...number({min: -1000, max: 1000}),
		example: 500,
		about: 'How likely the kernel kills it first when memory is short.',
	}),
};

function isOneLine(text: string): boolean {
	return /^[^\0\r\n]+$/.test(text);
}

/** Reads the key, or the same limit as another key has it. */
function orOther(word: LimitWord) {
	return (own: number | undefined, name: string, {picker, limits}: ReadContext): number | undefined => {
		const other = limits[word];
		if (other === undefined || own === other.value) return picker.pick(name, own, undefined);
		const {path, value} = other;
		if (own === undefined) picker.noteAt(name, path);
		else
			picker.invalid(picker.places.value(path), `\`${path.join('.')}\` differs from \`${name}\``, 'keep one of them');
		return own ?? value;
	};
}
