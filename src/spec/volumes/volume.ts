import {checkPath, parseMountTarget} from '../values/container-path.ts';
import {otherOptions, parseBindOptions, parseTmpfsOptions, parseVolumeOptions} from '../values/mount-options.ts';
import {isVolumeName} from './named-volume.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {BindVolume, TmpfsVolume, VolumeMount} from '../model/project.ts';

/** A mount of a volume without its declaration; `volume` is the key, undefined for an anonymous volume. */
export type NamedMount = Omit<VolumeMount, 'volume'> & {readonly volume: string | undefined};

/**
 * Parses the short form `SOURCE:TARGET[:OPTIONS]`, or `TARGET` alone for an anonymous volume. A source that is not a path names a
 * volume. A path is returned as written; resolveSource makes it absolute. Unlike Docker, tsbox does not create a missing path.
 * Source: Compose Specification, "volumes", short syntax.
 *
 * @param others - what becomes of options that are none; Compose ignores them in a file
 */
export function parseVolume(
	volume: string,
	others: 'refused' | 'ignored' = 'refused',
): Parsed<BindVolume | NamedMount> {
	if (windows.test(volume)) return ofWindows(volume);
	const parts = volume.split(':');
	const [source = '', target, written = 'rw'] = parts;
	const strange = others === 'ignored' ? otherOptions(written, isVolumeName(source)) : [];
	const kept = written.split(',').filter(word => !strange.includes(word));
	const options = kept.length === 0 ? 'rw' : kept.join(',');
	if (parts.length > 3) {
		return bad(
			`must be \`SOURCE:TARGET\` or \`SOURCE:TARGET:ro\`, not ${quoted(volume)}`,
			'use the long form for a path that holds a colon',
		);
	}
	if (target === undefined) {
		const own = parseMountTarget(source);
		if (own.ok) return good({type: 'volume', volume: undefined, target: own.value, readOnly: false, nocopy: false});
		if (source.startsWith('/')) return own;
		return bad(
			`must be \`SOURCE:TARGET\`, or the path of an anonymous volume, not ${quoted(volume)}`,
			`write the path in the container behind it: \`${source}:/data\``,
		);
	}
	const checkedTarget = parseMountTarget(target);
	if (isVolumeName(source)) {
		if (!checkedTarget.ok) return bad(`has a target that ${checkedTarget.problem}`, checkedTarget.hint);
		const access = parseVolumeOptions(options);
		return access.ok ? good({type: 'volume', volume: source, target: checkedTarget.value, ...access.value}) : access;
	}
	const checkedSource = parseSource(source);
	if (!checkedSource.ok) return checkedSource;
	if (!checkedTarget.ok) return bad(`has a target that ${checkedTarget.problem}`, checkedTarget.hint);
	const checkedOptions = parseBindOptions(options);
	if (!checkedOptions.ok) return checkedOptions;
	return good({
		type: 'bind',
		source: checkedSource.value,
		target: checkedTarget.value,
		createHostPath: false,
		recursive: true,
		...checkedOptions.value,
	});
}

const windows = /^[a-z]:[\\/]/i;

function ofWindows(path: string): ReturnType<typeof bad> {
	return bad(`has ${quoted(path)}, a path of Windows`, 'write a path of this machine');
}

/** Parses the source of a mount that is of the type `bind`: each word is a path. */
export function parseBindSource(source: string): Parsed<string> {
	if (windows.test(source)) return ofWindows(source);
	return parseSource(source === '' || /^[/.~]/.test(source) ? source : `./${source}`);
}

/** Checks that a bind source is a path. */
function parseSource(source: string): Parsed<string> {
	const checked = checkPath(source);
	if (!checked.ok) return bad(`has a source that ${checked.problem}`);
	if (/^~[^/]/.test(source))
		return bad(`has the source ${quoted(source)}; only your own home can be written as \`~/\``);
	if (/^[/.~]/.test(source)) return good(source);
	return bad(
		`has the source ${quoted(source)}, which is no path${isVolumeName(source) ? ' but the name of a volume' : ' and no name of a volume'}`,
		`write \`./${source}\` for a folder beside the spec${isVolumeName(source) ? ', or `type: volume`' : ''}`,
	);
}

/** Parses an entry of `tmpfs`: `/run` or `/run:size=64m,mode=755`. */
export function parseTmpfs(entry: string): Parsed<TmpfsVolume> {
	const at = entry.indexOf(':');
	const target = parseMountTarget(at === -1 ? entry : entry.slice(0, at));
	if (!target.ok) return bad(`has a target that ${target.problem}`, target.hint);
	if (at === -1) return good({type: 'tmpfs', target: target.value, readOnly: false, options: []});
	const options = parseTmpfsOptions(entry.slice(at + 1));
	return options.ok ? good({type: 'tmpfs', target: target.value, ...options.value}) : options;
}
