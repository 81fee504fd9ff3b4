import * as z from 'zod/mini';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {BlkioLimits, DeviceLimit} from '../model/project.ts';
import {numberIn} from '../syntax/scalar.ts';
import {parseBlockPath} from './block-path.ts';
import {described, key, parsedBy, text, textOrNumber} from '../values/schema-parts.ts';
import {parsePositiveSize} from '../values/size.ts';
import {sizeText} from '../values/spelled-values.ts';

const weight = parsedBy(textOrNumber, numberIn({min: 10, max: 1000}));
const operations = parsedBy(textOrNumber, numberIn({min: 1, max: 4_294_967_295}));
const bytes = parsedBy(sizeText, parsePositiveSize);
const path = described('The path of the block device on the host.', parsedBy(text, parseBlockPath));

const rates = <S extends z.ZodMiniType<number>>(about: string, rate: S) =>
	key(about, z.array(z.strictObject({path, rate: described('How much.', rate)}), {error: 'must be a list'}));

/** The schema of `blkio_config`. Source: Compose Specification, `blkio_config`. */
export const blkioConfig = parsedBy(
	z.strictObject(
		{
			weight: key('Its share of the disk when that is busy.', weight),
			weight_device: key(
				'The same for single devices.',
				z.array(z.strictObject({path, weight: described('From 10 to 1000.', weight)}), {error: 'must be a list'}),
			),
			device_read_bps: rates('The most bytes a second that it reads from a device.', bytes),
			device_write_bps: rates('The most bytes a second that it writes to a device.', bytes),
			device_read_iops: rates('The most operations a second that read from a device.', operations),
			device_write_iops: rates('The most operations a second that write to a device.', operations),
		},
		{error: 'must be a map'},
	),
	(input): Parsed<BlkioLimits> => {
		const limits = (kind: DeviceLimit['kind'], list: readonly {path: string; rate: number}[] = []): DeviceLimit[] =>
			list.map(({path: device, rate}) => ({kind, path: device, value: rate}));
		const devices = [
			...limits(
				'weight',
				input.weight_device?.map(each => ({path: each.path, rate: each.weight})),
			),
			...limits('read_bps', input.device_read_bps),
			...limits('write_bps', input.device_write_bps),
			...limits('read_iops', input.device_read_iops),
			...limits('write_iops', input.device_write_iops),
		];
		const twice = devices.find((one, at) =>
			devices.slice(0, at).some(other => other.kind === one.kind && other.path === one.path),
		);
		if (twice !== undefined) return bad(`limits ${quoted(twice.path)} twice`, 'keep one of them');
		return good({
			...(input.weight === undefined ? {} : {weight: input.weight}),
			...(devices.length === 0 ? {} : {devices}),
		});
	},
);
