import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Check} from '../../step/verbs/check.ts';
import type {Step} from '../../step/verbs/step.ts';
import {namespacesOf, type PlanInput, stage} from '../input/input.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {targetInside} from './mount-check.ts';

/** Steps that remove the stage. Only the mounts of the two tables remain. */
export function releaseStage(
	input: PlanInput,
	inside: InsideStep,
	before: readonly MountRow[],
	after: readonly MountRow[],
): readonly Step[] {
	return [
		inside(
			'stage.release',
			'take the stage away',
			"No path reaches the tools, devices, and sources from here on. The shell's working directory keeps the toolbox alive: a detached, read-only tree.",
			'umount(8)',
			{action: {kind: 'run', tool: 'umount', args: ['-i', '-n', '-l', stage], place: 'toolbox'}},
		),
		inside('stage.remove', 'remove its empty folder', 'The container sees no trace of how it was made.', 'rmdir(1)', {
			action: {kind: 'run', tool: 'rmdir', args: [stage], place: 'toolbox'},
			checks: onlyOurMounts(input, before, after),
		}),
	];
}

/** Checks that no other mount exists. Impossible without a mount namespace or after chroot(8): the host's mounts remain. */
function onlyOurMounts(input: PlanInput, before: readonly MountRow[], after: readonly MountRow[]): readonly Check[] {
	const {root} = input.extras;
	const namespaces = namespacesOf(input);
	if (!namespaces.includes('mount') || root !== 'pivot') return [];
	const first = before.map(row => targetInside(input, row)).filter(target => target !== null);
	return [{kind: 'onlyMounts', targets: [...new Set([...first, ...after.map(row => row.target)])]}];
}
