import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts, ToolFacts, ToolName} from '../../host/facts.ts';
import {mapArguments, type RangeMap, userMapOf} from '../../host/id-map.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';

/** A mount that a jail makes on its folder, for itself alone. */
export interface JailMount {
	readonly type: string;
	readonly source: string;
	readonly options: readonly string[];
	/** Where below the folder: ``, or `/usr`. */
	readonly below: string;
}

/** A tool that is run with nothing of the host in reach. */
export interface JailedTool {
	readonly tool: ToolName;
	readonly args: readonly string[];
	/** The capabilities it keeps, as setpriv(1) names them: `chown`. With none it runs as nobody. */
	readonly capabilities: readonly string[];
	/** It works on the folder, which becomes its root; without, it sees an empty root. */
	readonly keepFolder: boolean;
	/**
	 * Others may put something else in the folder's place: descriptor 3 is the folder that is meant. It is bound once on a
	 * folder that nobody else can swap, and only then, when the two are the same, is anything done. It is `/root` of an
	 * empty root and not the root itself, where the loader of a tool would obey an etc/ld.so.preload that others put there.
	 */
	readonly pinned?: true;
	/** What is mounted in the place of what the folder holds: the layers of a root filesystem. */
	readonly mounts?: readonly JailMount[];
	/** Folders in the folder that an empty, read-only one covers: what would be mounted there is not. */
	readonly covered?: readonly string[];
	/** The tool's umask, octal; tsbox's own when undefined. */
	readonly umask?: string;
}

/** How a {@link JailedTool} is started. */
export interface Jail {
	/** The whole command, up to the folder, which is to be added as last word: an absolute path without symlinks. */
	readonly argv: readonly string[];
	/** The lines of sh in it, run inside the new namespaces; `$1` is the folder. */
	readonly script: string;
}

/** The namespaces of a jail; user and time need more than a flag and protect nothing here. */
const unshared: readonly NamespaceKind[] = ['mount', 'pid', 'ipc', 'uts', 'network', 'cgroup'];

/** nobody: the kernel's overflow uid and gid, proc_sys_kernel(5). */
const nobody = '65534';

/**
 * The command that runs one tool in a jail: namespaces of its own, a root in which there is only the folder, few or no
 * capabilities. It reads stdin and writes stdout and stderr; nothing else of the host is left to it.
 *
 * The root is changed twice. First to a small tmpfs, because umount(8) needs a /proc to let the old root go and the
 * folder has none; then to the folder itself, so that `..`, absolute names and symlinks end inside it. The tool and
 * its libraries come from a toolbox that no path leads to: the working directory of a mount that was detached.
 *
 * An ordinary user's jail is in a user namespace with the same map as the containers have. One of root's is in one where
 * `ids` are given; its root is nobody on the host and can't reach the folder, so that is bound first on one that everybody can.
 *
 * @param toolbox The folder with the copied tools: host/programs/sealed-tools.ts.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED where a tool is missing.
 */
