import type {MountRow} from '../../step/verbs/mounts.ts';
import {type PlanInput, stage} from '../input/input.ts';
import type {StagedSource} from './staged-sources.ts';

function deviceRow(source: string, target: string, why: string): MountRow {
	return {source, target, type: 'none', options: ['bind', 'nosuid', 'noexec'], why};
}

/** Binds the host's node, which needs no CAP_MKNOD. */
function nodeRow(real: string, target: string, why: string): MountRow {
	return deviceRow(`${stage}/dev/${real.slice('/dev/'.length)}`, target, why);
}

const reaperRow: MountRow = {
	source: `${stage}/init`,
	target: '/dev/init',
	type: 'none',
	options: ['bind', 'ro', 'nosuid', 'nodev'],
	why: 'the reaper that runs as process 1',
};

/** The rows below /dev: /dev/ptmx, the devices, /dev/console, and the reaper. */
export function deviceRows(input: PlanInput, staged: readonly StagedSource[], ownPts: boolean): readonly MountRow[] {
	const {facts, extras, devices, tty} = input;
	return [
		...(ownPts ? [deviceRow('/dev/pts/ptmx', '/dev/ptmx', 'a new terminal comes from its own /dev/pts')] : []),
		...facts.devices.map(path => nodeRow(path, path, 'a device that every program expects')),
		...extras.devices.map(({source, target}) =>
			nodeRow(devices[source]?.real ?? source, target, 'a device that the spec asks for'),
		),
		...(tty ? [deviceRow(`${stage}/console`, '/dev/console', 'its terminal')] : []),
		...(staged.some(each => each.name === 'init') ? [reaperRow] : []),
	];
}
