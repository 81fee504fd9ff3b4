import type {Step} from '../../step/verbs/step.ts';
import {containerPaths, type PlanInput, stage} from '../input/input.ts';
import type {InsideStep} from '../input/inside-step.ts';

/** Steps that make the mounted tree the root. pivot_root(8) also lets tsbox unmount the host's root; chroot(8) does not. */
export function changeRoot(input: PlanInput, inside: InsideStep): readonly Step[] {
	return input.extras.root === 'pivot' ? pivot(input, inside) : [chroot(input, inside)];
}

function pivot(input: PlanInput, inside: InsideStep): readonly Step[] {
	const paths = containerPaths(input);
	return [
		inside(
			'root.pivot',
			'make it the root',
			"From here on every path begins in the container's own root; the host's old root is put on the stage.",
			'pivot_root(8)',
			{
				object: 'root mount',
				action: {kind: 'pivotRoot', newRoot: paths.root, toolbox: `${paths.stage}/tools`, putOld: paths.stage},
			},
		),
		inside(
			'root.release',
			"let go of the host's root",
			'From here on only the staged host files are reachable, and no path inside the container has been resolved yet.',
			'umount(8)',
			{action: {kind: 'run', tool: 'umount', args: ['-i', '-n', '-l', stage], place: 'toolbox'}},
		),
	];
}

function chroot(input: PlanInput, inside: InsideStep): Step {
	return inside(
		'root.chroot',
		'make it the root',
		'Every path of this process now begins here. The host is still mounted and a privileged process can find the way back: chroot is no boundary.',
		'chroot(8)',
		{
			object: 'root folder of the process',
			action: {kind: 'chroot', newRoot: containerPaths(input).root, toolbox: `${stage}/tools`},
		},
	);
}
