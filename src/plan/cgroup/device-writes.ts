import type {OciDeviceRule} from '../../oci/config.ts';
import type {Step} from '../../step/verbs/step.ts';

/** A write to a file of the device controller of cgroup v1, and a row that the list has after all of them. */
export interface DeviceWrite {
	readonly file: 'devices.allow' | 'devices.deny';
	/** `c 1:3 rwm`, or `a` for all. */
	readonly value: string;
}

const any = (type: 'c' | 'b', access: string): OciDeviceRule => ({allow: true, type, access});
const node = (major: number, minor: number | undefined): OciDeviceRule => ({
	allow: true,
	type: 'c',
	major,
	...(minor === undefined ? {} : {minor}),
	access: 'rwm',
});

/**
 * What every container may do, whatever its configuration says: make nodes, which then do not open, and open those of config-linux.md,
 * "Default Devices". Source: AllowedDevices of runc.
 */
const always: readonly OciDeviceRule[] = [
	any('c', 'm'),
	any('b', 'm'),
	node(1, 3),
	node(1, 8),
	node(1, 7),
	node(5, 0),
	node(1, 5),
	node(1, 9),
	node(136, undefined),
	node(5, 2),
];

/**
 * The rules of a configuration as writes to the device controller of cgroup v1, in order. A new cgroup has the list of the one above it, so
 * that all devices are forbidden first, as runc has it.
 */
export function deviceWrites(rules: readonly OciDeviceRule[]): readonly DeviceWrite[] {
	const none: readonly OciDeviceRule[] = rules[0]?.type === 'a' ? [] : [{allow: false, type: 'a', access: 'rwm'}];
	return [...none, ...rules, ...always].flatMap(({allow, type, major, minor, access}): readonly DeviceWrite[] => {
		if (access === '') return [];
		const number = (value: number | undefined): string => value?.toString() ?? '*';
		const file = allow ? 'devices.allow' : 'devices.deny';
		if (type === 'a') return access === 'rwm' ? [{file, value: 'a'}] : [];
		return [{file, value: `${type} ${number(major)}:${number(minor)} ${access}`}];
	});
}

/** A row of the list: `c 1:3`, and what is allowed with such devices. */
export interface DeviceRow {
	readonly what: string;
	/** Letters of `rwm`: read, write, make a node. */
	readonly access: string;
}

/**
 * The rows that the kernel has after the writes: security/device_cgroup.c. After `a` was allowed there are none, and everything is: undefined.
 */
export function deviceRows(writes: readonly DeviceWrite[]): readonly DeviceRow[] | undefined {
	let rows: {what: string; access: string}[] | undefined;
	for (const {file, value} of writes) {
		const allows = file === 'devices.allow';
		if (value === 'a') rows = allows ? undefined : [];
		if (value === 'a' || rows === undefined) continue;
		const [type = '', numbers = '', access = ''] = value.split(' ');
		const what = `${type} ${numbers}`;
		const found = rows.find(row => row.what === what);
		const has = (letter: string): boolean =>
			allows ? access.includes(letter) || found?.access.includes(letter) === true : !access.includes(letter);
		if (found !== undefined)
			found.access = ['r', 'w', 'm']
				.filter(letter => (allows || found.access.includes(letter)) && has(letter))
				.join('');
		else if (allows) rows.push({what, access});
		rows = rows.filter(row => row.access !== '');
	}
	return rows;
}

/** The rows as the kernel shows them; undefined if all is allowed, for which it shows `a *:* rwm`. */
export function deviceList(writes: readonly DeviceWrite[]): string | undefined {
	return deviceRows(writes)
		?.map(({what, access}) => `${what} ${access}`)
		.join(' ');
}

/** The steps that write the rules of a configuration: one for all that follow one another and go to the same file. */
export function deviceWriteSteps(folder: string, writes: readonly DeviceWrite[]): readonly Step[] {
	const list = deviceList(writes);
	const groups: {readonly file: DeviceWrite['file']; readonly values: string[]}[] = [];
	for (const {file, value} of writes) {
		const last = groups.at(-1);
		if (last?.file === file) last.values.push(value);
		else groups.push({file, values: [value]});
	}
	return groups.map(({file, values}, at) => ({
		id: `cgroup.devices.${at + 1}`,
		phase: 'cgroup',
		side: 'before',
		title: `${file === 'devices.allow' ? 'allow' : 'forbid'} ${values.includes('a') ? 'all devices' : `${values.length} kinds of devices`}`,
		why: "A device node opens the host's hardware, no matter who made it: the list says which ones open here.",
		man: 'cgroups(7)',
		object: `${folder}/devices.list`,
		action: {kind: 'writeEach', path: `${folder}/${file}`, values},
		undo: {kind: 'none', reason: 'it goes with the cgroup'},
		checks:
			at === groups.length - 1 && list !== undefined
				? [{kind: 'value', path: `${folder}/devices.list`, equals: list}]
				: [],
	}));
}
