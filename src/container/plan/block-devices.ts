import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import type {OciBlockIO, OciConfig, OciDeviceNumber} from '../../oci/config.ts';
import type {DeviceLimit, Service} from '../../spec/model/project.ts';

/** The names of the OCI runtime-spec for limits of bandwidth. */
const rates = {
	read_bps: 'throttleReadBpsDevice',
	write_bps: 'throttleWriteBpsDevice',
	read_iops: 'throttleReadIOPSDevice',
	write_iops: 'throttleWriteIOPSDevice',
} as const;

/**
 * The configuration with the limits of single block devices, which the kernel knows by their numbers.
 *
 * @throws TsboxError E_SPEC_INVALID for a path that is no block device of this machine.
 */
export function withBlockDevices(host: Host, {blkio}: Pick<Service, 'blkio'>, config: OciConfig): OciConfig {
	const {devices = []} = blkio ?? {};
	if (devices.length === 0) return config;
	const limits = devices.map(limit => ({...limit, ...numberOf(host, limit)}));
	const blockIO: OciBlockIO = {
		...config.linux.resources.blockIO,
		...listOf(
			'weightDevice',
			limits.filter(({kind}) => kind === 'weight').map(({major, minor, value}) => ({major, minor, weight: value})),
		),
		...Object.assign(
			{},
			...Object.entries(rates).map(([rate, name]) =>
				listOf(
					name,
					limits.filter(({kind}) => kind === rate).map(({major, minor, value}) => ({major, minor, rate: value})),
				),
			),
		),
	};
	return {...config, linux: {...config.linux, resources: {...config.linux.resources, blockIO}}};
}

function listOf<T>(name: string, list: readonly T[]): Readonly<Record<string, readonly T[]>> {
	return list.length === 0 ? {} : {[name]: list};
}

function numberOf(host: Host, {path}: DeviceLimit): OciDeviceNumber {
	const found = host.stat(path);
	if (found?.device?.type === 'b') return {major: found.device.major, minor: found.device.minor};
	throw new TsboxError('E_SPEC_INVALID', `${path} is not a block device of this host`, {
		why: found === undefined ? 'it does not exist' : '`blkio_config` limits disks',
		hint: 'see `lsblk -p`; a limit is of a whole disk, not of a partition',
	});
}
