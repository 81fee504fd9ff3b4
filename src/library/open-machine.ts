import type {Machine, MachineOptions} from '../container/machine/machine.ts';
import {openMachine as open} from '../container/machine/open-machine.ts';
import {checkOptions} from './check-options.ts';
import {machineTable} from './option-tables.ts';

/**
 * Opens the machine: the configuration, the folders, and the facts that plans are made from.
 *
 * @param write - false for what may change nothing, not even a cache
 * @throws TsboxError E_USAGE, E_CONFIG, E_PERMISSION.
 */
export async function openMachine(options: MachineOptions = {}, write = true): Promise<Machine> {
	checkOptions('openMachine', machineTable, options);
	return open(options, write);
}
