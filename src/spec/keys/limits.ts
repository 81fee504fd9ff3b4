import {ulimitWord} from '../values/shown-values.ts';
import {key, plain, size, texts} from './key.ts';

/** What a container may use, and the kernel parameters it has to itself. */
export const limitKeys = {
	mem_limit: key('memLimit', size),
	memswap_limit: key('memswapLimit', size),
	mem_reservation: key('memReservation', size),
	shm_size: key('shmSize', size),
	cpus: key('cpus', plain),
	cpu_shares: key('cpuShares', plain),
	cpuset: key('cpuset', plain),
	pids_limit: key('pidsLimit', plain),
	blkio_config: key('ioWeight', {show: weight => ({weight})}),
	ulimits: key('ulimits', {show: list => Object.fromEntries(list.map(each => [each.name, ulimitWord(each)]))}),
	sysctls: key('sysctls', texts),
	oom_score_adj: key('oomScoreAdj', plain),
};
