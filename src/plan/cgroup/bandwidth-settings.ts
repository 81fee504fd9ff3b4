import type {OciResources} from '../../oci/config.ts';
import type {Setting} from './cgroup-settings.ts';

/** The kernel's period of CPU quotas, µs; sched-bwc.rst. */
const usualPeriod = 100_000;

/** The time that a container may run for in each period. */
export function bandwidthSettings({quota, period}: NonNullable<OciResources['cpu']>, v2: boolean): readonly Setting[] {
	if (quota === undefined && period === undefined) return [];
	const every = period ?? usualPeriod;
	const isLimited = quota !== undefined && quota > 0;
	const titles = {
		quota: isLimited ? `limit CPU time to ${quota / every} CPUs` : 'leave CPU time unlimited',
		period: `count CPU time in periods of ${every / 1000} ms`,
	};
	const why = isLimited
		? `In every ${every / 1000} ms the container may run for ${quota / 1000} ms, over all CPUs.`
		: 'It may run on all CPUs whenever they are free.';
	const common = {controller: 'cpu', man: 'cgroups(7)'};
	if (v2)
		return [
			{
				...common,
				id: 'cgroup.cpu',
				file: 'cpu.max',
				value: `${isLimited ? quota : 'max'} ${every}`,
				title: titles.quota,
				why,
			},
		];
	return [
		...(period === undefined
			? []
			: [
					{
						...common,
						id: 'cgroup.cpu.period',
						file: 'cpu.cfs_period_us',
						value: String(period),
						title: titles.period,
						why: 'The quota is given for one such period.',
					},
				]),
		...(quota === undefined
			? []
			: [{...common, id: 'cgroup.cpu', file: 'cpu.cfs_quota_us', value: String(quota), title: titles.quota, why}]),
	];
}
