import {outsideId} from '../../host/id-map.ts';
import type {OciMount} from '../../oci/config.ts';
import {machineIdFile} from '../../spec/keys/reproducible.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {bindRows} from './bind-rows.ts';
import {cgroupRows} from './cgroup-rows.ts';
import {deviceRows} from './device-rows.ts';
import {type PlanInput, stage} from '../input/input.ts';
import {isOutOfReach, kernelPathRows} from './kernel-path-rows.ts';
import {pointOption} from './nested-mount.ts';
import type {StagedSource} from './staged-sources.ts';

const kernelWhy: Readonly<Record<string, string>> = {
	'/dev/pts': 'terminals of its own',
	'/dev/shm': 'shared memory of its own',
	'/dev/mqueue': 'message queues of its own',
	'/sys': 'the kernel and its devices, read-only',
};

/** Whether tsbox adds this mount to every container. A user's tmpfs on the same target does not count. */
function isUsual(mount: OciMount): boolean {
	return mount.destination in kernelWhy && mount.source !== 'tmpfs';
}

/** The kernel rejects a mount whose `uid=` or `gid=` the container's map lacks, so such options are left out. */
function isMapped({map}: PlanInput, option: string): boolean {
	const [name = '', id = ''] = option.split('=');
	if (map === null || (name !== 'uid' && name !== 'gid')) return true;
	return outsideId(name === 'uid' ? map.uids : map.gids, Number(id)) !== undefined;
}

function filesystemRow(input: PlanInput, mount: OciMount): MountRow {
	const usual = isUsual(mount);
	const point = usual && mount.destination.startsWith('/dev/') ? ['X-mount.mkdir'] : pointOption(input, mount);
	return {
		source: mount.source,
		target: mount.destination,
		type: mount.type,
		options: [...mount.options.filter(option => isMapped(input, option)), ...point],
		why: usual ? (kernelWhy[mount.destination] ?? '') : 'a folder in memory, gone with the container',
	};
}

/** In place of a sysfs: folders for the cgroup filesystem, and nothing else. */
function emptySys({destination}: OciMount): MountRow {
	return {
		source: 'tmpfs',
		target: destination,
		type: 'tmpfs',
		options: ['nosuid', 'noexec', 'nodev', 'mode=755', 'size=4k', 'nr_inodes=3'],
		why: 'the network is not its own, and sysfs would show that',
	};
}

/** The rows to mount inside the new root, in order: kernel filesystems, devices, masks, then the user's mounts. */
export function afterRows(
	input: PlanInput,
	staged: readonly StagedSource[],
	controllers: readonly string[],
): readonly MountRow[] {
	const kernel: MountRow[] = [];
	const own: MountRow[] = [];
	for (const mount of input.config.mounts) {
		if (mount.destination === '/proc' || mount.destination === '/dev') continue;
		if (isOutOfReach(input, mount)) kernel.push(emptySys(mount));
		else if (mount.type === 'bind') own.push(...bindRows(input, mount, staged));
		else if (mount.type === 'cgroup') kernel.push(...cgroupRows(input, mount, controllers));
		else (isUsual(mount) ? kernel : own).push(filesystemRow(input, mount));
	}
	const ownPts = kernel.some(row => row.type === 'devpts');
	return [...kernel, ...deviceRows(input, staged, ownPts), ...kernelPathRows(input), ...own, ...machineIdRows(input)];
}

/** The file in the container's state folder with the fixed machine id. */
export const machineIdSource = 'machine-id';

/** Whether tsbox covers /etc/machine-id. A mount of the spec on that path takes precedence. */
export function coversMachineId({extras, config}: PlanInput): boolean {
	return extras.reproducible && config.mounts.every(({destination}) => destination !== machineIdFile);
}

function machineIdRows(input: PlanInput): readonly MountRow[] {
	if (!coversMachineId(input)) return [];
	return [
		{
			source: `${stage}/conf/${machineIdSource}`,
			target: machineIdFile,
			type: 'none',
			options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'],
			why: 'the same machine id each time',
		},
	];
}
