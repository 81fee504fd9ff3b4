import {fstatSync} from 'node:fs';

/** The major number of /dev/null and other memory devices; Documentation/admin-guide/devices.txt of Linux. */
const memoryDevices = 1;

/**
 * Whether a descriptor is a terminal; false for a closed one, and for a terminal that hung up. Like isatty(3), but node:tty, which takes 5 ms
 * to load, is only asked about character devices.
 */
export function isTerminal(fd: number): boolean {
	return isCharacterDevice(fd) && process.getBuiltinModule('node:tty').isatty(fd);
}

/** Whether a descriptor is a character device that may be a terminal. */
export function isCharacterDevice(fd: number): boolean {
	try {
		const stats = fstatSync(fd);
		return stats.isCharacterDevice() && ((stats.rdev >>> 8) & 0xfff) !== memoryDevices;
	} catch {
		return false;
	}
}
