import type {Host} from '../host.ts';

/** Paths that the default profile masks or makes read-only: Docker's and Podman's lists, including names from older kernels. */
const guardedPaths = [
	'/proc/acpi',
	'/proc/asound',
	'/proc/bus',
	'/proc/fs',
	'/proc/interrupts',
	'/proc/irq',
	'/proc/kcore',
	'/proc/keys',
	'/proc/latency_stats',
	'/proc/sched_debug',
	'/proc/scsi',
	'/proc/sys',
	'/proc/sysrq-trigger',
	'/proc/timer_list',
	'/proc/timer_stats',
	'/sys/devices/virtual/powercap',
	'/sys/firmware',
] as const;

/** The device nodes in OCI runtime-spec, config-linux.md, "Default Devices". */
const defaultDevices = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty'] as const;

/** OCI runtime-spec, runtime-linux.md, "Dev symbolic links". */
const deviceLinkTargets: Readonly<Record<string, string>> = {
	'/dev/fd': '/proc/self/fd',
	'/dev/stdin': '/proc/self/fd/0',
	'/dev/stdout': '/proc/self/fd/1',
	'/dev/stderr': '/proc/self/fd/2',
};

/** The guarded paths that this kernel has; kernels differ in their build options. */
export function readKernelPaths(host: Host): Readonly<Record<string, 'file' | 'folder'>> {
	return Object.fromEntries(
		[...guardedPaths, ...throttles(host)].flatMap(path => {
			const facts = host.stat(path);
			return facts === undefined ? [] : [[path, facts.kind === 'directory' ? 'folder' : 'file']];
		}),
	);
}

/** Thermal counters of each processor, which reveal what other programs compute: GHSA-6fw5-f8r9-fgfm of moby. */
function throttles(host: Host): readonly string[] {
	const folder = '/sys/devices/system/cpu';
	return host.stat(folder) === undefined
		? []
		: host
				.list(folder)
				.filter(name => /^cpu\d+$/.test(name))
				.map(name => `${folder}/${name}/thermal_throttle`);
}

/** The default devices that the host has. */
export function readDevices(host: Host): readonly string[] {
	return defaultDevices.filter(path => host.stat(path)?.kind === 'other');
}

/** The usual links that the host's /dev has. */
export function readDeviceLinks(host: Host): readonly string[] {
	return Object.entries(deviceLinkTargets).flatMap(([path, target]) =>
		host.lstat(path)?.kind === 'symlink' && host.readlink(path) === target ? [path] : [],
	);
}
