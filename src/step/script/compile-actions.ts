import type {HostFacts} from '../../host/facts.ts';
import type {Action, CgroupKill} from '../verbs/action.ts';
import {volumeLines} from './compile-volume.ts';
import {shellCommand, shellWord} from '../verbs/shell-word.ts';
import {hostToolWords} from '../verbs/toolbox.ts';

/** A host action, but for `start` and `unpack`, as lines of a compiled script; doHostAction of run/ does the same. */
export function hostActionLines(action: Action, facts: HostFacts): readonly string[] {
	switch (action.kind) {
		case 'mkdir':
			return [
				`run mkdir -p -m ${action.mode.toString(8)} ${shellCommand(action.paths)}`,
				...(action.owner === undefined
					? []
					: [`run chown ${action.owner.join(':')} ${shellWord(action.paths[0] ?? '')}`]),
			];
		case 'write':
			return [`put ${shellCommand([action.value, action.path])}`];
		case 'writeEach':
			return action.values.map(value => `put ${shellCommand([value, action.path])}`);
		case 'inherit':
			return [`inherit ${shellCommand([action.from, action.path])}`];
		case 'plainFolders':
			return action.names.map(name => `plain_folder ${shellCommand([name, ...action.roots])}`);
		case 'copyTree':
			return [
				`run ${shellCommand([...(hostToolWords(facts, 'cp') ?? ['cp']), '-a', '--', `${action.from}/.`, action.to])}`,
			];
		case 'makeVolume':
			return volumeLines(action);
		default:
			throw new TypeError(`${action.kind} is not a host action`);
	}
}

/** A blank or a backslash as /proc/PID/mountinfo writes it, proc_pid_mountinfo(5). */
export function mountinfoWord(path: string): string {
	return path.replace(/[ \t\n\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** What takes a step back, as lines of a compiled script; undo of run/ does the same. Each may be done twice. */
export function undoLines(action: Action): readonly string[] {
	switch (action.kind) {
		case 'removeTree':
			return [`remove_trees ${shellWord(action.path)}`];
		case 'removeCgroups':
			return [`remove_cgroups ${shellCommand([String(action.paths.length), ...action.paths, ...action.parents])}`];
		case 'unmountTree':
			return [`unmount_tree ${shellCommand([action.path, mountinfoWord(action.path)])}`];
		case 'stop':
			return ['stop_all'];
		default:
			throw new TypeError(`${action.kind} takes nothing back`);
	}
}

/** The function that kills all that is in the cgroup; frozen processes can't fork while the list is read. */
export function killFunction(kill: CgroupKill): string {
	const body = (): readonly string[] => {
		if (kill.kind === 'none') return [':'];
		const file = (name: string): string => shellWord(`${kill.path}/${name}`);
		if (kill.kind === 'cgroup.kill') return [`[ ! -e ${file('cgroup.kill')} ] || echo 1 > ${file('cgroup.kill')}`];
		const each = `while read -r each; do kill -KILL "$each" 2>/dev/null; done < ${file('cgroup.procs')}`;
		return [
			`[ -e ${file('cgroup.procs')} ] || return 0`,
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
