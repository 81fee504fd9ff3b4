import type {OciMount} from '../../oci/config.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {isInUserNamespace, newNamespaces, type PlanInput, stage} from '../input/input.ts';

/** Rows that hide or write-protect those paths of /proc and /sys that this kernel has. */
export function kernelPathRows(input: PlanInput): readonly MountRow[] {
	const {maskedPaths, readonlyPaths} = input.config.linux;
	const {facts} = input;
	const noSys = input.config.mounts.some(mount => isOutOfReach(input, mount));
	const kernelPaths = Object.fromEntries(
		Object.entries(facts.kernelPaths).filter(([path]) => !(noSys && path.startsWith('/sys/'))),
	);
	const readonlyRows = readonlyPaths
		.flatMap(path => pathsLike(path, kernelPaths))
		.map(path => ({
			source: path,
			target: path,
			type: 'none',
			options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'],
			why: 'the kernel can be read here, not changed',
		}));
	const maskedRows = maskedPaths
		.flatMap(path => pathsLike(path, kernelPaths))
		.map(path => {
			const kind = kernelPaths[path] ?? 'file';
			return maskRow(path, kind, `says too much about the host's ${kind === 'file' ? 'kernel' : 'hardware'}`);
		});
	return [...readonlyRows, ...maskedRows];
}

/** The kernel paths that match a path of a profile, which may hold one `*`: each CPU has a folder of its own. */
export function pathsLike(path: string, paths: Readonly<Record<string, unknown>>): readonly string[] {
	const [head = '', tail] = path.split('*');
	if (tail === undefined) return path in paths ? [path] : [];
	return Object.keys(paths).filter(each => each.startsWith(head) && each.endsWith(tail));
}

/** A row that hides a path: /dev/null covers a file, an empty read-only tmpfs covers a folder. */
export function maskRow(path: string, kind: 'file' | 'folder', why: string): MountRow {
	return kind === 'file'
		? {
				source: `${stage}/dev/null`,
				target: path,
				type: 'none',
				options: ['bind', 'nosuid', 'noexec'],
				why,
			}
		: {
				source: 'tmpfs',
				target: path,
				type: 'tmpfs',
				options: ['ro', 'nosuid', 'nodev', 'noexec', 'size=4k', 'nr_inodes=4'],
				why,
			};
}

/**
 * Whether the kernel refuses the mount. sysfs shows the network namespace, so it needs privileges in the user namespace
 * that owns the network namespace (sysfs_init_fs_context in fs/sysfs/mount.c).
 */
export function isOutOfReach(input: PlanInput, mount: OciMount): boolean {
	// An engine may share both namespaces of a container: nothing of a bundle is left out.
	if (input.extras.bundle !== undefined) return false;
	return isInUserNamespace(input) && mount.type === 'sysfs' && !newNamespaces(input).includes('network');
}
