import {machineIdFile} from '../../spec/keys/reproducible.ts';
import type {Step} from '../../step/verbs/step.ts';
import {coversMachineId} from './after-rows.ts';
import type {PlanInput} from '../input/input.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {isNested} from './nested-mount.ts';

/** The step that makes missing mount points; none without mounts that need one. */
export function pointSteps(input: PlanInput, inside: InsideStep): readonly Step[] {
	const folders: string[] = [];
	const files: string[] = [
		...input.extras.devices.map(({target}) => target),
		...(coversMachineId(input) ? [machineIdFile] : []),
	];
	for (const mount of input.config.mounts) {
		if (mount.type === 'bind' && input.sources[mount.source]?.kind === 'file') files.push(mount.destination);
		else if (isNested(input, mount)) continue;
		else if (
			mount.type === 'bind' ||
			(mount.type === 'tmpfs' && mount.source === 'tmpfs' && mount.destination !== '/dev')
		)
			folders.push(mount.destination);
	}
	if (folders.length + files.length === 0) return [];
	return [
		inside(
			'mounts.points',
			'make the missing mount points',
			'A mount needs a folder or a file to cover. A symlink there is refused: it would move the mount to an unintended place.',
			'mkdir(1)',
			{
				action: {kind: 'mountPoints', folders, files},
				undo: {kind: 'none', reason: 'they go with the writable layer'},
			},
		),
	];
}