export function jail(facts: HostFacts, jailed: JailedTool, toolbox: string, ids?: RangeMap): Jail {
	const host = (name: ToolName): string => hostWords(facts, name).map(quoted).join(' ');
	const inside = (name: ToolName): string => toolboxWords(facts, name).map(quoted).join(' ');
	const map = ids ?? (facts.user.uid === 0 ? undefined : userMapOf(facts));
	// In a user namespace a folder can't be bound without the mounts below it.
	const bind = map === undefined ? '--bind' : '--rbind';
	const tools = toolbox;
	const pinned = jailed.pinned === true;
	const copied = ids !== undefined || pinned;
	const mounts = (on: string): readonly string[] =>
		(jailed.mounts ?? []).map(
			({type, source, options, below}) =>
				`${host('mount')} -i -n -c -t ${type} -o ${quoted(options.join(','))} ${quoted(source)} "${on}"${quoted(below)}`,
		);
	// In a user namespace of its own root has no power over the layers any more.
	const own = ids === undefined ? mounts('$1/root') : [];
	const source = copied ? reached.tools : quoted(tools);
	const folders = ['old', 'proc', 'tools', ...(jailed.keepFolder ? ['root'] : [])];
	const lines = [
		...(pinned
			? [
					// Either of the two could lie below a folder that the other one covers.
					...(copied ? [`cd ${quoted(tools)}`] : []),
					`${host('mount')} -n -c ${bind} "$1" ${reached.folder}`,
					`[ ${reached.folder} -ef /proc/self/fd/3 ] || { echo 'another folder was put in its place' >&2; exit 125; }`,
					...(copied ? [`${host('mount')} -n -c ${bind} . ${reached.tools}`] : []),
					'exec 3<&-',
					`set -- ${reached.folder}`,
				]
			: []),
		// The working directory still names the folder when the tmpfs lies over its path.
		'cd "$1"',
		`${host('mount')} -n -t tmpfs -o mode=0755,size=64k,nr_inodes=16,nosuid,nodev,noexec jail "$1"`,
		`${host('mkdir')} ${folders.map(folder => `"$1/${folder}"`).join(' ')}`,
		...(own.length > 0 ? own : jailed.keepFolder ? [`${host('mount')} -n -c --bind . "$1/root"`] : []),
		`${host('mount')} -n ${bind} -o ro,nosuid,nodev ${source} "$1/tools"`,
		`${host('mount')} -n -t proc -o ro,nosuid,nodev,noexec proc "$1/proc"`,
		'cd "$1/tools"',
		`${host('pivot_root')} "$1" "$1/old"`,
		`${inside('umount')} -n -l /old /tools /proc`,
		...(jailed.keepFolder && !pinned ? [`${inside('pivot_root')} /root /root`] : []),
		...(jailed.covered ?? []).map(
			path => `[ ! -d ${quoted(path)} ] || ${inside('mount')} -i -n -t tmpfs -o ro,size=4k none ${quoted(path)}`,
		),
		...(jailed.umask === undefined ? [] : [`umask ${jailed.umask}`]),
		`exec ${inside('setpriv')} ${privileges(jailed.capabilities, map?.kind === 'single').join(' ')} ${inside(jailed.tool)} ${jailed.args.map(quoted).join(' ')}`,
	];
	const script = lines.join('\n');
	const flags = unshared.filter(kind => facts.namespaces.includes(kind)).map(kind => namespaceOptions[kind]);
	const users = map === undefined ? [] : [...hostWords(facts, 'unshare'), ...mapArguments(map)];
	const unshare = [
		...users,
		...hostWords(facts, 'unshare'),
		...flags,
		'--fork',
		'--kill-child',
		'--propagation',
		'private',
	];
	const sh = hostWords(facts, 'sh');
	if (ids === undefined) return {argv: [...unshare, ...sh, '-euc', script, 'sh'], script};
	const outside = [
		...mounts('$2'),
		// Either of the two could lie below a folder that the other one covers.
		`cd ${quoted(tools)}`,
		`${host('mount')} -n --bind "$2" ${reached.folder}`,
		`${host('mount')} -n -c --bind . ${reached.tools}`,
		`exec ${[...unshare, ...sh].map(quoted).join(' ')} -euc "$1" sh ${reached.folder}`,
	].join('\n');
	const first = [...hostWords(facts, 'unshare'), '--mount', '--propagation', 'private'];
	return {argv: [...first, ...sh, '-euc', outside, 'sh', script], script};
}

/** Folders of every host that whoever may go to; covered in a mount namespace of the jail's own. */
const reached = {folder: '/tmp', tools: '/run'} as const;

/**
 * The facts of a tool that must be there.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED
 */
export function toolOf(facts: HostFacts, name: ToolName): ToolFacts {
	const tool = facts.tools[name];
	if (tool === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', `the program ${name} is not on this machine`, {
			hint: 'see `tsbox doctor` for the package that has it',
		});
	return tool;
}

/**
 * The words that run a tool on the host.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED
 */
export function hostWords(facts: HostFacts, name: ToolName): readonly string[] {
	const {path, applet} = toolOf(facts, name);
	return applet === null ? [path] : [path, applet];
}

/** The command of a jail as one line of sh, up to the folder. */
export function jailCommand({argv}: Jail): string {
	return argv.map(quoted).join(' ');
}

/** One word of sh. */
export function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** With one id alone in the map there is no nobody to become. */
function privileges(capabilities: readonly string[], single: boolean): readonly string[] {
	const ids = capabilities.length === 0 && !single ? [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];
	const bounding = ['-all', ...capabilities.map(name => `+${name}`)].join(',');
	return ['--no-new-privs', '--inh-caps=-all', `--bounding-set=${bounding}`, ...ids];
}

/** How a tool is run from the toolbox, the working directory of what is in a jail: by its own loader, whose path the new root may not have. */
export function toolboxWords(facts: HostFacts, name: ToolName): readonly string[] {
	const {path, applet, loader, libraryPath} = toolOf(facts, name);
	const inside = (real: string): string => `.${real}`;
	const words = applet === null ? [inside(path)] : [inside(path), applet];
	return loader === null ? words : [inside(loader), '--library-path', libraryPath.map(inside).join(':'), ...words];
}
