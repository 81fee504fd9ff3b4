import {type CgroupKill, killByRoot} from '../verbs/cgroups.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';

/** What a guard does when the process that started the container has ended. */
export interface Guard {
	readonly kill: CgroupKill;
	/** The container may outlive its starter, up to the time limit that the starter sent, if it sent one. */
	readonly keepsAlive: boolean;
}

/** The descriptor that shows a guard the end of its starter: the other end of the pipe closes then. */
export const guardDescriptor = 5;

/**
 * Lines of sh that start a guard: a fork of this shell outside of the container's cgroups. It kills the whole container
 * when no process holds the other end of descriptor 5 any more. The kernel closes a pipe however its owner ended.
 *
 * PR_SET_PDEATHSIG would not be enough: a command can clear its own, and setpriv(1) clears it when it changes the user.
 * The guard's working directory is the cgroup, so that a later container of the same name, which has another folder, is
 * safe.
 */
export function guardLines({kill, keepsAlive}: Guard): readonly string[] {
	return [
		'{',
		"	trap '' HUP INT QUIT TERM",
		`	exec <&${guardDescriptor} >/dev/null 2>&1 3>&- 4>&- ${guardDescriptor}<&-`,
		...(kill.kind === 'none' ? [] : [`	cd ${shellWord(kill.path)}`]),
		...(keepsAlive ? untilLimit : ['	while read -r _; do :; done']),
		...killLines(kill).map(line => `	${line}`),
		// If the shell that became unshare(1) has ended, its pid may belong to another process, and the guard stops here.
		// Otherwise the guard kills what that shell forked.
		'	read -r self _ _ parent _ < /proc/self/stat',
		'	[ "$parent" = $$ ] || exit',
		'	read -r children < /proc/$$/task/$$/children',
		'	for child in $children; do [ "$child" = "$self" ] || kill -9 "$child"; done',
		'	kill -9 -$$',
		'} &',
	];
}

/** The time of a `limit SECONDS` line counts from when the guard reads it. Without such a line, nothing is killed. */
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

/**
 * Frozen processes cannot fork while the list is read. But on v1 the kernel does not say when all are frozen, so the
 * list is read again.
 */
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
		case 'root':
			return ['for round in 1 2 3; do', `	${killByRoot('.')}`, 'done'];
		case 'none':
			return [];
	}
}
