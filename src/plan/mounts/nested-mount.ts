import type {OciMount} from '../../oci/config.ts';
import type {PlanInput} from '../input/input.ts';

/** Whether a mount lies inside another mount of the same table, so that its mount point can be made only after that one. */
export function isNested(input: PlanInput, mount: OciMount): boolean {
	return input.config.mounts.some(
		other => other.destination !== '/dev' && mount.destination.startsWith(`${other.destination}/`),
	);
}

/** The option that makes mount(8) create the mount point of a nested mount. mount(8) can create only folders this way. */
export function pointOption(input: PlanInput, mount: OciMount): readonly string[] {
	return isNested(input, mount) && input.sources[mount.source]?.kind !== 'file' ? ['X-mount.mkdir'] : [];
}
