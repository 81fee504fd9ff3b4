import type {OciMount} from '../oci/config.ts';
import type {MountRow} from '../step/action.ts';
import {outsideId} from '../host/id-map.ts';
import {cgroupRows} from './cgroup-rows.ts';
import {isOutOfReach, kernelPathRows} from './kernel-path-rows.ts';
import {hostFolderRows} from './plan-rootfs.ts';
import {type StagedSource, stagedAt} from './staged-sources.ts';
import {containerPaths, type PlanInput, stage} from './input.ts';

const deviceWhy = 'a device that every program expects';

/** Rows for the devices: each a bind of the host's node, which works without CAP_MKNOD too. */
function deviceRows(input: PlanInput): readonly MountRow[] {
	const row = (real: string, target: string, why: string): MountRow => ({
		source: `${stage}/dev/${real.slice('/dev/'.length)}`,
		target,
		type: 'none',
		options: ['bind', 'nosuid', 'noexec'],
		why,
	});
	const asked = input.service.devices.map(({source, target}) =>
		row(input.devices[source]?.real ?? source, target, 'a device that the spec asks for'),
	);
	return [...input.facts.devices.map(path => row(path, path, deviceWhy)), ...asked];
}

const kernelWhy: Readonly<Record<string, string>> = {
	'/dev/pts': 'terminals of its own',
	'/dev/shm': 'shared memory of its own',
	'/dev/mqueue': 'message queues of its own',
	'/sys': 'the kernel and its devices, read-only',
};

/** Tells whether a mount lies on another one that comes with the same table: its mount point can only be made then. */
export function isNested(input: PlanInput, mount: OciMount): boolean {
	return input.config.mounts.some(
		other => other.destination !== '/dev' && mount.destination.startsWith(`${other.destination}/`),
	);
}

function pointOption(input: PlanInput, mount: OciMount): readonly string[] {
	return isNested(input, mount) && input.sources[mount.source]?.kind !== 'file' ? ['X-mount.mkdir'] : [];
}

/** A user's bind mount. The kernel makes only the top of a recursive one read-only, so what lies below is named row by row. */
function bindRows(input: PlanInput, mount: OciMount, staged: readonly StagedSource[]): readonly MountRow[] {
	const source = stagedAt(input, mount, staged);
	const why = mount.options.includes('ro') ? 'a path of the host, to be read only' : 'a path of the host';
	const asked = mount.options.filter(option => !['bind', 'rbind', 'rw'].includes(option));
	const locked = input.map === null ? [] : (input.sources[mount.source]?.locked ?? []);
	const rest = [...asked, ...locked.filter(flag => !asked.includes(flag))];
	const submounts = input.sources[mount.source]?.submounts ?? [];
	if (!mount.options.includes('rbind'))
		return [
			{
				source,
				target: mount.destination,
				type: 'none',
				options: ['bind', ...rest, ...pointOption(input, mount)],
				why,
			},
		];
	return ['', ...submounts].map(below => ({
		source: `${source}${below === '' ? '' : `/${below}`}`,
		target: `${mount.destination}${below === '' ? '' : `/${below}`}`,
		type: 'none',
		options: ['bind', ...rest, ...(below === '' ? pointOption(input, mount) : [])],
		why,
	}));
}

/** An id that the container's map does not have can't be given to a filesystem. */
function isMapped({map}: PlanInput, option: string): boolean {
	const [name = '', id = ''] = option.split('=');
	if (map === null || (name !== 'uid' && name !== 'gid')) return true;
	return outsideId(name === 'uid' ? map.uids : map.gids, Number(id)) !== undefined;
}

