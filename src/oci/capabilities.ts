import {capabilityNames as names} from '../spec/values/capability.ts';

/** All capabilities as the OCI runtime-spec names them, with CAP_, in the order of their numbers. */
export const capabilityNames: readonly string[] = names.map(name => `CAP_${name}`);

/** The set as /proc/PID/status prints it: 16 hexadecimal digits; proc_pid_status(5). */
export function capabilityMask(names: readonly string[]): string {
	let mask = 0n;
	for (const name of names) {
		const number = capabilityNames.indexOf(name);
		if (number >= 0) mask |= 1n << BigInt(number);
	}
	return mask.toString(16).padStart(16, '0');
}
