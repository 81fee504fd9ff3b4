const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Formats a number of bytes in powers of 1024: `100 MiB`, `1.5 GiB`, `512 B`. */
export function bytes(count: number): string {
	let value = count;
	let index = 0;
	while (Math.abs(value) >= 1024 && index < units.length - 1) {
		value /= 1024;
		index++;
	}
	// Rounding may reach the next unit: 1048575 B is 1 MiB, not 1024 KiB.
	if (Number(value.toFixed(1)) >= 1024 && index < units.length - 1) {
		value /= 1024;
		index++;
	}
	return `${Number(value.toFixed(1))} ${units[index]}`;
}
