import type {MountRow} from '../../step/verbs/mounts.ts';
import type {Step} from '../../step/verbs/step.ts';
import {containerPaths, type PlanInput} from '../input/input.ts';
import {writableHideRows} from './hide-rows.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {hostFolderRows} from '../rootfs/root-rows.ts';

/** Steps that make the root read-only, after all other mounts; none unless the spec has `read_only: true`. */
export function readonlyRoot(input: PlanInput, inside: InsideStep, after: readonly MountRow[]): readonly Step[] {
	const {extras, config} = input;
	if (!config.root.readonly) return [];
	const paths = containerPaths(input);
	// Rootless `rootfs: host` has an overlay for each folder, and hidden folders have covers. Each of these mounts needs its
	// own remount.
	const folders = hostFolderRows(input)
		.map(row => row.target.slice(paths.root.length))
		.filter(target => !after.some(over => over.target === target));
	const hides = writableHideRows(input).map(row => row.target);
	const flags = (target: string): string =>
		hides.includes(target) ? ',nosuid,nodev' : extras.privileged ? '' : ',nodev';
	return ['/', ...new Set([...folders, ...hides])].map(target =>
		inside(
			target === '/' ? 'root.readonly' : `root.readonly.${target.slice(1).replaceAll(/\W/g, '_')}`,
			`make ${target === '/' ? 'the root' : target} read-only`,
			'Nothing but the mounts that allow it can be written.',
			'mount(8)',
			{
				action: {
					kind: 'run',
					tool: 'mount',
					args: ['-i', '-n', '-o', `remount,bind,ro${flags(target)}`, target],
					place: 'toolbox',
				},
				checks: [{kind: 'mount', target, type: '', options: ['ro']}],
			},
		),
	);
}
