import {forcedMount2, needsMount2} from '../../host/programs/lower-option.ts';
import {fstabLine} from './fstab.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {type InsideVerb, orFail, type UndoVerb} from './verb.ts';

/** One row of an fstab(5) that the container's mounts are made from. */
export interface MountRow {
	readonly source: string;
	/** Absolute, as seen by the mount(8) that reads the row. */
	readonly target: string;
	readonly type: string;
	readonly options: readonly string[];
	/** Why this row is there, a few words. */
	readonly why: string;
}

/**
 * Where a container step finds its tool: by host path before the root is changed, in the toolbox after that. `gathered`
 * is the host as root of a user namespace sees it, with the mount tables where the gather step put them.
 */
export type ToolPlace = 'host' | 'gathered' | 'toolbox';

/** Mounts the rows in one mount(8) call: `mount -a -T NAME.fstab`. */
export interface MountTableAction {
	readonly kind: 'mountTable';
	readonly name: 'gather' | 'layers' | 'reach' | 'before' | 'sources' | 'hide' | 'after';
	readonly place: ToolPlace;
	readonly rows: readonly MountRow[];
	/** The working directory of mount(8), for an overlay with relative lower folders. */
	readonly cwd?: string;
	/** Files of one line that rows bind-mount: their texts by their names in the container's folder. */
	readonly files?: Readonly<Record<string, string>>;
}

function mountLine({name, place}: MountTableAction, conf: string): string {
	const folder = {host: conf, gathered: '/tmp/conf', toolbox: '/dev/.box/conf'}[place];
	return `mount -i -n -a -T ${shellWord(`${folder}/${name}.fstab`)}`;
}

/** Whether mount(8) must pass the options of a row by mount(2). */
function isForced({rows}: MountTableAction): boolean {
	return rows.some(({type, options}) => type === 'overlay' && needsMount2(options));
}

/** Whether the row asks for an idmapped mount. A mount(8) that does not know X-mount.idmap ignores the option. */
function isIdmapped({options}: MountRow): boolean {
	return options.some(each => each.startsWith('X-mount.idmap='));
}

function overlayPlace(options: readonly string[]): string {
	return options.some(option => option.startsWith('upperdir=/state/')) ? 'on a tmpfs' : 'in the store';
}

export const mountTable: InsideVerb<MountTableAction> = {
	shown: (action, conf) => [
		[
			...(action.cwd === undefined ? [] : [`cd ${shellWord(action.cwd)} &&`]),
			...(isForced(action) ? [forcedMount2.join('=')] : []),
			mountLine(action, conf),
		].join(' '),
		...action.rows.map(row => `    ${fstabLine(row).replace(/ 0 0$/, '')}`),
	],
	needs: ({rows}) => ({
		tools: ['mount'],
		features: rows.flatMap(row => [
			...(row.type === 'overlay' ? [['writable layer', `overlay, ${overlayPlace(row.options)}`] as const] : []),
			...(isIdmapped(row) ? [['idmapped mounts', 'used'] as const] : []),
		]),
	}),
	insideLines: (action, _, conf) => [
		...orFail(action.cwd === undefined ? [] : [`cd ${shellWord(action.cwd)}`]),
		// `mount` is a function of the script, and shells differ on what an assignment before a function's name does.
		...(isForced(action) ? [`${forcedMount2.join('=')}; export ${forcedMount2[0]}`] : []),
		...orFail([mountLine(action, conf)]),
		...(isForced(action) ? [`unset ${forcedMount2[0]}`] : []),
		...orFail(action.cwd === undefined ? [] : ['cd /']),
		...action.rows
			.filter(isIdmapped)
			.map(({target}) => `tell_idmapped ${shellWord(target)} ${shellWord(mountinfoWord(target))}`),
	],
};

/** Bind-mounts the controlling terminal of the first process, whose number is not known before. */
export interface BindTerminalAction {
	readonly kind: 'bindTerminal';
	readonly target: string;
}

function bindLine(terminal: string, target: string): string {
	return `mount -i -n --bind ${terminal} ${shellWord(target)}`;
}

export const bindTerminal: InsideVerb<BindTerminalAction> = {
	shown: ({target}) => [bindLine('/dev/pts/$pts', target)],
	needs: () => ({tools: ['mount']}),
	insideLines: ({target}) => [
		// Field 7 is the controlling terminal's device number, minor in bits 0 to 7 and 20 to 31: proc_pid_stat(5).
		'read -r _ _ _ _ _ _ tty _ < /proc/self/stat',
		'pts=$((tty & 255 | tty >> 12 & 1048320))',
		...orFail([bindLine('"/dev/pts/$pts"', target)]),
	],
};

/** Unmounts what mountTable mounted in the host's own mount namespace. */
export interface UnmountTreeAction {
	readonly kind: 'unmountTree';
	readonly path: string;
}

export const unmountTree: UndoVerb<UnmountTreeAction> = {
	shown: ({path}) => [`umount -i -n -l -R ${shellWord(path)}`],
	needs: () => ({tools: ['umount']}),
	undoLines: ({path}) => [`unmount_tree ${shellWord(path)} ${shellWord(mountinfoWord(path))}`],
};

/** Sets how mounts on and below a mount spread to others, and from them: mount_namespaces(7). */
export interface SetPropagationAction {
	readonly kind: 'setPropagation';
	readonly target: string;
	/** As in an option of mount(8): `rslave`. */
	readonly how: Propagation;
}

/** The words of mount(8) for how mounts spread. */
export type Propagation =
	| 'private'
	| 'rprivate'
	| 'slave'
	| 'rslave'
	| 'shared'
	| 'rshared'
	| 'unbindable'
	| 'runbindable';

function propagationLines({target, how}: SetPropagationAction): readonly string[] {
	return [`mount -i -n --make-${how} ${shellWord(target)}`];
}

export const setPropagation: InsideVerb<SetPropagationAction> = {
	shown: propagationLines,
	needs: () => ({tools: ['mount']}),
	insideLines: action => orFail(propagationLines(action)),
};

/** A path as /proc/PID/mountinfo writes it, with blanks and backslashes escaped: proc_pid_mountinfo(5). */
export function mountinfoWord(path: string): string {
	return path.replace(/[ \t\n\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** Runs mount(8) of the host, once for each list of arguments, before the root is changed. */
export interface MountsAction {
	readonly kind: 'mounts';
	readonly commands: readonly (readonly string[])[];
	/** The working directory, for an overlay with relative lower folders. */
	readonly cwd?: string;
}

export const mounts: InsideVerb<MountsAction> = {
	shown: ({commands, cwd}) => [
		...(cwd === undefined ? [] : [`cd ${shellWord(cwd)}`]),
		...(needsMount2(commands.flatMap(optionsIn)) ? [`export ${forcedMount2.join('=')}`] : []),
		...commands.map(args => `mount ${args.map(shellWord).join(' ')}`),
	],
	needs: () => ({tools: ['mount']}),
	insideLines: (action, _, conf) => [
		...orFail(mounts.shown(action, conf)),
		...orFail(action.cwd === undefined ? [] : ['cd /']),
	],
};

/** The options after `-o` in the arguments of mount(8). */
function optionsIn(args: readonly string[]): readonly string[] {
	const at = args.indexOf('-o');
	return at === -1 ? [] : (args[at + 1] ?? '').split(',');
}
