import type {Machine} from '../machine/machine.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import {type MountInfo, parseMountinfo} from '../../host/probe/mountinfo.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import type {ContainerMount} from '../machine/observed.ts';
import {runningContainer} from '../machine/running-container.ts';

/**
 * The mounts of a running container from /proc/PID/mountinfo, with paths as the container sees them. With a plan, each mount
 * has the step that made it.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export function containerMounts(machine: Machine, name: string, plan?: Plan): readonly ContainerMount[] {
	const {process} = runningContainer(machine, name);
	const rows = parseMountinfo(kernelText(machine.host, `/proc/${process.pid}/mountinfo`) ?? '');
	return rows.map(row => {
		const step = plan?.steps.find(each => mounted(each, row));
		return {
			target: row.target,
			type: row.type,
			source: sourceOf(row),
			options: optionsOf(row),
			...(step === undefined ? {} : {step: {id: step.id, title: step.title}}),
		};
	});
}

/** Whether a step made the mount. The first match counts, since later steps may only change options. */
function mounted({checks}: Step, row: MountInfo): boolean {
	return checks.some(
		check => check.kind === 'mount' && check.target === row.target && (check.type === '' || check.type === row.type),
	);
}

/** The source as findmnt(8) writes it: with the folder in brackets if it is not the filesystem's root. */
function sourceOf({source, root}: MountInfo): string {
	return root === '/' ? source : `${source}[${root}]`;
}

/** The mount's options, then those of the filesystem. If either is read-only, the mount is. */
function optionsOf({options, superOptions}: MountInfo): readonly string[] {
	const readOnly = superOptions.includes('ro');
	const own = options.map(option => (option === 'rw' && readOnly ? 'ro' : option));
	return [...own, ...superOptions.filter(option => !['rw', 'ro', ''].includes(option) && !own.includes(option))];
}
