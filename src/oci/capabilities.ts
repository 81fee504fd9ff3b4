import {capabilityNames as names} from '../spec/values/capability.ts';

/** All capabilities in the order of their numbers, named as in the OCI runtime-spec (`CAP_CHOWN`). */
export const capabilityNames: readonly string[] = names.map(name => `CAP_${name}`);

/** A set of capabilities as /proc/PID/status prints it: 16 hexadecimal digits; proc_pid_status(5). */
export function capabilityMask(names: readonly string[]): string {
	let mask = 0n;
	for (const name of names) {
		const number = capabilityNames.indexOf(name);
		if (number >= 0) mask |= 1n << BigInt(number);
	}
	return mask.toString(16).padStart(16, '0');
}
