import {closeSync, constants, openSync, readSync} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** A record of the kernel's log. */
export interface KernelRecord {
	/** Seconds since boot. */
	readonly at: number;
	readonly text: string;
}

/** The maximum size of a record, bytes: PRINTK_MESSAGE_MAX and its header. */
const longest = 8192;

/**
 * The kernel's current log, oldest record first; undefined when the caller may not read it (`kernel.dmesg_restrict`, or in a
 * container). Each read(2) of /dev/kmsg returns one record: `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT`; kernel.org,
 * ABI/testing/dev-kmsg.
 */
export function kernelLog(): readonly KernelRecord[] | undefined {
	let fd: number;
	try {
		fd = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
	} catch {
		return undefined;
	}
	const records: KernelRecord[] = [];
	const buffer = Buffer.allocUnsafe(longest);
	try {
		for (;;) {
			try {
				const length = readSync(fd, buffer, 0, longest, null);
				const match = /^\d+,\d+,(\d+),[^;]*;(.*)/.exec(buffer.toString('utf8', 0, length));
				if (match !== null) records.push({at: Number(match[1]) / 1e6, text: match[2] ?? ''});
			} catch (error) {
				// EPIPE: the next record was overwritten before it was read.
				if (errnoOf(error) !== 'EPIPE') return errnoOf(error) === 'EAGAIN' ? records : undefined;
			}
		}
	} finally {
		closeSync(fd);
	}
}
