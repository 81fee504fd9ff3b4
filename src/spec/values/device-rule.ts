import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Parses an entry of `device_cgroup_rules`: `TYPE MAJOR:MINOR ACCESS`. Source: kernel cgroup-v1/devices.rst. */
export function parseDeviceRule(rule: string): Parsed<string> {
	const [, type, number, access = ''] =
		/^\s*([acb])\s+((?:\d{1,7}|\*):(?:\d{1,7}|\*))\s+([rwm]{1,3})\s*$/.exec(rule) ?? [];
	if (type === undefined || number === undefined)
		return bad(
			`must be such as \`c 189:* rwm\`, not ${quoted(rule)}`,
			'write the type `c`, `b` or `a`, the number, and any of `r`, `w` and `m`',
		);
	return good(`${type} ${number} ${orderedAccess(access)}`);
}

/** Permissions as the kernel lists them. */
export function orderedAccess(access: string): string {
	return ['r', 'w', 'm'].filter(letter => access.includes(letter)).join('');
}
