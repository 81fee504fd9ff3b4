import type {OciConfig} from '../../oci/config.ts';
import type {BundleExtras} from '../../oci/extras.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import {type PlanInput, stage} from '../input/input.ts';
import type {InsideStep} from '../input/inside-step.ts';

/*
 * How mounts spread between a container and the host: mount_namespaces(7). Without a word about it, nothing spreads. Where the
 * configuration shares mounts with the host, the unmounts of a start must not reach the host, so that the old root and the stage are cut off
 * before they go.
 */

/** How the mounts of the host spread to those in the new namespace, from which bind mounts are made. */
export function startPropagation({linux, mounts}: OciConfig): 'private' | 'slave' | 'shared' {
	const {rootfsPropagation: root = '', namespaces} = linux;
	// The kernel makes slaves of what a user namespace gets: mount_namespaces(7), "Restrictions on mount namespaces".
	if (root.endsWith('shared')) return namespaces.some(({type}) => type === 'user') ? 'slave' : 'shared';
	if (root.endsWith('slave')) return 'slave';
	const isAsked = root === '' && mounts.some(({options}) => options.some(each => /^r?(shared|slave)$/.test(each)));
	return isAsked ? 'slave' : 'private';
}

/** The words of unshare(1) with another propagation. */
export function withPropagation(unshare: readonly string[], how: string): readonly string[] {
	const at = unshare.indexOf('--propagation');
	return at === -1 ? unshare : unshare.with(at + 1, how);
}

function isShared({config}: PlanInput): boolean {
	return startPropagation(config) === 'shared';
}

/** What is mounted on the root filesystem from here on is not to appear on the host. */
export function beforeMounts(input: PlanInput, {above}: BundleExtras, inside: InsideStep): readonly Step[] {
	if (!isShared(input)) return [];
	return [
		inside(
			'mounts.apart',
			`cut ${above} off from that of the host`,
			'The root filesystem lies on it. What is mounted there now is for the container alone.',
			'mount_namespaces(7)',
			{action: {kind: 'setPropagation', target: above, how: 'private'}},
		),
	];
}

/** The first row binds the root filesystem: mounts below it are copies of those of the host, and are to give them nothing. */
export function rowsApart(input: PlanInput, rows: readonly MountRow[]): readonly MountRow[] {
	return isShared(input)
		? rows.map((row, at) => (at === 0 ? {...row, options: [...row.options, 'rslave']} : row))
		: rows;
}

/** The steps with one before each unmount of the stage: mounts on it that the host shares would go there as well. */
export function withoutHost(input: PlanInput, inside: InsideStep, steps: readonly Step[]): readonly Step[] {
	if (!isShared(input)) return steps;
	return steps.flatMap(step =>
		step.action.kind === 'run' && step.action.tool === 'umount'
			? [
					inside(
						`${step.id}.apart`,
						'cut what goes now off from the host',
						'An unmount spreads as a mount does.',
						'mount_namespaces(7)',
						{action: {kind: 'setPropagation', target: stage, how: 'rprivate'}},
					),
					step,
				]
			: [step],
	);
}

/** How mounts on the new root spread: config-linux.md, "Rootfs Mount Propagation". That of a slave is there already. */
export function rootPropagation({config}: PlanInput, inside: InsideStep): readonly Step[] {
	const {rootfsPropagation: how} = config.linux;
	if (how === undefined || how.endsWith('private') || how.endsWith('slave')) return [];
	return [
		inside(
			'root.propagation',
			`make the root ${how}`,
			'The configuration says how mounts on it spread to other mount namespaces that are made from this one.',
			'mount_namespaces(7)',
			{
				action: {kind: 'setPropagation', target: '/', how},
				checks: [
					{kind: 'readBack', path: '/proc/self/mountinfo', equals: how.endsWith('shared') ? 'shared' : 'unbindable'},
				],
			},
		),
	];
}
