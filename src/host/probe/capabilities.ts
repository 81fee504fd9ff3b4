import {capabilityNames} from '../../spec/values/capability.ts';

/** The capabilities up to the kernel's last one (/proc/sys/kernel/cap_last_cap), with CAP_, in number order. */
export function capabilitiesUpTo(last: number): readonly string[] {
	return Array.from({length: last + 1}, (_, number) => `CAP_${capabilityNames[number] ?? number}`);
}

/** The capabilities of a mask as /proc/PID/status writes it (`000001ffffffffff`), of those known, in number order. */
export function capabilitiesIn(mask: string, known: readonly string[]): readonly string[] {
	const bits = /^[0-9a-f]+$/i.test(mask) ? BigInt(`0x${mask}`) : 0n;
	return known.filter((_, number) => ((bits >> BigInt(number)) & 1n) === 1n);
}
