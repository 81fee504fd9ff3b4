import {capabilityNames} from '../../spec/values/capability.ts';

/** The capabilities up to the kernel's last one (/proc/sys/kernel/cap_last_cap), as `CAP_CHOWN`, by number. */
export function capabilitiesUpTo(last: number): readonly string[] {
	return Array.from({length: last + 1}, (_, number) => `CAP_${capabilityNames[number] ?? number}`);
}

/** The known capabilities in a mask of /proc/PID/status (`000001ffffffffff`), by number. */
export function capabilitiesIn(mask: string, known: readonly string[]): readonly string[] {
	const bits = /^[0-9a-f]+$/i.test(mask) ? BigInt(`0x${mask}`) : 0n;
	return known.filter((_, number) => ((bits >> BigInt(number)) & 1n) === 1n);
}
