import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';
import type {Step} from '../../step/verbs/step.ts';
import {deviceProgram} from './device-program.ts';
import {deviceList, type DeviceRow, deviceRows, type DeviceWrite, deviceWrites} from './device-writes.ts';
import {isRootless, type PlanInput} from '../input/input.ts';
import {type InsideStep, insideStep} from '../input/inside-step.ts';
import type {DeviceRules} from './plan-devices.ts';

function writesOf({config}: PlanInput): readonly DeviceWrite[] {
	return deviceWrites(config.linux.resources.devices ?? []);
}

/** Which devices the bundle leaves; undefined if all. */
function rowsOf(input: PlanInput): readonly DeviceRow[] | undefined {
	return deviceRows(writesOf(input));
}

/**
 * What says which devices open: the `list` of version 1 of control groups, a `program` of version 2, or nothing. Only root of the host may attach
 * a program.
 */
export function devicesHeldBy(input: PlanInput): 'list' | 'program' | 'nothing' {
	const {cgroup} = input.facts;
	if (rowsOf(input) === undefined) return 'nothing';
	if (cgroup.v1['devices'] !== undefined) return 'list';
	const isRoot = !isRootless(input) && input.extras.bundle?.isNested !== true;
	return isRoot && cgroup.unified !== null && cgroup.layout !== 'none' ? 'program' : 'nothing';
}

/** Says that nothing holds a container to the devices that its bundle lists. */
export function unenforcedDevices(input: PlanInput): readonly string[] {
	if (rowsOf(input) === undefined || devicesHeldBy(input) !== 'nothing') return [];
	return ['linux.resources.devices is not enforced: only root of the host may attach a program that says which open'];
}

/** The step that attaches the program, while the cgroup can be reached by its path. */
export function deviceProgramSteps(
	input: PlanInput,
	members: readonly CgroupMember[],
	inside: InsideStep,
): readonly Step[] {
	const rows = rowsOf(input);
	if (rows === undefined || devicesHeldBy(input) !== 'program') return [];
	return attachSteps(rows, deviceList(writesOf(input)) ?? '', members, inside);
}

/** The step for a container that has a program because of its `device_cgroup_rules`. */
export function ruleSteps(found: DeviceRules | undefined, members: readonly CgroupMember[]): readonly Step[] {
	if (found?.by !== 'program') return [];
	const rows = found.rules.map((rule): DeviceRow => {
		const [type = '', number = '', access = ''] = rule.split(' ');
		return {what: `${type} ${number}`, access};
	});
	const inside = insideStep({kind: 'none', reason: 'it goes with the cgroup'});
	return attachSteps(rows, found.rules.join(' '), members, inside);
}

function attachSteps(
	rows: readonly DeviceRow[],
	list: string,
	members: readonly CgroupMember[],
	inside: InsideStep,
): readonly Step[] {
	const path = members.find(({controller}) => controller === '')?.path;
	if (path === undefined) throw new RangeError('a program of devices needs a cgroup of version 2');
	return [
		inside(
			'cgroup.devices',
			`forbid all devices but ${rows.length} kinds`,
			"A device node opens the host's hardware, no matter who made it. With version 2 of control groups a program says which ones open here.",
			'bpf(2)',
			{
				phase: 'cgroup',
				object: `BPF_CGROUP_DEVICE of ${path}`,
				action: {kind: 'attachDevices', cgroup: path, program: deviceProgram(rows), list},
				undo: {kind: 'none', reason: 'it goes with the cgroup'},
				checks: [{kind: 'readBack', path: 'bpf(2)', equals: 'attached'}],
			},
		),
	];
}
