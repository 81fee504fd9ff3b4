import {type HostFacts, packageManagers} from '../facts.ts';
import type {Host} from '../host.ts';
import {machineMemory} from './machine-memory.ts';
import {capabilitiesIn, capabilitiesUpTo} from '../probe/capabilities.ts';
import {readCgroups} from '../probe/cgroup.ts';
import {readElf} from '../probe/elf.ts';
import {readDeviceLinks, readDevices, readKernelPaths} from '../probe/kernel-files.ts';
import {parseMountinfo} from '../probe/mountinfo.ts';
import {readNamespaces} from '../probe/namespaces.ts';
import {probeOverlay} from '../probe/overlay.ts';
import {countCpus, osName} from '../probe/os.ts';
import {statusFields} from '../probe/process-status.ts';
import {parseLimits} from '../probe/rlimits.ts';
import {probeSeccompLoader} from '../probe/seccomp-loader.ts';
import {toolboxOf} from '../probe/toolbox.ts';
import {findProgram, probeTools} from '../probe/tools.ts';
import {readUserNamespace} from '../probe/user-namespace.ts';

/** The folders of tsbox that facts depend on; absolute, and need not be there yet. */
export interface HostFolders {
	readonly store: string;
	readonly state: string;
}

/** The facts for which programs must be run; they change only with the programs, so they can be kept. */
export interface ProgramFacts extends Pick<HostFacts, 'tools' | 'toolbox' | 'overlay' | 'packageManager'> {
	readonly seccompLoader: HostFacts['seccomp']['loader'];
}

/** Learns everything about the machine. With `write` false nothing is made anywhere, not even for a moment. */
export async function probeHost(host: Host, folders: HostFolders, {write = true} = {}): Promise<HostFacts> {
	return readHost(host, await probePrograms(host, folders, {write}));
}

/** Runs the host's tools to learn what they can do, and tries overlays; the slow half of {@link probeHost}. */
export async function probePrograms(
	host: Host,
	{store}: HostFolders,
	{write}: {readonly write: boolean},
): Promise<ProgramFacts> {
	const mounts = parseMountinfo(host.readText('/proc/self/mountinfo') ?? '');
	const {tools, libraries} = await probeTools(host);
	const [overlay, seccompLoader] = await Promise.all([
		probeOverlay(host, {tools, mounts, uid: caller(host).uid, store, write}),
		probeSeccompLoader(host, tools),
	]);
	return {
		tools,
		toolbox: toolboxOf(host, tools, libraries),
		overlay,
		seccompLoader,
		packageManager: packageManagers.find(name => findProgram(host, name) !== undefined) ?? null,
	};
}

/** Reads what the kernel says of itself in /proc and /sys and joins it with what the tools said. Writes and runs nothing. */
export function readHost(host: Host, {seccompLoader, ...programs}: ProgramFacts): HostFacts {
	const text = (path: string): string => (host.readText(path) ?? '').trim();
	const {uid, gid, capabilities: mask} = caller(host);
	const capabilities = capabilitiesUpTo(Number(text('/proc/sys/kernel/cap_last_cap')));
	const memory = machineMemory(host);
	const limits = Object.entries(parseLimits(text('/proc/self/limits')));
	return {
		schema: 1,
		kernel: {
			release: text('/proc/sys/kernel/osrelease'),
			arch: readElf((offset, length) => host.readBytes('/proc/self/exe', offset, length))?.machine ?? 'unknown',
		},
		os: osName(host.readText('/etc/os-release') ?? text('/usr/lib/os-release')),
		user: {uid, gid, capabilities: capabilitiesIn(mask, capabilities)},
		...programs,
		cgroup: readCgroups(host, parseMountinfo(text('/proc/self/mountinfo')), uid),
		namespaces: readNamespaces(host),
		userNamespace: readUserNamespace(host, uid),
		// Built with CONFIG_SECCOMP_FILTER, seccomp(2): the same option makes this file.
		seccomp: {kernel: host.stat('/proc/sys/kernel/seccomp/actions_avail') !== undefined, loader: seccompLoader},
		lsm: text('/sys/kernel/security/lsm')
			.split(',')
			.filter(name => name !== ''),
		kernelPaths: readKernelPaths(host),
		devices: readDevices(host),
		deviceLinks: readDeviceLinks(host),
		capabilities,
		rlimits: Object.fromEntries(limits.map(([name, {hard}]) => [name, hard])),
		cpus: countCpus(text('/sys/devices/system/cpu/online')),
		...(memory === undefined ? {} : {memory}),
	};
}

/** The effective ids and capabilities of this process, proc_pid_status(5). */
export function caller(host: Host): {readonly uid: number; readonly gid: number; readonly capabilities: string} {
	const status = statusFields(host.readText('/proc/self/status') ?? '');
	const effective = (field: string): number => Number(field.split('\t')[1]);
	return {
		uid: effective(status['Uid'] ?? ''),
		gid: effective(status['Gid'] ?? ''),
		capabilities: status['CapEff'] ?? '',
	};
}
