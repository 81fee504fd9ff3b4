import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** 1024 to the power of the index. */
const units = 'bkmgtp';
const pattern = /^(\d+(?:\.\d*)?|\.\d+) ?([bkmgtp]?)(i?b)?$/i;

/**
 * Bytes of a size as compose and docker write it: `1024`, `64k`, `100m`, `1.5g`, `100MB`, `1GiB`. All units are powers
 * of 1024, whatever their name. Source: Compose Specification, "Specifying byte values"; docker/go-units, RAMInBytes.
 */
export function parseSize(size: string | number): Parsed<number> {
	const match = pattern.exec(String(size).trim());
	const [, digits, unit = '', suffix = ''] = match ?? [];
	// `1bb` and `1ib` would match the pattern and mean nothing.
	if (digits === undefined || (suffix !== '' && /^b?$/i.test(unit))) {
		return bad(`must be a size such as \`100m\`, \`1.5g\` or \`4096\`, not ${quoted(size)}`);
	}
	const bytes = Math.floor(Number(digits) * 1024 ** Math.max(0, units.indexOf(unit.toLowerCase())));
	if (!Number.isSafeInteger(bytes)) return bad(`must be a size that fits in 53 bits, not ${quoted(size)}`);
	return good(bytes);
}

/** A size that must be above zero. */
export function parsePositiveSize(size: string | number): Parsed<number> {
	const parsed = parseSize(size);
	return parsed.ok && parsed.value === 0 ? bad('must be above 0', 'leave the key out for no limit') : parsed;
}

/**
 * In less no container begins, bytes. Measured on Linux 6.18 with cgroup v1 and two processors: 600 KiB does for one that has
 * no namespaces, 500 KiB never; a plain one needs 960 KiB. More processors need more, up to 4 MiB: each holds pages in reserve.
 */
const leastMemory = 512 * 1024;

/** The size of a memory limit; one in which no container can be set up is refused. */
export function parseMemoryLimit(size: string | number): Parsed<number> {
	const parsed = parsePositiveSize(size);
	if (!parsed.ok || parsed.value >= leastMemory) return parsed;
	return bad(
		`is ${parsed.value} bytes, and a container is set up inside its own limit, which takes 1 to 4 MiB`,
		'write a unit, such as `100m` for 100 MiB',
	);
}

/** A size, or -1 for unlimited; compose counts 0 as not set (undefined here). */
export function parseSwapSize(size: string | number): Parsed<number | undefined> {
	if (String(size) === '-1') return good(-1);
	const parsed = parseSize(size);
	return parsed.ok && parsed.value === 0 ? good(undefined) : parsed;
}
