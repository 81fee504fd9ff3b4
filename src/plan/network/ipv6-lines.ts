import {shellWord} from '../../spec/syntax/shell-words.ts';

/* Lines of sh that switch IPv6 on and off: of the host, and of a device. */

/** Where the settings of IPv6 are; the kernel's ip-sysctl.rst. */
export const conf6 = '/proc/sys/net/ipv6/conf';

/**
 * Switches forwarding of IPv6 on, and notes how it was. A device that heeds router advertisements stops to when forwarding is switched on, and
 * loses its default route, unless its accept_ra is 2.
 */
export function forward6Lines(folder: string): readonly string[] {
	const before = shellWord(`${folder}/.forward6`);
	return [
		`forward=$(cat ${conf6}/all/forwarding) heeding=`,
		`[ "$forward" = 1 ] || heeding=$(grep -lx 1 ${conf6}/*/accept_ra | tr '\\n' ' ')`,
		`[ -e ${before} ] || echo "$forward $heeding" > ${before}`,
		'for each in $heeding; do echo 2 > "$each"; done',
		`[ "$forward" = 1 ] || echo 1 > ${conf6}/all/forwarding`,
	];
}

/** Puts forwarding of IPv6 back with the last network that has IPv6, unless another bridge of this host has it too. */
export function forward6EndLines(folder: string): readonly string[] {
	const before = shellWord(`${folder}/.forward6`);
	return [
		`if [ -e ${before} ] && ! ls ${shellWord(`${folder}/.subnets`)} 2>/dev/null | grep -q :; then`,
		`	read -r forward heeding < ${before}`,
		// The lines of if_inet6 with scope 0, which is global, end with the device; proc_pid_net(5).
		`	for each in /sys/class/net/*/bridge; do name=\${each%/bridge}; ! grep -q " 00 .. *\${name##*/}$" /proc/net/if_inet6 || forward=1; done`,
		`	if [ "$forward" != 1 ]; then`,
		`		echo "$forward" > ${conf6}/all/forwarding`,
		`		for each in $heeding; do [ ! -e "$each" ] || echo 1 > "$each"; done`,
		'	fi',
		`	rm -f ${before}`,
		'fi',
	];
}

/**
 * Switches IPv6 of a device on or off. A container could send router advertisements to the host, and to others on its network, and become
 * the way out of theirs (CVE-2020-13401): nobody heeds them.
 */
export function ipv6Lines(device: string, isOn: boolean): readonly string[] {
	const own = `${conf6}/${device}`;
	return isOn
		? [`echo 0 > ${own}/disable_ipv6`, `echo 0 > ${own}/accept_ra`]
		: [`[ ! -e ${own} ] || echo 1 > ${own}/disable_ipv6`];
}
