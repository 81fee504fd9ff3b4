import {bytes} from '../values/bytes.ts';
import type {Service} from '../model/project.ts';

/**
 * Warns about a memory limit above the memory of the machine, because the machine runs out of memory before the limit
 * applies.
 *
 * @param machine - the memory of the machine, bytes
 */
export function memoryWarnings({memLimit}: Pick<Service, 'memLimit'>, machine: number | undefined): readonly string[] {
	if (memLimit === undefined || machine === undefined || memLimit <= machine) return [];
	return [`\`mem_limit\` is ${bytes(memLimit)}, and the machine has ${bytes(machine)}: it holds nothing back`];
}
