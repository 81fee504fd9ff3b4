import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Check} from '../../step/verbs/check.ts';
import {containerPaths, type PlanInput} from '../input/input.ts';

/** Options that mountinfo does not show in this form: mount(8) consumes them, or the filesystem rewrites them. */
const unseen =
	/^(bind|rbind|rw|none$|defaults|newinstance|remount|X-|x-|r?(?:un)?bindable|strictatime|size=|mode=|nr_inodes=|r?private|r?slave|r?shared|context=|lowerdir=|upperdir=|workdir=|ptmxmode=|gid=|uid=|suid|exec|dev$)/;

/** Checks that a row is mounted on this target of the container, with all options that the kernel shows. */
export function mountCheck(row: MountRow, target: string): Check {
	return {
		kind: 'mount',
		target,
		type: row.type === 'none' ? '' : row.type,
		options: row.options.filter(option => !unseen.test(option)),
	};
}

/** Options that the kernel shows as they are, by those that take them back; a configuration of an engine may have any others. */
const seen: Readonly<Record<string, string>> = {
	ro: 'rw',
	nosuid: 'suid',
	nodev: 'dev',
	noexec: 'exec',
	noatime: 'atime',
	nodiratime: 'diratime',
	nosymfollow: 'symfollow',
	sync: 'async',
};

function isShown(option: string, at: number, options: readonly string[]): boolean {
	const back = seen[option];
	return (
		back !== undefined && !options.includes(back, at) && !(option === 'noatime' && options.includes('strictatime'))
	);
}

/** Whether a mount is out of sight, since a later one is on its target or above. */
function isCovered({target}: MountRow, later: readonly MountRow[]): boolean {
	return later.some(each => each.target === target || target.startsWith(`${each.target}/`));
}

/** Checks of the rows of a bundle that are seen in the end. */
export function bundleMountChecks(rows: readonly MountRow[]): readonly Check[] {
	return rows
		.filter((row, at) => !isCovered(row, rows.slice(at + 1)))
		.map(row => mountCheck({...row, options: row.options.filter(isShown)}, row.target));
}

/** Where the container sees a row that was mounted from the host; null for the stage, which is unmounted by then. */
export function targetInside(input: PlanInput, row: MountRow): string | null {
	const paths = containerPaths(input);
	if (row.target === paths.root) return '/';
	return row.target.startsWith(paths.stage) ? null : row.target.slice(paths.root.length);
}

/** Checks of mounts of a part of a folder: a symlink that others made there meanwhile would have led to another one. */
export function partChecks({config, sources}: PlanInput): readonly Check[] {
	return config.mounts.flatMap(({source, destination: target}): readonly Check[] => {
		const {real = '', below} = sources[source] ?? {};
		// Its path in its own filesystem ends with those of the volume and of the part.
		const [store = '', name = '', data = ''] = real.split('/').slice(-3);
		return below === undefined ? [] : [{kind: 'mountRoot', target, endsWith: `/${store}/${name}/${data}/${below}`}];
	});
}