/** The rows that are mounted inside the new root, in order: kernel filesystems, devices, masks, then the user's own. */
export function afterRows(
	input: PlanInput,
	staged: readonly StagedSource[],
	controllers: readonly string[],
): readonly MountRow[] {
	const kernel: MountRow[] = [];
	const own: MountRow[] = [];
	for (const mount of input.config.mounts) {
		if (mount.destination === '/proc' || mount.destination === '/dev' || isOutOfReach(input, mount)) continue;
		if (mount.type === 'bind') own.push(...bindRows(input, mount, staged));
		else if (mount.type === 'cgroup') kernel.push(...cgroupRows(input, mount, controllers));
		else {
			const ours = mount.destination in kernelWhy && mount.source !== 'tmpfs';
			const point = ours && mount.destination.startsWith('/dev/') ? ['X-mount.mkdir'] : pointOption(input, mount);
			const options = [...mount.options.filter(option => isMapped(input, option)), ...point];
			(ours ? kernel : own).push({
				source: mount.source,
				target: mount.destination,
				type: mount.type,
				options,
				why: ours ? (kernelWhy[mount.destination] ?? '') : 'a folder in memory, gone with the container',
			});
		}
	}
	const console: MountRow[] = input.tty
		? [
				{
					source: `${stage}/console`,
					target: '/dev/console',
					type: 'none',
					options: ['bind', 'nosuid', 'noexec'],
					why: 'its terminal',
				},
			]
		: [];
	const init: MountRow[] = staged.some(each => each.name === 'init')
		? [
				{
					source: `${stage}/init`,
					target: '/dev/init',
					type: 'none',
					options: ['bind', 'ro', 'nosuid', 'nodev'],
					why: 'the reaper that runs as process 1',
				},
			]
		: [];
	const ptmx: MountRow[] = kernel.some(row => row.type === 'devpts')
		? [
				{
					source: '/dev/pts/ptmx',
					target: '/dev/ptmx',
					type: 'none',
					options: ['bind', 'nosuid', 'noexec'],
					why: 'a new terminal comes from its own /dev/pts',
				},
			]
		: [];
	return [...kernel, ...ptmx, ...deviceRows(input), ...console, ...init, ...kernelPathRows(input), ...own];
}

/** The rows that are mounted from the host: root, /proc, /dev, and the stage with the toolbox and the folders to bind from. */
export function beforeRows(
	input: PlanInput,
	root: MountRow,
	toolbox: string,
	staged: readonly StagedSource[],
	withSys: boolean,
): readonly MountRow[] {
	const paths = containerPaths(input);
	const stageFolder = (
		source: string,
		name: string,
		options: readonly string[],
		why: string,
		type = 'none',
	): MountRow => ({source, target: `${paths.stage}/${name}`, type, options: [...options, 'X-mount.mkdir'], why});
	// In a user namespace the mounts below are locked to what they cover: a folder comes with them or not at all.
	const bind = input.map === null ? 'bind' : 'rbind';
	const proc = input.config.mounts.find(mount => mount.destination === '/proc');
	const dev = input.config.mounts.find(mount => mount.destination === '/dev');
	return [
		root,
		...hostFolderRows(input),
		...(proc === undefined
			? []
			: [
					{
						source: 'proc',
						target: `${paths.root}/proc`,
						type: 'proc',
						options: proc.options,
						why: 'its processes, as seen from its own pid namespace',
					},
				]),
		...(dev === undefined
			? []
			: [{source: 'tmpfs', target: `${paths.root}/dev`, type: 'tmpfs', options: dev.options, why: 'an empty /dev'}]),
		{
			source: 'tmpfs',
			target: paths.stage,
			type: 'tmpfs',
			options: ['nosuid', 'nodev', 'mode=700', 'size=64k', 'X-mount.mkdir'],
			why: 'the stage: what the setting up needs, gone before the command starts',
		},
		stageFolder(toolbox, 'tools', [bind, 'ro', 'nosuid', 'nodev'], "the host's tools, read-only"),
		stageFolder('/dev', 'dev', [bind, 'ro', 'nosuid', 'noexec'], "the host's devices, to bind from"),
		stageFolder(paths.state, 'conf', ['bind', 'ro', 'nosuid', 'nodev', 'noexec'], 'the mount tables'),
		...(withSys
			? [stageFolder('sysfs', 'sys', ['nosuid', 'nodev', 'noexec'], 'to bring the loopback interface up', 'sysfs')]
			: []),
		...staged
			.filter(each => each.kind === 'folder')
			.map(each => stageFolder(each.real, each.name, [each.recursive ? 'rbind' : 'bind'], 'a folder to bind from')),
	];
}
