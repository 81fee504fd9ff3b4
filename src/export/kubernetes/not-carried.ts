import type {Service} from '../../spec/model/project.ts';

/** What a pod cannot say of a service, and what there is instead. */
const rows: readonly (readonly [key: string, isSet: (service: Service) => boolean, instead: string])[] = [
	['devices', ({devices}) => devices.length > 0, 'a device plugin of the cluster gives devices'],
	[
		'device_cgroup_rules',
		({deviceRules = []}) => deviceRules.length > 0,
		'a device plugin of the cluster gives devices',
	],
	['gpus', ({cdi = []}) => cdi.length > 0, 'a device plugin of the cluster gives them'],
	['ulimits', ({ulimits}) => ulimits.length > 0, 'the runtime of the machine sets them'],
	['pids_limit', ({pidsLimit}) => pidsLimit !== undefined, 'the kubelet has podPidsLimit'],
	['memswap_limit', ({memswapLimit}) => memswapLimit !== undefined, 'the kubelet has memorySwap'],
	['cpu_shares', ({cpuShares}) => cpuShares !== undefined, 'use resources.requests.cpu'],
	['cpuset', ({cpuset}) => cpuset !== undefined, 'the kubelet has a CPU manager'],
	['blkio_config', ({blkio}) => blkio !== undefined, 'there is nothing in its place'],
	['mem_swappiness', ({memSwappiness}) => memSwappiness !== undefined, 'the kubelet has memorySwap'],
	['oom_kill_disable', ({oomKillDisable}) => oomKillDisable === true, 'there is nothing in its place'],
	['cpu_rt_runtime', ({cpuRtRuntime}) => cpuRtRuntime !== undefined, 'there is nothing in its place'],
	['volumes_from', ({volumesFrom = []}) => volumesFrom.length > 0, 'write the volumes again'],
	['external_links', ({externalLinks = []}) => externalLinks.length > 0, 'a service of the cluster has a name'],
	['oom_score_adj', ({oomScoreAdj}) => oomScoreAdj !== undefined, 'the kubelet sets it'],
	['cgroup_parent', ({cgroupParent}) => cgroupParent !== undefined, 'the kubelet sets it'],
	['uts', ({uts}) => uts === 'host', 'a pod has a host name of its own'],
	['cgroup', ({cgroup}) => cgroup === 'host', 'the runtime of the machine decides'],
	['root', ({root}) => root === 'chroot', 'the runtime of the machine decides'],
	['logging', ({logging}) => logging !== undefined, 'the kubelet keeps the output'],
	[
		'mac_address',
		({networks}) => (networks ?? []).some(({macAddress}) => macAddress !== undefined),
		'the cluster gives addresses',
	],
	[
		'pull_policy',
		({rootfs}) => rootfs.kind === 'image' && typeof rootfs.pull === 'object',
		'a pod pulls always, never, or an image that is not there',
	],
	['init', ({init}) => init, 'the command is process 1'],
	['landlock', ({landlock}) => landlock !== undefined, 'there is nothing in its place'],
	['egress', ({egress}) => egress !== undefined, 'write a NetworkPolicy'],
	['domainname', ({domainname}) => domainname !== undefined, 'the cluster names its pods'],
	['stop_signal', ({stopSignal}) => stopSignal !== 'SIGTERM', 'the image says it'],
	[
		'depends_on',
		({dependsOn}) => (dependsOn ?? []).length > 0,
		'pods start at the same time, and have to wait for each other',
	],
	[
		'networks',
		({networks}) => (networks ?? []).some(({network}) => network.key !== 'default' || network.internal),
		'all pods reach each other; write a NetworkPolicy',
	],
	['pid', ({pid}) => typeof pid === 'object', 'put both containers into one pod'],
	['ipc', ({ipc}) => typeof ipc === 'object', 'put both containers into one pod'],
	['network_mode', ({networkMode}) => typeof networkMode === 'object', 'put both containers into one pod'],
	['keep', ({keep}) => keep, 'use a volume'],
	['record', ({record}) => record === true, 'there is nothing in its place'],
	['reproducible', ({reproducible}) => reproducible === true, 'there is nothing in its place'],
];

/** A line for each key of a service that a pod cannot say. */
export function notCarried(service: Service): readonly string[] {
	return rows.flatMap(([key, isSet, instead]) => (isSet(service) ? [`\`${key}\` is left out: ${instead}`] : []));
}
