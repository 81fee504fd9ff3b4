import type {RestartPolicy} from '../model/restart.ts';
import type {LimitWord, OtherLimit} from '../keys/key.ts';
import type {ServiceInput} from '../keys/service-schema.ts';

/** The kernel's default period of CPU quotas, microseconds; sched-bwc.rst. */
const defaultPeriod = 100_000;

/** Limits that stand in `deploy.resources`, and the one that `cpu_quota` gives. */
export function otherLimits(input: ServiceInput): Readonly<Partial<Record<LimitWord, OtherLimit>>> {
	const {limits = {}, reservations = {}} = input.deploy?.resources ?? {};
	const inLimits = (word: keyof typeof limits): readonly string[] => ['deploy', 'resources', 'limits', word];
	const quota = cpusOfQuota(input);
	const found: readonly (readonly [LimitWord, number | undefined, readonly string[]])[] = [
		['memory', limits.memory, inLimits('memory')],
		['pids', limits.pids, inLimits('pids')],
		['cpus', quota, ['cpu_quota']],
		['cpus', limits.cpus, inLimits('cpus')],
		['reservation', reservations.memory, ['deploy', 'resources', 'reservations', 'memory']],
	];
	return Object.fromEntries(
		found.flatMap(([word, value, path]) => (value === undefined ? [] : [[word, {value, path}]])),
	);
}

/** How many processors `cpu_quota` is; -1 is no limit. */
function cpusOfQuota({cpu_quota: quota, cpu_period: period = defaultPeriod}: ServiceInput): number | undefined {
	return quota === undefined || quota === -1 ? undefined : quota / period;
}

/** `deploy.restart_policy` as `restart` would have it. Source: Compose Deploy Specification, "restart_policy". */
export function deployedRestart({deploy}: ServiceInput): RestartPolicy | undefined {
	const policy = deploy?.restart_policy;
	if (policy === undefined) return undefined;
	switch (policy.condition ?? 'any') {
		case 'none':
		case 'no':
			return {kind: 'no'};
		case 'any':
		case 'always':
			return {kind: 'always'};
		case 'unless-stopped':
			return {kind: 'unless-stopped'};
		case 'on-failure':
			return {kind: 'on-failure', ...(policy.max_attempts === undefined ? {} : {most: policy.max_attempts})};
	}
}
