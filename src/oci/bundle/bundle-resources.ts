import {TsboxError} from '../../errors/tsbox-error.ts';
import type {BundleResources} from '../../spec/bundle/bundle-resources.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {CgroupFile, OciDeviceRule, OciResources} from '../config.ts';

/** The limits of a bundle for a machine with control groups of version 2, or of version 1. Zero leaves a limit as it is, as runc has it. */
export function resourcesOf(asked: BundleResources, onV2: boolean): OciResources {
	const {memory, cpu, pids, blockIO} = asked;
	refuseLeafWeight(blockIO);
	const set = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
	const named = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
	const limits = present({
		limit: set(memory?.limit),
		swap: set(memory?.swap),
		reservation: set(memory?.reservation),
	});
	const quota = set(cpu?.quota);
	const shares = set(cpu?.shares);
	const times = present({
		quota,
		period: set(cpu?.period),
		// The kernel's smallest and largest: sched-design-CFS.rst.
		shares: shares === undefined ? undefined : Math.min(Math.max(shares, 2), 262_144),
		cpus: named(cpu?.cpus),
		mems: named(cpu?.mems),
	});
	const weight = set(blockIO?.weight);
	const limit = set(pids?.limit);
	return {
		...(Object.keys(limits).length === 0 ? {} : {memory: limits}),
		...(Object.keys(times).length === 0 ? {} : {cpu: times}),
		...(limit === undefined ? {} : {pids: {limit: limit < 0 ? -1 : limit}}),
		...(weight === undefined ? {} : {blockIO: {weight}}),
		devices: deviceRules(asked.devices),
		files: [...(onV2 ? filesOfV2(asked) : filesOfV1(asked))],
	};
}

function deviceRules(rules: BundleResources['devices']): readonly OciDeviceRule[] {
	const number = (value: number | undefined): number | undefined =>
		value === undefined || value < 0 ? undefined : value;
	return rules.map(({allow, type, major, minor, access}) => ({
		allow,
		type: type === '' || type === 'a' ? 'a' : type === 'b' ? 'b' : 'c',
		...present({major: number(major), minor: number(minor)}),
		access: ['r', 'w', 'm'].filter(letter => access.includes(letter)).join(''),
	}));
}

const throttles = [
	['throttleReadBpsDevice', 'blkio.throttle.read_bps_device', 'rbps'],
	['throttleWriteBpsDevice', 'blkio.throttle.write_bps_device', 'wbps'],
	['throttleReadIOPSDevice', 'blkio.throttle.read_iops_device', 'riops'],
	['throttleWriteIOPSDevice', 'blkio.throttle.write_iops_device', 'wiops'],
] as const;

/** Source: the files of kernel cgroup-v1/*.rst. */
function* filesOfV1({memory, cpu, blockIO, hugepageLimits, network, unified, rdma}: BundleResources) {
	if (Object.keys(unified).length > 0)
		throw refused(
			'linux.resources.unified',
			'invalid configuration: this machine limits by control groups of version 1',
		);
	const file = (controller: string, name: string, value: string | number, reads?: string | null): CgroupFile => ({
		controller,
		file: name,
		value: String(value),
		...(reads === undefined ? {} : {reads}),
	});
	if (memory?.swappiness !== undefined) yield file('memory', 'memory.swappiness', memory.swappiness);
	if (memory?.disableOOMKiller === true) yield file('memory', 'memory.oom_control', 1, null);
	if (memory?.useHierarchy === true) yield file('memory', 'memory.use_hierarchy', 1);
	if ((memory?.kernelTCP ?? 0) !== 0)
		yield file('memory', 'memory.kmem.tcp.limit_in_bytes', memory?.kernelTCP ?? 0, null);
	if (cpu?.burst !== undefined) yield file('cpu', 'cpu.cfs_burst_us', cpu.burst);
	if (cpu?.realtimePeriod !== undefined && cpu.realtimePeriod > 0)
		yield file('cpu', 'cpu.rt_period_us', cpu.realtimePeriod);
	if (cpu?.realtimeRuntime !== undefined && cpu.realtimeRuntime !== 0)
		yield file('cpu', 'cpu.rt_runtime_us', cpu.realtimeRuntime);
	if (cpu?.idle !== undefined) yield file('cpu', 'cpu.idle', cpu.idle);
	for (const [member, name] of throttles)
		for (const {major, minor, rate} of blockIO?.[member] ?? [])
			yield file('blkio', name, `${major}:${minor} ${rate}`, null);
	for (const {major, minor, weight} of blockIO?.weightDevice ?? [])
		if (weight !== undefined) yield file('blkio', 'blkio.bfq.weight_device', `${major}:${minor} ${weight}`, null);
	for (const {pageSize, limit} of hugepageLimits)
		yield file('hugetlb', `hugetlb.${pageSize}.limit_in_bytes`, limit, null);
	if (network?.classID !== undefined && network.classID > 0) yield file('net_cls', 'net_cls.classid', network.classID);
	for (const {name, priority} of network?.priorities ?? [])
		yield file('net_prio', 'net_prio.ifpriomap', `${name} ${priority}`, null);
	for (const limits of rdmaLines(rdma)) yield file('rdma', 'rdma.max', limits, null);
}

