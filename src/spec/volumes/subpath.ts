import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {checkPath} from '../values/container-path.ts';

/** Parses a path in a volume: relative, and without `..`. Source: Compose Specification, `volumes`, `subpath`. */
export function parseSubpath(path: string): Parsed<string> {
	const checked = checkPath(path);
	if (!checked.ok) return checked;
	const names = path.split('/').filter(name => name !== '' && name !== '.');
	if (!path.startsWith('/') && names.length > 0 && !names.includes('..')) return good(names.join('/'));
	return bad(`must be a path in the volume, not ${quoted(path)}`, 'write it relative and without `..`: `uploads/2024`');
}
