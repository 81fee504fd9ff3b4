import {parseMode} from './mount-options.ts';
import type {Parsed} from './parsed.ts';
import type {Picker} from './pick.ts';
import type {Place} from './problem.ts';
import type {BindVolume, Origin, Service, TmpfsVolume} from './project.ts';
import type {SpecRequest} from './request.ts';
import {resolveSource} from './rootfs.ts';
import type {ServiceInput} from './service-schema.ts';
import type {Path, Places} from './tree.ts';
import {parseBind} from './volume.ts';

/** All mounts of a container: `volumes`, then `tmpfs`, then those of the command line; sources made absolute. */
export function readVolumes(
	input: Pick<ServiceInput, 'volumes' | 'tmpfs'>,
	picker: Picker,
	folder: string,
	request: SpecRequest,
): Service['volumes'] {
	const {places} = picker;
	const volumes: (BindVolume | TmpfsVolume)[] = [];
	const take = (parsed: Parsed<BindVolume | TmpfsVolume>, place: Place, origin: Origin) => {
		if (parsed.ok) {
			picker.note(`volumes.${volumes.length}`, origin, place);
			volumes.push(parsed.value);
		} else {
			picker.invalid(place, `${place.kind === 'option' ? 'it' : 'the volume'} ${parsed.problem}`, parsed.hint);
		}
	};
	for (const [i, entry] of (input.volumes ?? []).entries()) {
		const path: Path = ['volumes', i];
		take(readVolume(entry, path, places, folder, request), places.value(path), places.origin(path));
	}
	const tmpfs = input.tmpfs ?? [];
	for (const [i, volume] of (Array.isArray(tmpfs) ? tmpfs : [tmpfs]).entries()) {
		const path: Path = Array.isArray(tmpfs) ? ['tmpfs', i] : ['tmpfs'];
		take({ok: true, value: volume}, places.value(path), places.origin(path));
	}
	const option = {kind: 'option', option: '--volume'} as const;
	for (const text of request.options?.volumes ?? []) {
		const bind = parseBind(text);
		take(bind.ok ? withSource(bind.value, request.cwd, request) : bind, option, option);
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
): Parsed<BindVolume | TmpfsVolume> {
	if ('readOnly' in entry) return withSource(entry, folder, request);
	if (entry.type === 'bind') {
		return withSource(
			{
				type: 'bind',
				source: entry.source,
				target: entry.target,
				readOnly: entry.read_only ?? false,
				createHostPath: entry.bind?.create_host_path ?? false,
				propagation: entry.bind?.propagation ?? 'rprivate',
				recursive: entry.bind?.recursive !== 'disabled',
			},
			folder,
			request,
		);
	}
	// The text, for YAML has read `0755` as a decimal number.
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

function withSource(volume: BindVolume, folder: string, request: SpecRequest): Parsed<BindVolume> {
	const source = resolveSource(volume.source, folder, request.env);
	return source.ok
		? {ok: true, value: {...volume, source: source.value}}
		: {...source, problem: `has a source that ${source.problem}`};
}
