import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {type InsideVerb, needsNothing, type UndoVerb} from './verb.ts';

/**
 * The safest way to kill a whole cgroup on this host: write cgroup.kill; freeze, signal each process, and thaw; or
 * signal until no process is left.
 */
export type CgroupKill =
	| {readonly kind: 'cgroup.kill'; readonly path: string}
	| {readonly kind: 'freezer'; readonly path: string}
	| {readonly kind: 'procs'; readonly path: string}
	/** There is no cgroup: every process with this root folder, which only processes of the container have. */
	| {readonly kind: 'root'; readonly path: string}
	| {readonly kind: 'none'};

/** The line of sh that kills each process with this root folder, as schroot(1) does. */
export function killByRoot(folder: string): string {
	// Whatever went wrong, the root of the host is no container.
	return `[ ${folder} -ef / ] || for each in /proc/[0-9]*; do [ ! "$each/root" -ef ${folder} ] || kill -KILL "\${each#/proc/}"; done`;
}

function killLines(kill: CgroupKill): readonly string[] {
	switch (kill.kind) {
		case 'cgroup.kill':
			return [`echo 1 > ${shellWord(`${kill.path}/cgroup.kill`)}`];
		case 'freezer':
			return [
				`echo FROZEN > ${shellWord(`${kill.path}/freezer.state`)}`,
				`kill -KILL $(cat ${shellWord(`${kill.path}/cgroup.procs`)})`,
				`echo THAWED > ${shellWord(`${kill.path}/freezer.state`)}`,
			];
		case 'procs':
			return [`kill -KILL $(cat ${shellWord(`${kill.path}/cgroup.procs`)})`];
		case 'root':
			return [killByRoot(shellWord(kill.path))];
		case 'none':
			return ['kill -KILL $pid'];
	}
}

/** The function of a compiled script that kills the whole cgroup. Frozen processes cannot fork meanwhile. */
export function killFunction(kill: CgroupKill): string {
	const body = (): readonly string[] => {
		if (kill.kind === 'none') return [':'];
		if (kill.kind === 'root') return [`(set +f; ${killByRoot(shellWord(kill.path))}) 2>/dev/null`];
		const file = (name: string): string => shellWord(`${kill.path}/${name}`);
		if (kill.kind === 'cgroup.kill') return [`[ ! -e ${file('cgroup.kill')} ] || echo 1 > ${file('cgroup.kill')}`];
		const each = `while read -r each; do kill -KILL "$each" 2>/dev/null; done < ${file('cgroup.procs')}`;
		return [
			// Freezing an empty cgroup would only make the kernel wait.
			`{ read -r _ < ${file('cgroup.procs')}; } 2>/dev/null || return 0`,
			...(kill.kind === 'freezer'
				? [`echo FROZEN > ${file('freezer.state')}`, each, `echo THAWED > ${file('freezer.state')}`]
				: [each]),
		];
	};
	return [
		`# Kills every process of the container's cgroup.`,
		'kill_all() {',
		...body().map(line => `\t${line}`),
		'}',
	].join('\n');
}

/**
 * Kills the processes left in the cgroups, waits until the cgroups are empty, and removes them in this order. A parent
 * that others use stays.
 */
export interface RemoveCgroupsAction {
	readonly kind: 'removeCgroups';
	readonly paths: readonly string[];
	readonly parents: readonly string[];
	readonly kill: CgroupKill;
	/** The container may have made cgroups below them. */
	readonly nested?: true;
}

export const removeCgroups: UndoVerb<RemoveCgroupsAction> = {
	shown: ({paths, parents, kill}) => [...killLines(kill), `rmdir ${shellCommand([...paths, ...parents])}`],
	needs: needsNothing,
	undoLines: ({paths, parents, nested}) => [
		...(nested === true ? [`remove_nested_cgroups ${shellCommand(paths)}`] : []),
		`remove_cgroups ${shellCommand([String(paths.length), ...paths, ...parents])}`,
	],
};

/** Ends all processes of the container. */
export interface StopAction {
	readonly kind: 'stop';
	readonly kill: CgroupKill;
}

export const stop: UndoVerb<StopAction> = {
	shown: ({kill}) => killLines(kill),
	needs: ({kill}) => ({features: [['end of all processes', kill.kind]]}),
	undoLines: () => ['stop_all'],
};

/** Attaches a program that says which devices open to a cgroup of version 2: bpf(2). It stays as long as the cgroup. */
export interface AttachDevicesAction {
	readonly kind: 'attachDevices';
	/** Absolute path of the cgroup on the host. */
	readonly cgroup: string;
	/** Instructions in hexadecimal digits. */
	readonly program: string;
	/** What it allows, as `devices.list` of version 1 has it. */
	readonly list: string;
}

export const attachDevices: InsideVerb<AttachDevicesAction> = {
	shown: ({cgroup, list}) => [
		`# allows ${list}`,
		'# program = bpf(BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_DEVICE)',
		`# bpf(BPF_PROG_ATTACH, ${shellWord(cgroup)}, program, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI)`,
	],
	needs: needsNothing,
	insideLines: action => attachDevices.shown(action, ''),
};
