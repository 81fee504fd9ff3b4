import {parseCpuset} from '../values/cpuset.ts';
import {sizeWord, ulimitWord} from '../values/shown-values.ts';
import {parseMemoryLimit, parsePositiveSize, parseSwapSize} from '../values/size.ts';
import {isSysctlName} from '../values/sysctl.ts';
import {ulimitNames} from '../limits/ulimit.ts';
import {key, keyReadBy, type LimitWord, number, parsed, type ReadContext, row} from './key.ts';
import {readNamed, sysctlFault} from './read-named.ts';
import {fixedCpuset} from './reproducible.ts';

/** The memory limit of `mem_limit` and `deploy`. */
export const memory = parsed(s => s.sizeText, parseMemoryLimit, sizeWord);
/** The reservation of `mem_reservation` and `deploy`. */
export const reservation = parsed(s => s.sizeText, parsePositiveSize, sizeWord);
/** The CPU limit of `cpus` and `deploy`. */
export const cpus = number({min: 0.01, max: 65_536, fractions: true});
/** The process limit of `pids_limit` and `deploy`. */
export const pids = number({min: 1, max: 4_194_304, also: -1});
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
	shm_size: key('shmSize', {
		...parsed(s => s.sizeText, parsePositiveSize, sizeWord),
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
	blkio_config: keyReadBy('ioWeight', {
		example: {weight: 300},
		about: 'Limits of block devices.',
		written: w =>
			w.strictObject({
				weight: w.key('Its share of the disk when that is busy.', w.number({min: 10, max: 1000})),
				...w.ignoredKeys('services.*.blkio_config'),
			}),
		recorded: r => r.number({min: 10, max: 1000}),
		show: weight => ({weight}),
		read: (written, name, {picker}) => picker.pick(`${name}.weight`, written?.weight, undefined),
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
