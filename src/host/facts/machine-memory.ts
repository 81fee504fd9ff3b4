import type {Host} from '../host.ts';
import {kernelText} from '../files/kernel-text.ts';

/** The machine's memory, bytes; undefined when unknown. Source: proc_meminfo(5), MemTotal. */
export function machineMemory(host: Host): number | undefined {
	const match = /^MemTotal:\s+(\d+) kB$/m.exec(kernelText(host, '/proc/meminfo') ?? '');
	return match === null ? undefined : Number(match[1]) * 1024;
}
