import {anonymousMount, type VolumeOwner} from '../values/anonymous-volume.ts';
import {parseMode} from '../values/mount-options.ts';
import type {Parsed} from '../model/parsed.ts';
import type {Picker} from '../syntax/pick.ts';
import type {Place} from '../syntax/problem.ts';
import {type DeclaredVolume, declaredVolume} from '../volumes/named-volume.ts';
import type {BindVolume, Origin, Service, TmpfsVolume, VolumeMount} from '../model/project.ts';
import type {SpecRequest} from './request.ts';
import {resolveSource} from './rootfs.ts';
import type {ServiceInput} from './service-schema.ts';
import type {Path, Places} from '../syntax/tree.ts';
import {type NamedMount, parseVolume} from '../volumes/volume.ts';

/** Where the volumes of a container come from. */
export interface VolumeSources {
	/** The named volumes of the file; undefined for a file that cannot declare volumes. */
	readonly declared: readonly DeclaredVolume[] | undefined;
	/** Whose a volume without a name is. */
	readonly owner: VolumeOwner;
}

/**
 * Reads all mounts of a container: `volumes`, then `tmpfs`, then `--volume`. Makes sources absolute, and looks named
 * volumes up in what is declared.
 */
export function readVolumes(
	input: Pick<ServiceInput, 'volumes' | 'tmpfs'>,
	picker: Picker,
	folder: string,
	request: SpecRequest,
	sources: VolumeSources,
): Service['volumes'] {
	const {places} = picker;
	const volumes: (BindVolume | TmpfsVolume | VolumeMount)[] = [];
	const take = (parsed: Parsed<BindVolume | TmpfsVolume | VolumeMount>, place: Place, origin: Origin) => {
		if (parsed.ok) {
			picker.note(`volumes.${volumes.length}`, origin, place);
			volumes.push(parsed.value);
		} else {
			picker.invalid(place, `${place.kind === 'option' ? 'it' : 'the volume'} ${parsed.problem}`, parsed.hint);
		}
	};
	for (const [i, entry] of (input.volumes ?? []).entries()) {
		const path: Path = ['volumes', i];
		take(readVolume(entry, path, places, folder, request, sources), places.value(path), places.origin(path));
	}
	const tmpfs = input.tmpfs ?? [];
	for (const [i, volume] of (Array.isArray(tmpfs) ? tmpfs : [tmpfs]).entries()) {
		const path: Path = Array.isArray(tmpfs) ? ['tmpfs', i] : ['tmpfs'];
		take({ok: true, value: volume}, places.value(path), places.origin(path));
	}
	const option = {kind: 'option', option: '--volume'} as const;
	for (const text of request.options?.volumes ?? []) {
		const parsed = parseVolume(text);
		take(parsed.ok ? found(parsed.value, request.cwd, request, sources) : parsed, option, option);
	}
	return volumes;
}

type VolumeInput = NonNullable<ServiceInput['volumes']>[number];

function readVolume(
	entry: VolumeInput,
	path: Path,
	places: Places,
	folder: string,
	request: SpecRequest,
	sources: VolumeSources,
): Parsed<BindVolume | TmpfsVolume | VolumeMount> {
	// As Compose has it, and docker-run(1). In a file of one container a missing source is a slip.
	const makes = sources.declared !== undefined;
	if ('readOnly' in entry) {
		const mount = entry.type === 'bind' ? {...entry, createHostPath: makes} : entry;
		return found(mount, folder, request, sources);
	}
	if (entry.type === 'volume') {
		const {source, target, read_only: readOnly = false, volume: {nocopy = false, subpath} = {}} = entry;
		const mount = {type: 'volume' as const, volume: source, target, readOnly, nocopy};
		// Part of a volume is not filled: Docker does not either.
		const part = subpath === undefined ? mount : {...mount, nocopy: true, subpath};
		return found(part, folder, request, sources);
	}
	if (entry.type === 'bind') {
		return withSource(
			{
				type: 'bind',
				source: entry.source,
				target: entry.target,
				readOnly: entry.read_only ?? false,
				createHostPath: entry.bind?.create_host_path ?? makes,
				propagation: entry.bind?.propagation ?? 'rprivate',
				recursive: entry.bind?.recursive !== 'disabled',
			},
			folder,
			request,
		);
	}
	// The text as written, because YAML reads `0755` as a decimal number.
	const written = entry.tmpfs?.mode === undefined ? undefined : places.text([...path, 'tmpfs', 'mode']);
	const mode = written === undefined ? undefined : parseMode(written);
	if (mode !== undefined && !mode.ok) return {...mode, problem: `has a mode that ${mode.problem}`};
	return {
		ok: true,
		value: {
			type: 'tmpfs',
			target: entry.target,
			readOnly: entry.read_only ?? false,
			options: [],
			...(entry.tmpfs?.size !== undefined && {size: entry.tmpfs.size}),
			...(mode !== undefined && {mode: mode.value}),
		},
	};
}

/** Resolves the source of a bind mount, or the declaration of a named volume. */
function found(
	mount: BindVolume | NamedMount,
	folder: string,
	request: SpecRequest,
	{declared, owner}: VolumeSources,
): Parsed<BindVolume | VolumeMount> {
	if (mount.type === 'bind') return withSource(mount, folder, request);
	if (mount.volume === undefined) return {ok: true, value: anonymousMount(mount, owner)};
	const volume = declaredVolume(mount.volume, declared);
	if (!volume.ok) return volume;
	const {folder: ofHost, ...declaration} = volume.value;
	if (ofHost === undefined) {
		const isFilled = declaration.filesystem === undefined;
		return {ok: true, value: {...mount, volume: declaration, ...(isFilled ? {} : {nocopy: true})}};
	}
	if (mount.subpath !== undefined)
		return {ok: false, problem: 'is part of a folder of the host', hint: 'mount that part by its path'};
	const {source, readOnly, recursive} = ofHost;
	const {target} = mount;
	const bind = {type: 'bind' as const, source, target, readOnly: readOnly || mount.readOnly, createHostPath: false};
	return withSource({...bind, propagation: 'rprivate', recursive}, folder, request);
}

function withSource(volume: BindVolume, folder: string, request: SpecRequest): Parsed<BindVolume> {
	const source = resolveSource(volume.source, folder, request.env);
	return source.ok
		? {ok: true, value: {...volume, source: source.value}}
		: {...source, problem: `has a source that ${source.problem}`};
}
