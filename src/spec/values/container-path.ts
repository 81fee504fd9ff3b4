import {posix} from 'node:path';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Checks that the kernel accepts a path, and that the path cannot break a line of fstab(5) or of a script. */
export function checkPath(path: string): Parsed<string> {
	if (path === '') return bad('must not be empty');
	if (/[\0\r\n]/.test(path)) return bad('must not hold a NUL byte or a line break');
	// PATH_MAX of limits.h is 4096 and includes the terminating NUL.
	if (Buffer.byteLength(path) > 4095) return bad('must not be longer than 4095 bytes');
	return good(path);
}

/** Parses an absolute container path without `..`. Removes `.`, and double and trailing slashes. */
export function parseContainerPath(path: string): Parsed<string> {
	const checked = checkPath(path);
	if (!checked.ok) return checked;
	if (!path.startsWith('/')) return bad(`must be an absolute path, not ${quoted(path)}`, `write \`/${path}\``);
	if (path.split('/').includes('..')) {
		return bad(`must not hold \`..\`, as ${quoted(path)} does`, `write \`${posix.normalize(path)}\` if you mean that`);
	}
	return good(posix.normalize(path).replace(/(?<=.)\/$/, ''));
}

/** What the plan makes in /dev. /dev/shm may be replaced. */
const ownDevices = new Set(
	'null zero full random urandom tty console ptmx pts mqueue fd stdin stdout stderr core'.split(' '),
);

/**
 * Parses a mount target. The plan makes `/`, `/proc`, `/sys`, and `/dev`, and a mount over them would remove what protects
 * the host. Other names in /dev are free, as `/dev/bus/usb`.
 */
export function parseMountTarget(path: string): Parsed<string> {
	const parsed = parseContainerPath(path);
	if (!parsed.ok) return parsed;
	const target = parsed.value;
	if (target === '/') return bad('must not be `/`', 'name the root filesystem with `rootfs`');
	const [, top = '', name] = target.split('/');
	const isFree = top === 'dev' ? name !== undefined && !ownDevices.has(name) : top !== 'proc' && top !== 'sys';
	if (isFree) return parsed;
	return bad(
		`must not be ${quoted(target)}: tsbox makes \`/proc\`, \`/sys\` and \`/dev\` itself`,
		'choose another target',
	);
}
