import {checkPath, parseMountTarget} from './container-path.ts';
import {parseBindOptions, parseTmpfsOptions, parseVolumeOptions} from './mount-options.ts';
import {isVolumeName} from './named-volume.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {BindVolume, TmpfsVolume, VolumeMount} from '../model/project.ts';

/** A mount of a volume without its declaration; `volume` is the key, undefined for an anonymous volume. */
export type NamedMount = Omit<VolumeMount, 'volume'> & {readonly volume: string | undefined};

/**
 * Parses the short form `SOURCE:TARGET[:OPTIONS]`, or `TARGET` alone for an anonymous volume. A source that is not a path names a
 * volume. A path is returned as written; resolveSource makes it absolute. Unlike Docker, tsbox does not create a missing path.
 * Source: Compose Specification, "volumes", short syntax.
 */
export function parseVolume(volume: string): Parsed<BindVolume | NamedMount> {
	const parts = volume.split(':');
	const [source = '', target, options = 'rw'] = parts;
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

/** Checks that a bind source is a path. */
export function parseSource(source: string): Parsed<string> {
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
