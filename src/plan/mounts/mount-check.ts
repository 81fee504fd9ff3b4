import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Check} from '../../step/verbs/check.ts';
import {containerPaths, type PlanInput} from '../input/input.ts';

/** Options that mountinfo does not show in this form: mount(8) consumes them, or the filesystem rewrites them. */
const unseen =
	/^(bind|rbind|rw|defaults|newinstance|X-|strictatime|size=|mode=|nr_inodes=|r?private|r?slave|r?shared|lowerdir=|upperdir=|workdir=|ptmxmode=|gid=|uid=|suid|exec|dev$)/;

/** Checks that a row is mounted on this target of the container, with all options that the kernel shows. */
export function mountCheck(row: MountRow, target: string): Check {
	return {
		kind: 'mount',
		target,
		type: row.type === 'none' ? '' : row.type,
		options: row.options.filter(option => !unseen.test(option)),
	};
}

/** Where the container sees a row that was mounted from the host; null for the stage, which is unmounted by then. */
export function targetInside(input: PlanInput, row: MountRow): string | null {
	const paths = containerPaths(input);
	if (row.target === paths.root) return '/';
	return row.target.startsWith(paths.stage) ? null : row.target.slice(paths.root.length);
}
