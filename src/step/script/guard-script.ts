import type {CgroupKill} from '../verbs/cgroups.ts';
import {shellWord} from '../verbs/shell-word.ts';

/** What a guard does when whoever started the container has gone. */
export interface Guard {
	readonly kill: CgroupKill;
	/** The container may go on without its starter, but not past the time limit that the starter told, if it did. */
	readonly keepsAlive: boolean;
}

/** The descriptor on which a guard hears that its starter has gone: the other end of the pipe closes with the starter. */
export const guardDescriptor = 5;

/**
 * Lines of sh that start a guard: a fork of this shell, outside of the container's cgroups, which kills all of the container
 * once nobody holds the other end of descriptor 5 any more. A pipe is closed by the kernel, however its owner ended.
 *
 * Beside it PR_SET_PDEATHSIG would not do: a command can clear its own, and setpriv(1) clears it when it changes the user.
 * The guard's working directory is the cgroup: another container that takes the name later has another folder there.
 */
export function guardLines({kill, keepsAlive}: Guard): readonly string[] {
	return [
		'{',
		"	trap '' HUP INT QUIT TERM",
		`	exec <&${guardDescriptor} >/dev/null 2>&1 3>&- 4>&- ${guardDescriptor}<&-`,
		...(kill.kind === 'none' ? [] : [`	cd ${shellWord(kill.path)}`]),
		...(keepsAlive ? untilLimit : ['	while read -r _; do :; done']),
		...killLines(kill).map(line => `	${line}`),
		// The shell that became unshare(1), unless that has ended and its number may be another's; then what it forked.
		'	read -r self _ _ parent _ < /proc/self/stat',
		'	[ "$parent" = $$ ] || exit',
		'	read -r children < /proc/$$/task/$$/children',
		'	for child in $children; do [ "$child" = "$self" ] || kill -9 "$child"; done',
		'	kill -9 -$$',
		'} &',
	];
}

/** `limit SECONDS` from the starter counts from when it is read. Without one nothing is killed. */
const untilLimit: readonly string[] = [
	'	until=',
	'	while read -r _ seconds; do',
	'		read -r now _ < /proc/uptime',
	'		until=$((${now%.*} + seconds))',
	'	done',
	'	[ -n "$until" ] || exit',
	'	while read -r now _ < /proc/uptime && [ "${now%.*}" -lt "$until" ]; do',
	'		sleep 1',
	'		read -r _ _ _ parent _ < /proc/self/stat',
	'		[ "$parent" = $$ ] || exit',
	'	done',
];

/** Frozen processes cannot fork while the list is read, but the kernel does not say on v1 when all are: so it is read again. */
function killLines(kill: CgroupKill): readonly string[] {
	const each = 'while read -r pid; do kill -9 "$pid"; done < cgroup.procs';
	switch (kill.kind) {
		case 'cgroup.kill':
			return ['echo 1 > cgroup.kill'];
		case 'freezer':
			return [
				'for round in 1 2 3 4 5 6 7 8 9; do',
				'	read -r _ < cgroup.procs || break',
				`	echo FROZEN > freezer.state; ${each}; echo THAWED > freezer.state`,
				'done',
			];
		case 'procs':
			return ['for round in 1 2 3 4 5 6 7 8 9; do', '	read -r _ < cgroup.procs || break', `	${each}`, 'done'];
		case 'none':
			return [];
	}
}
