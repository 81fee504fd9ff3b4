import type {OciMount} from '../../oci/config.ts';
import type {MountRow} from '../../step/verbs/mounts.ts';
import {containerPaths, type PlanInput, stage} from '../input/input.ts';

/** How mounts spread, which is said of the mount that stays. */
const spreads = /^r?(private|slave|shared|unbindable)$/;

function nameOf({config}: PlanInput, mount: OciMount): string {
	return `o${config.mounts.indexOf(mount)}`;
}

/** Overlays that the configuration asks for, on the stage: their layers are folders of the host, which is out of sight later. */
export function stagedOverlays(input: PlanInput): readonly MountRow[] {
	return input.config.mounts
		.filter(({type}) => type === 'overlay')
		.map(mount => ({
			source: mount.source,
			target: `${containerPaths(input).stage}/${nameOf(input, mount)}`,
			type: 'overlay',
			options: [...mount.options.filter(option => !spreads.test(option)), 'X-mount.mkdir'],
			why: 'layers of the host, to bind from',
		}));
}

/** The row that binds such an overlay where it is to be. */
export function overlayRow(input: PlanInput, mount: OciMount, target: string): MountRow {
	return {
		source: `${stage}/${nameOf(input, mount)}`,
		target,
		type: 'none',
		options: ['bind', ...mount.options.filter(option => spreads.test(option)), 'X-mount.mkdir'],
		why: 'an overlay of layers of the host',
	};
}
