import {defaultPools, type Pool} from '../../network/pools.ts';
import type {Machine} from '../machine/machine.ts';

/** The pools that subnets are cut from: those of the configuration, or the usual ones. */
export function networkPools({host, networkPools: configured}: Machine): readonly Pool[] {
	return configured ?? defaultPools(host.readText('/etc/machine-id') ?? '');
}
