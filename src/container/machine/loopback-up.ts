/**
 * Whether lo is up, by /proc/PID/net/igmp; undefined where that does not tell.
 *
 * sysfs belongs to its mount, so the flags of lo can't be read from outside, and its addresses stay when it goes down. But the
 * kernel joins each interface that goes up to the group of all hosts, 224.0.0.1, and takes it out when it goes down: ip_mc_up
 * and ip_mc_down in net/ipv4/igmp.c. A kernel without CONFIG_IP_MULTICAST has no such file.
 *
 * @param igmp - a line for each interface, `1 lo : 1 V3`, and below it one for each group, in the byte order of the machine
 */
export function loopbackUp(igmp: string): boolean | undefined {
	if (!igmp.startsWith('Idx')) return undefined;
	const groups = /^\d+\s+lo\s.*\n((?:\s+.*\n?)*)/m.exec(igmp)?.[1] ?? '';
	return /^\s+(?:010000E0|E0000001)\s/m.test(groups);
}
