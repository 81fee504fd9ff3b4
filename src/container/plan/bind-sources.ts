import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {type MountInfo, mountOf, parseMountinfo} from '../../host/probe/mountinfo.ts';
import type {SourceFacts} from '../../plan/input/input.ts';
import type {Service} from '../../spec/model/project.ts';

/** The folder of a named volume that a service mounts, or of which it mounts a part. */
export interface NamedSource {
	readonly name: string;
	readonly data: string;
	readonly subpath?: string | undefined;
}

/** Resolves the sources of bind mounts once. The plan then uses paths without symlinks. */
export function bindSources(
	host: Host,
	service: Service,
	named: readonly NamedSource[],
	make: boolean,
): Readonly<Record<string, SourceFacts>> {
	const mounts = hostMounts(host);
	const found: Record<string, SourceFacts> = {};
	for (const volume of service.volumes) {
		if (volume.type !== 'bind') continue;
		const ofVolume = named.find(
			({data, subpath}) => volume.source === (subpath === undefined ? data : `${data}/${subpath}`),
		);
		if (ofVolume !== undefined) {
			const {data, subpath} = ofVolume;
			// The plan may create the folder later. No other user can put something in its place.
			found[volume.source] = {
				real: data,
				kind: subpath === undefined ? 'folder' : kindInVolume(host, ofVolume, subpath),
				submounts: [],
				locked: lockedFlags(mounts, data),
				...(subpath === undefined ? {} : {below: subpath}),
			};
			continue;
		}
		if (volume.createHostPath && make && host.stat(volume.source) === undefined) makeSource(host, volume.source);
		const real = host.realpath(volume.source);
		const kind = real === undefined ? undefined : host.stat(real)?.kind;
		if (real === undefined || kind === undefined) {
			if (volume.createHostPath) {
				found[volume.source] = {real: volume.source, kind: 'folder', submounts: [], locked: []};
				continue;
			}
			throw new TsboxError('E_SPEC_INVALID', `the mount source ${volume.source} does not exist`, {
				why: `it is the source of the mount on ${volume.target}`,
				hint: `create it: \`mkdir -p ${volume.source}\``,
			});
		}
		const below = mounts
			.map(row => row.target)
			.filter(target => target.startsWith(real === '/' ? '/' : `${real}/`) && target !== '/');
		const submounts = volume.recursive
			? [...new Set(below)].toSorted().map(target => target.slice(real === '/' ? 1 : real.length + 1))
			: [];
		found[volume.source] = {
			real,
			kind: kind === 'directory' ? 'folder' : 'file',
			submounts,
			locked: lockedFlags(mounts, real),
		};
	}
	return found;
}

/**
 * What a part of a volume is. A volume that is not there yet is filled by then.
 *
 * @throws TsboxError E_SPEC_INVALID for one that is missing, and for a symlink: it would lead out of the volume.
 */
function kindInVolume(host: Host, {name, data}: NamedSource, subpath: string): SourceFacts['kind'] {
	if (host.lstat(data) === undefined) return 'folder';
	let kind: string = 'directory';
	let path = data;
	for (const part of subpath.split('/')) {
		path = `${path}/${part}`;
		const next = host.lstat(path)?.kind;
		if (next === undefined || kind !== 'directory' || next === 'symlink')
			throw new TsboxError('E_SPEC_INVALID', `the volume ${name} has no ${subpath} to mount`, {
				why:
					next === 'symlink'
						? `${path.slice(data.length + 1)} is a symlink there, which may lead elsewhere`
						: `${path.slice(data.length + 1)} is not there`,
				hint: 'make it in a container that mounts the whole volume, or correct `subpath`',
			});
		kind = next;
	}
	return kind === 'directory' ? 'folder' : 'file';
}

function makeSource(host: Host, source: string): void {
	try {
		host.mkdirs(source, 0o755);
	} catch (cause) {
		const errno = errnoOf(cause) ?? '';
		if (!['ENOENT', 'ENOTDIR', 'EEXIST'].includes(errno)) throw cause;
		throw new TsboxError('E_SPEC_INVALID', `the mount source ${source} cannot be created (${errno})`, {
			cause,
			why: 'a part of the path is not a folder, or the kernel allows no folder there',
			hint: 'use a path whose parents are folders',
		});
	}
}

/** The service with resolved bind sources, as the plan uses them. */
export function withReal(service: Service, found: Readonly<Record<string, SourceFacts>>): Service {
	const volumes = service.volumes.map(volume =>
		volume.type === 'bind' ? {...volume, source: found[volume.source]?.real ?? volume.source} : volume,
	);
	return {...service, volumes};
}

/** The mounts of this process. */
export function hostMounts(host: Pick<Host, 'readText'>): readonly MountInfo[] {
	return parseMountinfo(host.readText('/proc/self/mountinfo') ?? '');
}

/** Flags of the path's mount that a remount in a user namespace cannot clear; mount_namespaces(7). */
export function lockedFlags(mounts: readonly MountInfo[], path: string): readonly string[] {
	const lockable = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'];
	return (mountOf(path, mounts)?.options ?? []).filter(option => lockable.includes(option));
}
