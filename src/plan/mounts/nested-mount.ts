import type {OciMount} from '../../oci/config.ts';
import type {PlanInput} from '../input/input.ts';

/** Tells whether a mount lies on another one that comes with the same table: its mount point can only be made then. */
export function isNested(input: PlanInput, mount: OciMount): boolean {
	return input.config.mounts.some(
		other => other.destination !== '/dev' && mount.destination.startsWith(`${other.destination}/`),
	);
}

/** The option that has mount(8) make the mount point of a nested mount, where it is to be a folder. */
export function pointOption(input: PlanInput, mount: OciMount): readonly string[] {
	return isNested(input, mount) && input.sources[mount.source]?.kind !== 'file' ? ['X-mount.mkdir'] : [];
}
