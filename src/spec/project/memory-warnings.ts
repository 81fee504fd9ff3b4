import {bytes} from '../values/bytes.ts';
import type {Service} from '../model/project.ts';

/**
 * Says where a service may use more memory than there is: the whole machine is full before its limit holds.
 *
 * @param machine - the memory of the machine, bytes
 */
export function memoryWarnings({memLimit}: Pick<Service, 'memLimit'>, machine: number | undefined): readonly string[] {
	if (memLimit === undefined || machine === undefined || memLimit <= machine) return [];
	return [`\`mem_limit\` is ${bytes(memLimit)}, and the machine has ${bytes(machine)}: it holds nothing back`];
}