/** Source: cgroup-v2.rst. */
function* filesOfV2({memory, cpu, blockIO, hugepageLimits, network, unified, rdma}: BundleResources) {
	const file = (name: string, value: string | number): CgroupFile => ({
		controller: name.slice(0, name.indexOf('.')),
		file: name,
		value: String(value),
		reads: null,
	});
	if (memory?.swappiness !== undefined)
		throw refused('linux.resources.memory.swappiness', 'version 2 has no file for it');
	if (memory?.disableOOMKiller === true)
		throw refused('linux.resources.memory.disableOOMKiller', 'version 2 has no file for it');
	if (network !== undefined && ((network.classID ?? 0) > 0 || network.priorities.length > 0))
		throw refused('linux.resources.network', 'version 2 has no files for it');
	for (const member of ['realtimeRuntime', 'realtimePeriod'] as const)
		if ((cpu?.[member] ?? 0) !== 0) throw refused(`linux.resources.cpu.${member}`, 'version 2 has no file for it');
	if (cpu?.burst !== undefined) yield file('cpu.max.burst', cpu.burst);
	if (cpu?.idle !== undefined) yield file('cpu.idle', cpu.idle);
	for (const [member, , key] of throttles)
		for (const {major, minor, rate} of blockIO?.[member] ?? [])
			yield file('io.max', `${major}:${minor} ${key}=${rate}`);
	for (const {major, minor, weight} of blockIO?.weightDevice ?? [])
		if (weight !== undefined) yield file('io.bfq.weight', `${major}:${minor} ${weight}`);
	if ((memory?.kernelTCP ?? 0) !== 0) throw refused('linux.resources.memory.kernelTCP', 'version 2 has no file for it');
	for (const {pageSize, limit} of hugepageLimits) yield file(`hugetlb.${pageSize}.max`, limit);
	for (const limits of rdmaLines(rdma)) yield file('rdma.max', limits);
	for (const [name, value] of Object.entries(unified)) {
		if (!/^[a-z0-9_]+(\.[A-Za-z0-9_]+)+$/.test(name))
			throw new TsboxError(
				'E_SPEC_INVALID',
				`linux.resources.unified: the specified key has not the form CONTROLLER.VALUE \`${name}\``,
				{
					hint: 'see cgroup-v2.rst of the kernel for the names',
				},
			);
		for (const line of value.split('\n')) yield file(name, line);
	}
}

/** Weights of the tasks of a group beside its children: CFQ had them, and went with Linux 5.0. */
function refuseLeafWeight(blockIO: BundleResources['blockIO']): void {
	const devices = blockIO?.weightDevice ?? [];
	if ((blockIO?.leafWeight ?? 0) !== 0 || devices.some(({leafWeight = 0}) => leafWeight !== 0))
		throw refused('linux.resources.blockIO.leafWeight', 'kernels from 5.0 on have no file for it');
}

/** `mlx5_0 hca_handle=2 hca_object=2000`, for each device; cgroup-v1/rdma.rst. */
function rdmaLines(rdma: BundleResources['rdma']): readonly string[] {
	return Object.entries(rdma).map(([device, {hcaHandles, hcaObjects}]) => {
		if (!/^[\w.:-]+$/.test(device) || (hcaHandles ?? hcaObjects) === undefined)
			throw new TsboxError('E_SPEC_INVALID', `linux.resources.rdma.${device} must have hcaHandles or hcaObjects`, {
				hint: 'set one of the two, or take the device out',
			});
		return [
			device,
			...(hcaHandles === undefined ? [] : [`hca_handle=${hcaHandles}`]),
			...(hcaObjects === undefined ? [] : [`hca_object=${hcaObjects}`]),
		].join(' ');
	});
}

function refused(member: string, why: string): TsboxError {
	return new TsboxError('E_HOST_UNSUPPORTED', `${member} is not supported`, {why, hint: 'leave it out'});
}
