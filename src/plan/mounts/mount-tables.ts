import {isRange} from '../../host/id-map.ts';
import {machineId} from '../../spec/keys/reproducible.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import {coversMachineId, machineIdSource} from './after-rows.ts';
import {containerPaths, namespacesOf, type PlanInput, stage} from '../input/input.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {type RootMount, rootMount} from '../rootfs/root-rows.ts';
import {mountCheck, partChecks, targetInside} from './mount-check.ts';

/** Mounts end with their mount namespace. Without one, the undo must unmount them. */
function mountUndo(input: PlanInput): Partial<Pick<Step, 'undo'>> {
	return namespacesOf(input).includes('mount') ? {} : {undo: {kind: 'unmountTree', path: containerPaths(input).root}};
}

/** The working directory of a table with the mount of the root. */
function workingFolder({cwd}: RootMount): {readonly cwd?: string} {
	return cwd === undefined ? {} : {cwd};
}

/** The step that mounts the first table while the host is still visible. */
export function mountBefore(
	input: PlanInput,
	inside: InsideStep,
	before: readonly MountRow[],
	after: readonly MountRow[],
): Step {
	return inside(
		'mounts.before',
		'mount the root filesystem, /proc, /dev and a stage',
		'One mount(8) call reads these rows like /etc/fstab. The stage holds the tools and sources that the next steps need once the host is out of sight.',
		'mount(8)',
		{
			object: `${before.length} mounts`,
			action: {
				kind: 'mountTable',
				name: 'before',
				place: isRange(input.map) ? 'gathered' : 'host',
				rows: before,
				...workingFolder(rootMount(input)),
			},
			...mountUndo(input),
			checks: before.flatMap(row => {
				const target = targetInside(input, row);
				// The check of a covered mount would find the upper mount instead.
				return target === null || after.some(over => over.target === target) ? [] : [mountCheck(row, target)];
			}),
		},
	);
}

/** The step that hides host paths from a container with `rootfs: host`; none if there is nothing to hide. */
export function hideHost(input: PlanInput, inside: InsideStep, hide: readonly MountRow[]): readonly Step[] {
	if (hide.length === 0) return [];
	return [
		inside(
			'mounts.hide',
			'hide home folders, keys, sockets and other containers of the host',
			'`rootfs: host` shows the files of this machine. These no job needs and every attacker wants; `rootfs: {host: {show: [PATH]}}` opens them again.',
			'mount(8)',
			{
				object: `${hide.length} mounts`,
				action: {kind: 'mountTable', name: 'hide', place: 'toolbox', rows: hide},
				...mountUndo(input),
				checks: hide.filter(({target}) => !target.startsWith(`${stage}/`)).map(row => mountCheck(row, row.target)),
			},
		),
	];
}

/** The step that mounts the second table inside the new root; none for an empty table. */
export function mountAfter(input: PlanInput, inside: InsideStep, after: readonly MountRow[]): readonly Step[] {
	if (after.length === 0) return [];
	return [
		inside(
			'mounts.after',
			'mount everything else',
			'These rows are resolved inside the new root: a symlink in the image or a volume can lead nowhere but into the container.',
			'mount(8)',
			{
				object: `${after.length} mounts`,
				action: {
					kind: 'mountTable',
					name: 'after',
					place: 'toolbox',
					rows: after,
					...(coversMachineId(input) ? {files: {[machineIdSource]: machineId}} : {}),
				},
				...mountUndo(input),
				checks: [...after.map(row => mountCheck(row, row.target)), ...partChecks(input)],
			},
		),
	];
}
