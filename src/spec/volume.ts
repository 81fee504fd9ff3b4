import {checkPath, parseMountTarget} from './container-path.ts';
import {parseBindOptions, parseTmpfsOptions} from './mount-options.ts';
import {bad, good, type Parsed, quoted} from './parsed.ts';
import type {BindVolume, TmpfsVolume} from './project.ts';

/**
 * Takes the short form apart, `SOURCE:TARGET[:OPTIONS]`. The source is still as written; see resolveSource.
 * Source: Compose Specification, "volumes", short syntax. Unlike docker, a source that is not there is not made.
 */
export function parseBind(volume: string): Parsed<BindVolume> {
	const parts = volume.split(':');
	const [source = '', target, options = 'rw'] = parts;
	if (target === undefined || parts.length > 3) {
		return bad(
			`must be \`SOURCE:TARGET\` or \`SOURCE:TARGET:ro\`, not ${quoted(volume)}`,
			target === undefined
				? 'name a folder of the host before it; tsbox has no anonymous volumes'
				: 'use the long form for a path that holds a colon',
		);
	}
	const checkedSource = parseSource(source);
	if (!checkedSource.ok) return checkedSource;
	const checkedTarget = parseMountTarget(target);
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

/** Checks a bind source as written: it must be a path, for tsbox has no named volumes. */
export function parseSource(source: string): Parsed<string> {
	const checked = checkPath(source);
	if (!checked.ok) return bad(`has a source that ${checked.problem}`);
	if (/^~[^/]/.test(source))
		return bad(`has the source ${quoted(source)}; only your own home can be written as \`~/\``);
	if (/^[/.~]/.test(source)) return good(source);
	return bad(
		`has the source ${quoted(source)}, which would be a named volume; tsbox does not have these`,
		`write \`./${source}\` for a folder beside the spec`,
	);
}

/** Takes an entry of `tmpfs:` apart: `/run` or `/run:size=64m,mode=755`. */
export function parseTmpfs(entry: string): Parsed<TmpfsVolume> {
	const at = entry.indexOf(':');
	const target = parseMountTarget(at === -1 ? entry : entry.slice(0, at));
	if (!target.ok) return bad(`has a target that ${target.problem}`, target.hint);
	if (at === -1) return good({type: 'tmpfs', target: target.value, readOnly: false, options: []});
	const options = parseTmpfsOptions(entry.slice(at + 1));
	return options.ok ? good({type: 'tmpfs', target: target.value, ...options.value}) : options;
}
