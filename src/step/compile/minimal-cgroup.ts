import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {type Action, actionLines} from '../verbs/action.ts';
import type {Plan} from '../verbs/step.ts';

/** The lines of a cgroup with limits. */
export interface MinimalCgroup {
	readonly before: readonly string[];
	/** What the first process does to be in it. */
	readonly join: readonly string[];
	readonly clean: readonly string[];
}

/** The cgroup of a plan in the hierarchies that have a limit; undefined if none is needed. */
export function minimalCgroup({steps, namespaces}: Plan): MinimalCgroup | undefined {
	const actions = steps.filter(({phase}) => phase === 'cgroup').flatMap(({action}) => flat(action));
	const undo = steps.flatMap(step => (step.undo.kind === 'removeCgroups' ? [step.undo] : []))[0];
	const folders = undo?.paths ?? [];
	const isIn = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);
	const limits = actions.filter(
		action =>
			isWrite(action) && !/\/devices\.\w+$/.test(action.path) && folders.some(folder => isIn(folder, action.path)),
	);
	const limited = folders.filter(folder => limits.some(action => isWrite(action) && isIn(folder, action.path)));
	// Without a pid namespace a cgroup is what finds all processes at the end.
	const used = limited.length > 0 || namespaces.includes('pid') ? limited : folders.slice(-1);
	if (used.length === 0) return undefined;
	const parents = (undo?.parents ?? []).filter(parent => used.some(folder => isIn(parent, folder)));
	const joins = steps.flatMap(({action}) => (action.kind === 'start' ? action.cgroups : []));
	// Files of the groups above hand controllers down, or copy processors to a new group.
	const above = actions.filter(
		action => isWrite(action) && !limits.includes(action) && parents.some(parent => isIn(parent, action.path)),
	);
	const roots = actions.filter(
		action => isWrite(action) && action.path.endsWith('/cgroup.subtree_control') && !above.includes(action),
	);
	const wanted = new Set([...above, ...limits, ...roots]);
	return {
		before: [
			...(parents.length === 0 ? [] : [`mkdir -p ${shellCommand(parents)}`]),
			`mkdir ${shellCommand(used)}`,
			...actions.filter(action => wanted.has(action)).flatMap(action => actionLines(action, '')),
		],
		join: joins.filter(file => used.some(folder => isIn(folder, file))).map(file => `echo 0 > ${shellWord(file)}`),
		clean: [
			...(namespaces.includes('pid') ? [] : used.map(killLine)),
			`rmdir ${shellCommand([...used, ...parents])} 2>/dev/null || :`,
		],
	};
}

/** Kills what is left in a cgroup, if this script started something in it. With a pid namespace all processes have ended with the first one. */
function killLine(folder: string): string {
	const [path, processes] = [shellWord(folder), shellWord(`${folder}/cgroup.procs`)];
	return `[ -z "$pid" ] || for pause in 0 0 1 1 2; do xargs -r kill -KILL < ${processes} || :; rmdir ${path} && break; sleep "$pause"; done 2>/dev/null`;
}

type Write = Extract<Action, {kind: 'write' | 'writeEach' | 'inherit'}>;

function isWrite(action: Action): action is Write {
	return action.kind === 'write' || action.kind === 'writeEach' || action.kind === 'inherit';
}

/** An action, or those that it consists of. */
function flat(action: Action): readonly Action[] {
	return 'actions' in action ? (action.actions as readonly Action[]) : [action];
}
