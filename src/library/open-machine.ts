import type {Machine, MachineOptions} from '../container/machine/machine.ts';
import {openMachine as open} from '../container/machine/open-machine.ts';
import {checkOptions} from './check-options.ts';
import {machineTable} from './option-tables.ts';

/**
 * Opens the machine: reads the configuration, finds the folders, and probes the host. Pass the result as `machine` to share it
 * between calls.
 *
 * @param write - false to change nothing, not even the cache of host facts
 * @throws TsboxError E_USAGE, E_CONFIG, E_PERMISSION.
 */
export async function openMachine(options: MachineOptions = {}, write = true): Promise<Machine> {
	checkOptions('openMachine', machineTable, options);
	return open(options, write);
}
