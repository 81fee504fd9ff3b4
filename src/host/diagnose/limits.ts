import type {CgroupFacts, HostFacts} from '../facts.ts';
import type {Finding} from './finding.ts';

/** The controllers for limits in a spec: the keys that need each, the name in v1, and a kernel parameter that turns it on. */
const controllers = [
	{name: 'memory', keys: '`mem_limit:`', v1: 'memory', boot: 'cgroup_enable=memory'},
	{name: 'cpu', keys: '`cpus:` and `cpu_shares:`', v1: 'cpu', boot: null},
	{name: 'cpuset', keys: '`cpuset:`', v1: 'cpuset', boot: null},
	{name: 'pids', keys: '`pids_limit:`', v1: 'pids', boot: null},
] as const;

/** Findings about the cgroup mounts and about each limit that a spec can set. */
export function limitFindings({cgroup}: HostFacts): readonly Finding[] {
	return [
		layoutFinding(cgroup),
		...(cgroup.layout === 'none' ? [] : [...controllers.map(row => controllerFinding(row, cgroup)), ...extras(cgroup)]),
	];
}

function layoutFinding({layout, writable}: CgroupFacts): Finding {
	const words = {v2: 'version 2', hybrid: 'version 1 and 2', v1: 'version 1', none: 'not mounted'}[layout];
	return {
		id: 'cgroup',
		area: 'limits',
		subject: 'control groups',
		state: layout !== 'none' && writable ? 'ok' : 'warn',
		found: layout === 'none' || writable ? words : `${words}, read-only for this user`,
		without: 'no limit can be set, and stray processes cannot be found by their cgroup',
		hint: layout === 'none' ? 'mount -t cgroup2 cgroup2 /sys/fs/cgroup' : null,
	};
}

function controllerFinding(row: (typeof controllers)[number], {v1, unifiedControllers}: CgroupFacts): Finding {
	const place = v1[row.v1] ?? (unifiedControllers.includes(row.name) ? 'version 2' : undefined);
	return {
		id: `cgroup.${row.name}`,
		area: 'limits',
		subject: `${row.name} controller`,
		state: place === undefined ? 'warn' : 'ok',
		found: place ?? 'not available',
		without: `${row.keys} cannot be set`,
		hint: place === undefined && row.boot !== null ? `${restartWith(row.boot)}` : null,
	};
}

function extras({swapAccounting, ioWeightFile, killFile, v1}: CgroupFacts): readonly Finding[] {
	const freezer = v1['freezer'] !== undefined;
	return [
		{
			id: 'cgroup.swap',
			area: 'limits',
			subject: 'swap accounting',
			state: swapAccounting ? 'ok' : 'warn',
			found: swapAccounting ? 'on' : 'off',
			without: '`memswap_limit:` cannot be set, and containers can exceed a memory limit by swapping',
			hint: swapAccounting ? null : restartWith('swapaccount=1'),
		},
		{
			id: 'cgroup.io',
			area: 'limits',
			subject: 'io weight',
			state: ioWeightFile === null ? 'warn' : 'ok',
			found: ioWeightFile ?? 'not available',
			without: '`blkio_config.weight` cannot be set',
			hint: ioWeightFile === null ? 'modprobe bfq' : null,
		},
		{
			id: 'cgroup.kill',
			area: 'limits',
			subject: 'killing a whole cgroup',
			state: killFile || freezer ? 'ok' : 'warn',
			found: killFile ? 'cgroup.kill' : freezer ? 'the freezer' : 'signals to each process',
			without: 'a container that forks faster than tsbox kills may take long to end',
			hint: null,
		},
	];
}

function restartWith(parameter: string): string {
	return `add ${parameter} to the kernel's command line and restart`;
}
