import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Each unit is 1024 to the power of its index. */
const units = 'bkmgtp';
const pattern = /^(\d+(?:\.\d*)?|\.\d+) ?([bkmgtp]?)(i?b)?$/i;

/**
 * Parses a size in the format of Compose and Docker to bytes: `1024`, `64k`, `100m`, `1.5g`, `100MB`, `1GiB`. All units
 * are powers of 1024. Source: Compose Specification, "Specifying byte values"; docker/go-units, RAMInBytes.
 */
export function parseSize(size: string | number): Parsed<number> {
	const match = pattern.exec(String(size).trim());
	const [, digits, unit = '', suffix = ''] = match ?? [];
	// The pattern also matches `1bb` and `1ib`, which are not sizes.
	if (digits === undefined || (suffix !== '' && /^b?$/i.test(unit))) {
		return bad(`must be a size such as \`100m\`, \`1.5g\` or \`4096\`, not ${quoted(size)}`);
	}
	const bytes = Math.floor(Number(digits) * 1024 ** Math.max(0, units.indexOf(unit.toLowerCase())));
	if (!Number.isSafeInteger(bytes)) return bad(`must be a size that fits in 53 bits, not ${quoted(size)}`);
	return good(bytes);
}

/** Parses a size above zero. */
export function parsePositiveSize(size: string | number): Parsed<number> {
	const parsed = parseSize(size);
	return parsed.ok && parsed.value === 0 ? bad('must be above 0', 'leave the key out for no limit') : parsed;
}

/**
 * The least memory in which a container can start, bytes. Measured on Linux 6.18 with cgroup v1 and two CPUs: a container
 * without namespaces starts with 600 KiB but not with 500 KiB, and a default container needs 960 KiB. More CPUs need more,
 * up to 4 MiB, because each CPU holds pages in reserve.
 */
const leastMemory = 512 * 1024;

/** Parses a memory limit. Refuses a limit that is too small to set up a container. */
export function parseMemoryLimit(size: string | number): Parsed<number> {
	const parsed = parsePositiveSize(size);
	if (!parsed.ok || parsed.value >= leastMemory) return parsed;
	return bad(
		`is ${parsed.value} bytes, and a container is set up inside its own limit, which takes 1 to 4 MiB`,
		'write a unit, such as `100m` for 100 MiB',
	);
}

/** Parses a size, or -1 for unlimited. In Compose 0 means not set, so it returns undefined. */
export function parseSwapSize(size: string | number): Parsed<number | undefined> {
	if (String(size) === '-1') return good(-1);
	const parsed = parseSize(size);
	return parsed.ok && parsed.value === 0 ? good(undefined) : parsed;
}
