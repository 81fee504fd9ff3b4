import {expect, test} from 'vitest';
import type {CgroupFacts, HostFacts} from '../../host/facts.ts';
import type {OciBlockIO} from '../../oci/config.ts';
import type {Service} from '../../spec/model/project.ts';
import {limitsOf, sampleInput, samplePlan, savedFacts, stepOf} from '../../../test/support/sample-input.ts';
import {planContainer} from '../plan-container.ts';

const hybrid = savedFacts('v1-bookworm');
const v2 = savedFacts('v2-bookworm');
const MiB = 1048576;

/** The cgroup values that a service gets on a host with these cgroups. */
function limits(service: Partial<Service>, facts = v2, cgroup: Partial<CgroupFacts> = {}) {
	return limitsOf(samplePlan({service, facts: {...facts, cgroup: {...facts.cgroup, ...cgroup}}}));
}

/** A v1 host without a unified hierarchy, as before systemd 232. */
const v1 = {
	...hybrid,
	cgroup: {...hybrid.cgroup, layout: 'v1' as const, unified: null, unifiedControllers: [], killFile: false},
};

test.each([
	[{memLimit: 100 * MiB}, {'memory.max': '104857600'}, {'memory.limit_in_bytes': '104857600'}],
	[{memLimit: 5000}, {'memory.max': '4096'}, {'memory.limit_in_bytes': '4096'}],
	[
		{memLimit: 64 * MiB, memswapLimit: 64 * MiB},
		{'memory.max': '67108864', 'memory.swap.max': '0'},
		{'memory.limit_in_bytes': '67108864', 'memory.memsw.limit_in_bytes': '67108864'},
	],
	[
		{memLimit: 64 * MiB, memswapLimit: 96 * MiB},
		{'memory.max': '67108864', 'memory.swap.max': '33554432'},
		{'memory.limit_in_bytes': '67108864', 'memory.memsw.limit_in_bytes': '100663296'},
	],
	[
		{memLimit: 64 * MiB, memswapLimit: -1},
		{'memory.max': '67108864', 'memory.swap.max': 'max'},
		{'memory.limit_in_bytes': '67108864', 'memory.memsw.limit_in_bytes': '-1'},
	],
	[{memReservation: 16 * MiB}, {'memory.low': '16777216'}, {'memory.soft_limit_in_bytes': '16777216'}],
	[{cpus: 1.5}, {'cpu.max': '150000 100000'}, {'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '150000'}],
	[{cpuShares: 2}, {'cpu.weight': '1'}, {'cpu.shares': '2'}],
	[{cpuShares: 1024}, {'cpu.weight': '39'}, {'cpu.shares': '1024'}],
	[{cpuShares: 262144}, {'cpu.weight': '10000'}, {'cpu.shares': '262144'}],
	[{pidsLimit: 32}, {'pids.max': '32'}, {'pids.max': '32'}],
	[{pidsLimit: -1}, {'pids.max': 'max'}, {'pids.max': 'max'}],
] as const)('%j writes the files of v2, and those of v1 and hybrid', (service, unified, legacy) => {
	expect(limits(service)).toEqual(unified);
	expect(limits(service, hybrid)).toEqual(legacy);
	expect(limits(service, v1)).toEqual(legacy);
});

test('v1 writes the memory limit before the memory and swap limit, which may never be below it', () => {
	expect(Object.keys(limits({memLimit: 8192, memswapLimit: 8192}, v1))).toEqual([
		'memory.limit_in_bytes',
		'memory.memsw.limit_in_bytes',
	]);
});

test('the check of unlimited swap on v1 expects the number that the kernel shows for -1', () => {
	const plan = samplePlan({service: {memLimit: 8192, memswapLimit: -1}, facts: v1});
	expect(stepOf(plan, 'cgroup.swap').checks).toMatchObject([{kind: 'value', equals: '9223372036854771712'}]);
});

test('every limit is read back from the file that it was written to', () => {
	const service = {memLimit: MiB * 64, memswapLimit: MiB * 64, cpus: 0.5, cpuShares: 512, cpuset: '0', pidsLimit: 9};
	for (const facts of [v1, hybrid, v2]) {
		const plan = samplePlan({service, facts});
		const writes = plan.steps.flatMap(({action, checks}) =>
			action.kind === 'write' && action.path.includes('/demo/') && !action.path.endsWith('.deny')
				? [{action, checks}]
				: [],
		);
		expect(writes.length).toBeGreaterThanOrEqual(6);
		for (const {action, checks} of writes)
			expect(checks).toEqual([{kind: 'value', path: action.path, equals: action.value}]);
	}
});

test.each([
	['io.weight', v2, 10, 'default 1', 'default 1'],
	['io.weight', v2, 1000, 'default 10000', 'default 10000'],
	['io.bfq.weight', v2, 300, '300', 'default 300'],
	['blkio.weight', v1, 300, '300', '300'],
	['blkio.bfq.weight', hybrid, 300, '300', '300'],
] as const)('an io weight is written to %s in the scale of that file', (ioWeightFile, facts, weight, value, reads) => {
	const plan = samplePlan({service: {blkio: {weight}}, facts: {...facts, cgroup: {...facts.cgroup, ioWeightFile}}});
	expect(limitsOf(plan)).toEqual({[ioWeightFile]: value});
	expect(stepOf(plan, 'cgroup.io').checks).toMatchObject([{equals: reads}]);
});

const disk = {major: 254, minor: 0};
const stick = {major: 8, minor: 16};

/** What each file of the container's cgroup is given for limits of devices, and what it then shows. */
function ioOf(blockIO: OciBlockIO, facts: HostFacts): readonly unknown[] {
	const input = sampleInput({facts});
	const {linux} = input.config;
	const plan = planContainer({
		...input,
		config: {...input.config, linux: {...linux, resources: {...linux.resources, blockIO}}},
	});
	return plan.steps.flatMap(({id, action, checks}) => {
		if (!id.startsWith('cgroup.io')) return [];
		const [check] = checks;
		const written = action.kind === 'write' ? [action.value] : action.kind === 'writeEach' ? action.values : [];
		return check?.kind === 'value' ? [[check.path.replace(/^.*\/demo\//, ''), written, check.equals]] : [];
	});
}

test('limits of devices are a file each in v1, and lines of one file in v2; the device that came first is shown last', () => {
	const limits = {
		throttleReadBpsDevice: [
			{...disk, rate: 1024},
			{...stick, rate: 2048},
		],
		throttleWriteIOPSDevice: [{...stick, rate: 30}],
	};
	expect(ioOf(limits, v1)).toEqual([
		['blkio.throttle.read_bps_device', ['254:0 1024', '8:16 2048'], '8:16 2048 254:0 1024'],
		['blkio.throttle.write_iops_device', ['8:16 30'], '8:16 30'],
	]);
	const rest = 'wbps=max riops=max';
	expect(ioOf(limits, v2)).toEqual([
		[
			'io.max',
			['254:0 rbps=1024', '8:16 rbps=2048 wiops=30'],
			`8:16 rbps=2048 ${rest} wiops=30 254:0 rbps=1024 ${rest} wiops=max`,
		],
	]);
});

test('weights of devices stand beside the usual one, in v2 in the same file', () => {
	const weights = {weight: 300, weightDevice: [{...disk, weight: 1000}]};
	const bfq = {...v1, cgroup: {...v1.cgroup, ioWeightFile: 'blkio.bfq.weight'}};
	expect(ioOf(weights, bfq)).toEqual([
		['blkio.bfq.weight', ['300'], '300'],
		['blkio.bfq.weight_device', ['254:0 1000'], '254:0 1000'],
	]);
	const unified = {...v2, cgroup: {...v2.cgroup, ioWeightFile: 'io.weight'}};
	expect(ioOf(weights, unified)).toEqual([['io.weight', ['default 2930', '254:0 10000'], 'default 2930 254:0 10000']]);
});

test('real-time CPU time is given to each group above first, and refused where the kernel has none for groups', () => {
	const service = {cpuRtRuntime: 300_000, cpuRtPeriod: 400_000};
	const facts = {...v1, cgroup: {...v1.cgroup, realtime: 950_000}};
	const written = samplePlan({service, facts}).steps.flatMap(({action}) =>
		action.kind === 'write' && action.path.includes('cpu.rt_') ? [`${action.path} ${action.value}`] : [],
	);
	expect(written.map(line => line.replace('/sys/fs/cgroup/cpu', ''))).toEqual([
		'/tsbox/cpu.rt_runtime_us 950000',
		'/tsbox/demo/cpu.rt_period_us 400000',
		'/tsbox/demo/cpu.rt_runtime_us 300000',
	]);
	const none = {...v1, cgroup: {...v1.cgroup, realtime: null}};
	expect(() => samplePlan({service, facts: none})).toThrow('real-time CPU time cannot be given');
	expect(() => samplePlan({service, facts: v2})).toThrow('real-time CPU time cannot be given');
});

test('swappiness and waiting for memory are of v1, and v2 warns that it has neither', () => {
	const service = {memLimit: 8192, memSwappiness: 0, oomKillDisable: true};
	expect(limits(service, v1)).toMatchObject({'memory.swappiness': '0', 'memory.oom_control': '1'});
	expect(limits(service)).toEqual({'memory.max': '8192'});
	expect(samplePlan({service, facts: v2}).warnings).toEqual([
		'mem_swappiness has no effect: cgroup v2 has no such setting',
		'oom_kill_disable has no effect: cgroup v2 has no such setting',
	]);
});

test('v1 inherits CPUs and memory nodes level by level before it narrows the set', () => {
	const plan = samplePlan({service: {cpuset: '0-1'}, facts: v1});
	const cpuset = plan.steps.flatMap(({action}) =>
		action.kind === 'inherit'
			? [`${action.from} > ${action.path}`]
			: action.kind === 'write' && action.path.includes('cpuset')
				? [`${action.value} > ${action.path}`]
				: [],
	);
	expect(cpuset.map(line => line.replaceAll('/sys/fs/cgroup/cpuset', ''))).toEqual([
		'/cpuset.cpus > /tsbox/cpuset.cpus',
		'/cpuset.mems > /tsbox/cpuset.mems',
		'/tsbox/cpuset.cpus > /tsbox/demo/cpuset.cpus',
		'/tsbox/cpuset.mems > /tsbox/demo/cpuset.mems',
		'0-1 > /tsbox/demo/cpuset.cpus',
	]);
	expect(limits({cpuset: '0-1'})).toEqual({'cpuset.cpus': '0-1'});
});

test('v2 enables controllers at each level above the container, and never in its own group', () => {
	const cgroup = {...v2.cgroup, unifiedEnabled: ['memory']};
	const plan = samplePlan({service: {cpuset: '0', cgroupParent: '/a/b'}, facts: {...v2, cgroup}});
	const enabled = plan.steps.flatMap(({action}) =>
		action.kind === 'write' && action.path.endsWith('subtree_control') ? [`${action.path} ${action.value}`] : [],
	);
	expect(enabled).toEqual([
		'/sys/fs/cgroup/cgroup.subtree_control +memory +pids +cpu +io +cpuset',
		'/sys/fs/cgroup/a/cgroup.subtree_control +memory +pids +cpu +io +cpuset',
		'/sys/fs/cgroup/a/b/cgroup.subtree_control +memory +pids +cpu +io +cpuset',
	]);
});

test('co-mounted v1 controllers share one hierarchy', () => {
	const at = '/sys/fs/cgroup/cpu,cpuacct';
	const facts = {...v1, cgroup: {...v1.cgroup, v1: {cpu: at, cpuacct: at, pids: '/sys/fs/cgroup/pids'}}};
	const plan = samplePlan({service: {cpus: 1}, facts});
	expect(stepOf(plan, 'cgroup.make').action).toMatchObject({
		paths: [`${at}/tsbox/demo`, '/sys/fs/cgroup/pids/tsbox/demo'],
	});
	expect(stepOf(plan, 'cgroup.cpu').action).toMatchObject({path: `${at}/tsbox/demo/cpu.cfs_quota_us`});
});

test.each([
	['cgroup.kill', v2, {}, {kind: 'cgroup.kill', path: '/sys/fs/cgroup/tsbox/demo'}],
	['cgroup.kill of the unified part', hybrid, {}, {kind: 'cgroup.kill', path: '/sys/fs/cgroup/unified/tsbox/demo'}],
	['the freezer', v1, {}, {kind: 'freezer', path: '/sys/fs/cgroup/freezer/tsbox/demo'}],
	['signals', v2, {killFile: false}, {kind: 'procs', path: '/sys/fs/cgroup/tsbox/demo'}],
	['the process alone', v2, {writable: false}, {kind: 'none'}],
] as const)('a container is killed by %s when that is the surest way', (_, facts, cgroup, kill) => {
	const plan = samplePlan({facts: {...facts, cgroup: {...facts.cgroup, ...cgroup}}});
	expect(stepOf(plan, 'namespaces.start').undo).toEqual({kind: 'stop', kill});
});

test('a process joins its cgroups before its namespaces are made, and a check confirms it', () => {
	const start = stepOf(samplePlan({facts: v1}), 'namespaces.start');
	expect(start.action).toMatchObject({
		cgroups: ['memory', 'cpu', 'cpuacct', 'pids', 'freezer', 'devices'].map(
			name => `/sys/fs/cgroup/${name}/tsbox/demo/tasks`,
		),
	});
	expect(start.checks).toContainEqual(expect.objectContaining({kind: 'cgroups'}));
});

test.each([
	['memory', {memLimit: MiB}, v2, {unifiedControllers: []}],
	['memory', {memLimit: MiB}, v1, {v1: {pids: '/sys/fs/cgroup/pids'}}],
	['cpu', {cpus: 1}, v2, {unifiedControllers: ['memory']}],
	['cpu', {cpuShares: 9}, v2, {unifiedControllers: ['memory']}],
	['cpuset', {cpuset: '0'}, v2, {unifiedControllers: ['memory']}],
	['pids', {pidsLimit: 1}, v2, {unifiedControllers: ['memory']}],
	['swap', {memLimit: MiB, memswapLimit: MiB}, v2, {swapAccounting: false}],
	['io', {blkio: {weight: 100}}, v2, {ioWeightFile: null}],
	['cgroup', {pidsLimit: 1}, v2, {layout: 'none'}],
	['cgroup', {pidsLimit: 1}, v2, {writable: false}],
] as const)('a host without %s refuses %j, and warns instead with --best-effort', (_, service, host, cgroup) => {
	const facts = {...host, cgroup: {...host.cgroup, ...cgroup}};
	expect(() => samplePlan({service, facts})).toThrow(expect.objectContaining({code: 'E_HOST_UNSUPPORTED'}));
	const plan = samplePlan({service, facts, bestEffort: true});
	expect(plan.warnings).toHaveLength(1);
	const rest = 'memswapLimit' in service ? {'memory.max': '1048576'} : {};
	expect(limitsOf(plan)).toEqual(rest);
});

test('a controller that is missing on version 2 is named in the words of crun', () => {
	const facts = {...v2, cgroup: {...v2.cgroup, unifiedControllers: ['memory']}};
	expect(() => samplePlan({service: {cpuset: '0'}, facts})).toThrow(
		expect.objectContaining({why: 'the requested cgroup controller `cpuset` is not available'}),
	);
});

test('with `writable-cgroups=true` root of the container gets the cgroup, but not its limits', () => {
	const map = {
		kind: 'range' as const,
		uids: [{inside: 0, outside: 5000, count: 10}],
		gids: [{inside: 0, outside: 6000, count: 10}],
	};
	const security = {seccomp: {kind: 'default' as const}, systemPathsUnconfined: false, writableCgroups: true as const};
	const namespaces = ['mount', 'cgroup', 'user'] as const;
	const plan = samplePlan({service: {security, namespaces, memLimit: MiB}, facts: v2, map});
	expect(stepOf(plan, 'cgroup.give').action).toMatchObject({
		tool: 'chown',
		args: [
			'5000:6000',
			'/sys/fs/cgroup/tsbox/demo',
			'/sys/fs/cgroup/tsbox/demo/cgroup.procs',
			'/sys/fs/cgroup/tsbox/demo/cgroup.threads',
			'/sys/fs/cgroup/tsbox/demo/cgroup.subtree_control',
		],
	});
	expect(stepOf(plan, 'cgroup.make').undo).toMatchObject({nested: true});
	expect(stepOf(plan, 'cgroup.aside').object).toBe('cgroup /sys/fs/cgroup/tsbox/demo/outside');
	expect(() => samplePlan({service: {security}, facts: v2})).toThrow('needs a user namespace');
});
