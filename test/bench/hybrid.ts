import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

const unified = '/sys/fs/cgroup/unified';
const again = 'TSBOX_BENCH_AGAIN';

/**
 * On a host with both versions of cgroups, runs this program again without the mount of version 2, and ends with it: crun(1) refuses
 * to start there. In a mount namespace of its own, all programs see version 1 alone.
 */
export function leaveHybrid(): void {
	const isHybrid = readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${unified} `);
	if (!isHybrid || process.env[again] !== undefined) return;
	const inside = ['sh', '-c', `umount ${unified} && exec "$@"`, 'sh', process.execPath];
	const {status} = spawnSync(
		'unshare',
		['-m', '--propagation', 'private', ...inside, ...process.execArgv, ...process.argv.slice(1)],
		{stdio: 'inherit', env: {...process.env, [again]: String(process.pid)}},
	);
	process.exit(status ?? 1);
}

/** Where the mount of version 2 that {@link leaveHybrid} left behind is: in the namespace of the first process; undefined for none. */
export function unifiedOfCaller(): string | undefined {
	const caller = process.env[again];
	return caller === undefined ? undefined : `/proc/${caller}/root${unified}`;
}
