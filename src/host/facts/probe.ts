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

/** The folders that facts depend on. Absolute; they may not exist yet. */
export interface HostFolders {
	readonly store: string;
	readonly state: string;
}

/** The facts that take running programs. They change only with the programs, so they can be cached. */
export interface ProgramFacts extends Pick<HostFacts, 'tools' | 'toolbox' | 'overlay' | 'packageManager'> {
	readonly seccompLoader: HostFacts['seccomp']['loader'];
}

/** Collects all facts about the machine. With `write` false it creates nothing, not even temporarily. */
export async function probeHost(host: Host, folders: HostFolders, {write = true} = {}): Promise<HostFacts> {
	return readHost(host, await probePrograms(host, folders, {write}));
}

/** Runs the host's tools to learn their abilities, and tries overlays. This is the slow half of {@link probeHost}. */
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

/** Adds the facts from /proc and /sys to the facts about programs. Writes nothing and runs nothing. */
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
		// The kernel has this file if it was built with CONFIG_SECCOMP_FILTER, seccomp(2).
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
