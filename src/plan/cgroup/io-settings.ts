import type {OciBlockIO, OciDeviceNumber, OciDeviceRate} from '../../oci/config.ts';
import {bytes as sizeWords} from '../../spec/values/bytes.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';
import type {Setting} from './cgroup-settings.ts';

/** Converts a blkio weight (10..1000) to `io.weight` (1..10000) as runc does. */
function ioWeight(weight: number): string {
	return String(1 + Math.floor(((weight - 10) * 9999) / 990));
}

const number = ({major, minor}: OciDeviceNumber): string => `${major}:${minor}`;

/** The limits of bandwidth: the file of v1 behind `blkio.throttle.`, the word of `io.max` of v2, and how they are told. */
const rates = [
	{part: 'throttleReadBpsDevice', v1: 'read_bps_device', v2: 'rbps', verb: 'read', inBytes: true},
	{part: 'throttleWriteBpsDevice', v1: 'write_bps_device', v2: 'wbps', verb: 'write', inBytes: true},
	{part: 'throttleReadIOPSDevice', v1: 'read_iops_device', v2: 'riops', verb: 'read', inBytes: false},
	{part: 'throttleWriteIOPSDevice', v1: 'write_iops_device', v2: 'wiops', verb: 'write', inBytes: false},
] as const;

/**
 * The shares and limits of block devices as values of cgroup files.
 * Source: kernel cgroup-v1/blkio-controller.rst; cgroup-v2.rst, "IO Interface Files"; block/bfq-iosched.rst.
 */
export function ioSettings(
	{facts: {cgroup}}: PlanInput,
	blockIO: OciBlockIO,
	has: (controller: string) => boolean,
	missing: Shortfalls,
): readonly Setting[] {
	const v2 = cgroup.layout === 'v2';
	const controller = v2 ? 'io' : 'blkio';
	const {weight, weightDevice = []} = blockIO;
	const throttled = rates.map(row => ({...row, limits: blockIO[row.part] ?? []})).filter(row => row.limits.length > 0);
	const settings: Setting[] = [];
	const file = cgroup.ioWeightFile;
	if (weight !== undefined || weightDevice.length > 0) {
		if (file === null)
			missing.add(
				'io cannot be weighted',
				'no scheduler of this kernel offers an io weight to cgroups',
				'use the bfq scheduler, or leave the weights of blkio_config out',
			);
		else settings.push(...weightSettings(file, controller, blockIO));
	}
	if (throttled.length === 0) return settings;
	if (!has(controller)) {
		missing.add(
			'io cannot be limited',
			`this kernel has no ${controller} controller mounted`,
			`mount the ${controller} controller`,
		);
		return settings;
	}
	const order = shownOrder([...weightDevice, ...throttled.flatMap(({limits}) => limits)]);
	if (v2) return [...settings, maxSetting(throttled, order)];
	return [
		...settings,
		...throttled.map(({limits, v1, verb, inBytes}): Setting => {
			const line = (limit: OciDeviceRate): string => `${number(limit)} ${limit.rate}`;
			return {
				id: `cgroup.io.${v1}`,
				controller,
				file: `blkio.throttle.${v1}`,
				...written(limits.map(line)),
				reads: inOrder(limits, order).map(line).join(' '),
				title: limits
					.map(limit => `${verb} at most ${amount(limit.rate, inBytes)} a second of ${number(limit)}`)
					.join(', '),
				...told,
			};
		}),
	];
}

const told = {
	why: 'What asks for more waits, and others find the disk free.',
	man: 'cgroups(7)',
} as const;

function amount(rate: number, inBytes: boolean): string {
	return inBytes ? sizeWords(rate) : `${rate} operations`;
}

function weightSettings(file: string, controller: string, {weight, weightDevice = []}: OciBlockIO): readonly Setting[] {
	const own = (each: number): string => (file === 'io.weight' ? ioWeight(each) : String(each));
	const line = (each: OciDeviceNumber & {weight: number}): string => `${number(each)} ${own(each.weight)}`;
	const devices = weightDevice.map(line);
	const shown = inOrder(weightDevice, shownOrder(weightDevice)).map(line);
	const title = `give it an io weight of ${[
		...(weight === undefined ? [] : [String(weight)]),
		...weightDevice.map(each => `${each.weight} for ${number(each)}`),
	].join(', ')}`;
	const shared = {
		controller,
		title,
		why: 'When the disks are busy, their time is shared out by weight.',
		man: 'cgroups(7)',
	};
	if (file.startsWith('io.')) {
		// Version 2 has all weights in one file, and shows the usual one, 100, where none was written.
		const usual = weight === undefined ? [] : [file === 'io.weight' ? `default ${own(weight)}` : own(weight)];
		const reads = [`default ${weight === undefined ? 100 : own(weight)}`, ...shown].join(' ');
		return [{...shared, id: 'cgroup.io', file, ...written([...usual, ...devices]), reads}];
	}
	return [
		...(weight === undefined ? [] : [{...shared, id: 'cgroup.io', file, value: own(weight)}]),
		...(devices.length === 0
			? []
			: [
					{
						...shared,
						id: 'cgroup.io.weight_device',
						file: `${file}_device`,
						...written(devices),
						reads: shown.join(' '),
					},
				]),
	];
}

/** All limits of bandwidth in one file, a line for each device. */
function maxSetting(
	throttled: readonly {
		readonly v2: string;
		readonly inBytes: boolean;
		readonly verb: string;
		readonly limits: readonly OciDeviceRate[];
	}[],
	order: readonly string[],
): Setting {
	const words = order.toReversed().map(device => ({
		device,
		rates: throttled.flatMap(({v2, limits}) =>
			limits.filter(limit => number(limit) === device).map(({rate}) => [v2, String(rate)] as const),
		),
	}));
	const limited = words.filter(each => each.rates.length > 0);
	const shown = limited.toReversed().map(each => {
		const all = ['rbps', 'wbps', 'riops', 'wiops'].map(word => {
			const rate = each.rates.find(([name]) => name === word)?.[1] ?? 'max';
			return `${word}=${rate}`;
		});
		return `${each.device} ${all.join(' ')}`;
	});
	return {
		id: 'cgroup.io.max',
		controller: 'io',
		file: 'io.max',
		...written(limited.map(each => `${each.device} ${each.rates.map(pair => pair.join('=')).join(' ')}`)),
		reads: shown.join(' '),
		title: throttled
			.flatMap(({limits, verb, inBytes}) =>
				limits.map(limit => `${verb} at most ${amount(limit.rate, inBytes)} a second of ${number(limit)}`),
			)
			.join(', '),
		...told,
	};
}

/** One value, or several that are written one after the other. */
function written(lines: readonly string[]): Pick<Setting, 'value' | 'values'> {
	return lines.length === 1 ? {value: lines[0] ?? ''} : {value: lines.join(', '), values: lines};
}

/** The numbers of devices as the kernel lists them: the one that a cgroup was first limited for comes last (block/blk-cgroup.c). */
function shownOrder(devices: readonly OciDeviceNumber[]): readonly string[] {
	return [...new Set(devices.map(number))].toReversed();
}

function inOrder<T extends OciDeviceNumber>(devices: readonly T[], order: readonly string[]): readonly T[] {
	return devices.toSorted((a, b) => order.indexOf(number(a)) - order.indexOf(number(b)));
}
