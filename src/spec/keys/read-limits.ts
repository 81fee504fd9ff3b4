import {type Picker, present} from '../syntax/pick.ts';
import type {Service, Ulimit} from '../model/project.ts';
import type {ServiceInput} from './service-schema.ts';

type Limits = Pick<
	Service,
	| 'memLimit'
	| 'memswapLimit'
	| 'memReservation'
	| 'shmSize'
	| 'cpus'
	| 'cpuShares'
	| 'cpuset'
	| 'pidsLimit'
	| 'ioWeight'
	| 'ulimits'
	| 'oomScoreAdj'
>;

/** What a container may use. `deploy.resources.limits` is another way to write three of the keys. */
export function readLimits(input: ServiceInput, picker: Picker): Limits {
	const {pick} = picker;
	const deployed = input.deploy?.resources?.limits;
	return {
		ulimits: readUlimits(input.ulimits, picker),
		...present({
			memLimit: eitherOf('mem_limit', input.mem_limit, 'memory', deployed?.memory, picker),
			memswapLimit: pick('memswap_limit', input.memswap_limit, undefined),
			memReservation: pick('mem_reservation', input.mem_reservation, undefined),
			shmSize: pick('shm_size', input.shm_size, undefined),
			cpus: eitherOf('cpus', input.cpus, 'cpus', deployed?.cpus, picker),
			cpuShares: pick('cpu_shares', input.cpu_shares, undefined),
			cpuset: pick('cpuset', input.cpuset, undefined),
			pidsLimit: eitherOf('pids_limit', input.pids_limit, 'pids', deployed?.pids, picker),
			ioWeight: pick('blkio_config.weight', input.blkio_config?.weight, undefined),
			oomScoreAdj: pick('oom_score_adj', input.oom_score_adj, undefined),
		}),
	};
}

function eitherOf(
	key: string,
	own: number | undefined,
	word: string,
	deployed: number | undefined,
	picker: Picker,
): number | undefined {
	const path = ['deploy', 'resources', 'limits', word];
	if (deployed === undefined || own === deployed) return picker.pick(key, own, undefined);
	if (own === undefined) {
		picker.noteAt(key, path);
		return deployed;
	}
	picker.invalid(picker.places.value(path), `\`${path.join('.')}\` differs from \`${key}\``, 'keep one of them');
	return own;
}

function readUlimits(input: ServiceInput['ulimits'], picker: Picker): readonly Ulimit[] {
	return Object.entries(input ?? {}).flatMap(([name, limit]) => {
		if (limit === undefined) return [];
		picker.noteAt(`ulimits.${name}`, ['ulimits', name]);
		return [{name, ...limit}];
	});
}
