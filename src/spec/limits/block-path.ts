import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {checkPath} from '../values/container-path.ts';

/** Checks the path of a block device: one below /dev. */
export function parseBlockPath(device: string): Parsed<string> {
	const checked = checkPath(device);
	if (!checked.ok) return checked;
	if (/^\/dev\/[^/]/.test(device) && !/\/\.{0,2}(?:\/|$)/.test(device)) return good(device);
	return bad(`must be the path of a block device below /dev, not ${quoted(device)}`, 'see `lsblk -p`');
}
