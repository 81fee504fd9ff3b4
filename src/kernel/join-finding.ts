import {kernelText} from '../host/files/kernel-text.ts';
import type {Finding} from '../host/diagnose/finding.ts';
import type {Host} from '../host/host.ts';
import {parseMountinfo} from '../host/probe/mountinfo.ts';

/**
 * The line of `tsbox doctor` about how long a process waits that joins a cgroup; undefined where none is mounted. With the mount
 * option favordynmods (Linux 6.0), which any hierarchy may have for all, the kernel waits for no RCU grace period, and each fork and
 * exit costs more: Documentation/admin-guide/cgroup-v2.rst.
 */
export function joinFinding(host: Host): Finding | undefined {
	const mounts = parseMountinfo(kernelText(host, '/proc/self/mountinfo') ?? '');
	const hierarchies = mounts.filter(({type}) => type === 'cgroup2' || type === 'cgroup');
	const target = (hierarchies.find(({type}) => type === 'cgroup2') ?? hierarchies[0])?.target;
	if (target === undefined) return undefined;
	const isFast = hierarchies.some(({superOptions}) => superOptions.includes('favordynmods'));
	return {
		id: 'cgroup.join',
		area: 'limits',
		subject: 'joining a cgroup',
		state: 'ok',
		found: isFast
			? 'at once, with favordynmods'
			: `takes some ms; mount -o remount,favordynmods ${target} spares them, and makes each fork and exit slower`,
		without: 'a start takes some milliseconds more',
		hint: null,
	};
}
