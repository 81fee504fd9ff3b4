import {TsboxError} from '../../errors/tsbox-error.ts';
import type {BundleConfig} from '../../spec/bundle/bundle-config.ts';
import type {OciIdMapping} from '../config.ts';

/** user_namespaces(7): the most lines of a map. */
const mostRows = 340;
const idCount = 2 ** 32;

function invalid(message: string, why: string, hint: string): TsboxError {
	return new TsboxError('E_SPEC_INVALID', message, {why, hint});
}

function overlap(rows: readonly OciIdMapping[], first: 'containerID' | 'hostID'): boolean {
	const sorted = rows.toSorted((one, other) => one[first] - other[first]);
	return sorted.some((row, at) => at > 0 && row[first] < (sorted[at - 1]?.[first] ?? 0) + (sorted[at - 1]?.size ?? 0));
}

/** Refuses rows that the kernel would refuse too late, when half of a container is made. */
function checkRows(member: string, rows: readonly OciIdMapping[]): void {
	const trouble =
		rows.length > mostRows
			? `the kernel takes ${mostRows} rows`
			: rows.some(({size}) => size < 1)
				? 'a row has the size 0'
				: rows.some(({containerID, hostID, size}) => Math.max(containerID, hostID) + size > idCount - 1)
					? 'a row goes past the last id'
					: overlap(rows, 'containerID') || overlap(rows, 'hostID')
						? 'two rows have an id in common'
						: undefined;
	if (trouble !== undefined)
		throw invalid(`${member} is no map of ids`, trouble, 'see user_namespaces(7) for what the kernel takes');
}

/**
 * Refuses maps that no container could be made with: config-linux.md of the runtime-spec, "User namespace mappings".
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function checkMappings({linux, mounts}: BundleConfig): void {
	const user = linux.namespaces.find(({type}) => type === 'user');
	const maps = {uidMappings: linux.uidMappings, gidMappings: linux.gidMappings};
	const isNew = user !== undefined && (user.path ?? '') === '';
	for (const [name, rows] of Object.entries(maps)) {
		if (user === undefined && rows.length > 0)
			throw invalid(
				`linux.${name} needs a user namespace`,
				'without one the ids of the container are those of the host',
				'add {"type": "user"} to linux.namespaces',
			);
		checkRows(`linux.${name}`, rows);
		if (isNew && !rows.some(({containerID}) => containerID === 0))
			throw invalid(
				`linux.${name} has no row for root`,
				'root of the container sets it up, and needs an id on the host',
				`add a row with the containerID 0 to linux.${name}`,
			);
	}
	for (const {destination, uidMappings, gidMappings, options} of mounts) {
		checkRows(`the uidMappings of the mount on ${destination}`, uidMappings);
		checkRows(`the gidMappings of the mount on ${destination}`, gidMappings);
		const isAsked = options.some(option => option === 'idmap' || option === 'ridmap');
		if (uidMappings.length > 0 !== gidMappings.length > 0)
			throw invalid(
				`the mount on ${destination} has only one of uidMappings and gidMappings`,
				'an id-mapped mount has both maps',
				'add the other one',
			);
		if (isAsked && uidMappings.length === 0 && user === undefined)
			throw invalid(
				`the mount on ${destination} is to be id-mapped, and there is no map`,
				'neither the mount nor the container has one',
				'add uidMappings and gidMappings to the mount',
			);
	}
}
