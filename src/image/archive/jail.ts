import {forcedMount2, needsMount2} from '../../host/programs/lower-option.ts';
import {idMapFolder} from '../../host/programs/sealed-tools.ts';
import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts, ToolFacts, ToolName} from '../../host/facts.ts';
import {mapArguments, type RangeMap, userMapOf} from '../../host/id-map.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';

/** A mount that a jail makes on its folder. It is visible only in the jail. */
export interface JailMount {
	readonly type: string;
	readonly source: string;
	readonly options: readonly string[];
	/** Mount point relative to the folder: `` or `/usr`. */
	readonly below: string;
	/** The working directory of mount(8), for an overlay with relative lower folders. */
	readonly cwd?: string;
}

/** A tool that runs without access to the host. */
export interface JailedTool {
	readonly tool: ToolName;
	readonly args: readonly string[];
	/** The capabilities that it keeps, in setpriv(1)'s names: `chown`. Without any it runs as nobody. */
	readonly capabilities: readonly string[];
	/** The folder becomes the tool's root; otherwise the tool gets an empty root. */
	readonly keepFolder: boolean;
	/**
	 * Other users may replace the folder, so descriptor 3 identifies the intended one. The jail binds the folder to a mount point that
	 * nobody else can replace, compares it with the descriptor, and continues only if both are the same. The folder becomes `/root` of
	 * an empty root and not the root itself, where a tool's loader would obey an etc/ld.so.preload that other users wrote.
	 */
	readonly pinned?: true;
	/** Mounts that replace the folder's content: the layers of a root filesystem. */
	readonly mounts?: readonly JailMount[];
	/** Subfolders that an empty, read-only mount covers, to hide what a container would have mounted there. */
	readonly covered?: readonly string[];
	/** The tool's umask, octal; default: tsbox's own. */
	readonly umask?: string;
}

/** The command that starts a {@link JailedTool}. */
export interface Jail {
	/** The whole command but its last word, the folder: an absolute path without symlinks. */
	readonly argv: readonly string[];
	/** The sh script in it, which runs inside the new namespaces; `$1` is the folder. */
	readonly script: string;
}

/** The namespaces of a jail. User and time namespaces need more than an option and protect nothing here. */
const unshared: readonly NamespaceKind[] = ['mount', 'pid', 'ipc', 'uts', 'network', 'cgroup'];

/** nobody: the kernel's overflow uid and gid, proc_sys_kernel(5). */
const nobody = '65534';

/**
 * The command that runs a tool in a jail: own namespaces, a root with nothing but the folder, few or no capabilities. The tool
 * reads stdin and writes stdout and stderr; it reaches nothing else of the host.
 *
 * The jail changes the root twice. The first new root is a small tmpfs, because umount(8) needs a /proc to detach the old root and the
 * folder has none. The second is the folder itself, so that `..`, absolute names, and symlinks end inside it. The tool and
 * its libraries come from a toolbox that no path leads to: it is the working directory, on a detached mount.
 *
 * An unprivileged user's jail has a user namespace with the same id map as the containers. Root's jail has one when `ids` are given.
 * That namespace's root is an unprivileged uid on the host and cannot reach the folder, so the folder is first bound to a path that
 * every user can reach.
 *
 * @param toolbox The folder with the copied tools: host/programs/sealed-tools.ts.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when a tool is missing.
 */
export function jail(facts: HostFacts, jailed: JailedTool, toolbox: string, ids?: RangeMap): Jail {
	const host = (name: ToolName): string => hostWords(facts, name).map(quoted).join(' ');
	const inside = (name: ToolName): string => toolboxWords(facts, name).map(quoted).join(' ');
	const map = ids ?? (facts.user.uid === 0 ? undefined : userMapOf(facts));
	// A user namespace cannot bind a folder without the mounts below it.
	const bind = map === undefined ? '--bind' : '--rbind';
	const tools = toolbox;
	const pinned = jailed.pinned === true;
	const copied = ids !== undefined || pinned;
	const mounts = (on: string): readonly string[] =>
		(jailed.mounts ?? []).flatMap(({type, source, options, below, cwd}) => [
			...(cwd === undefined ? [] : [`cd ${quoted(cwd)}`]),
			`${needsMount2(options) ? `${forcedMount2.join('=')} ` : ''}${host('mount')} -i -n -c -t ${type} -o ${quoted(options.join(','))} ${quoted(source)} "${on}"${quoted(below)}`,
		]);
	// Root of a new user namespace cannot mount the layers, so the caller's namespace does.
	const own = ids === undefined ? mounts('$1/root') : [];
	const source = copied ? reached.tools : quoted(tools);
	const folders = ['old', 'proc', 'tools', ...(jailed.keepFolder ? ['root'] : [])];
	const lines = [
		...(pinned
			? [
					// The bind below could cover one of the two folders; the working directory stays reachable.
					...(copied ? [`cd ${quoted(tools)}`] : []),
					`${host('mount')} -n -c ${bind} "$1" ${reached.folder}`,
					`[ ${reached.folder} -ef /proc/self/fd/3 ] || { echo 'the folder was replaced by another one' >&2; exit 125; }`,
					...(copied ? [`${host('mount')} -n -c ${bind} . ${reached.tools}`] : []),
					'exec 3<&-',
					`set -- ${reached.folder}`,
				]
			: []),
		// The working directory still is the folder after the tmpfs covers its path.
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
		// The bind below could cover one of the two folders; the working directory stays reachable.
		`cd ${quoted(tools)}`,
		`${host('mount')} -n --bind "$2" ${reached.folder}`,
		`${host('mount')} -n -c --bind . ${reached.tools}`,
		`${ids.direct === true ? `PATH=${reached.tools}/${idMapFolder} ` : ''}exec ${[...unshare, ...sh].map(quoted).join(' ')} -euc "$1" sh ${reached.folder}`,
	].join('\n');
	const first = [...hostWords(facts, 'unshare'), '--mount', '--propagation', 'private'];
	return {argv: [...first, ...sh, '-euc', outside, 'sh', script], script};
}

/** Folders that every host has and every user may enter. The jail covers them in its own mount namespace. */
const reached = {folder: '/tmp', tools: '/run'} as const;

/**
 * The facts of a tool that the host must have.
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
 * The command line of a tool on the host.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED
 */
export function hostWords(facts: HostFacts, name: ToolName): readonly string[] {
	const {path, applet} = toolOf(facts, name);
	return applet === null ? [path] : [path, applet];
}

/** A jail's command as one line of sh, without the folder. */
export function jailCommand({argv}: Jail): string {
	return argv.map(quoted).join(' ');
}

/** Quotes a word for sh. */
export function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A map with a single id has no nobody to switch to. */
function privileges(capabilities: readonly string[], single: boolean): readonly string[] {
	const ids = capabilities.length === 0 && !single ? [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];
	const bounding = ['-all', ...capabilities.map(name => `+${name}`)].join(',');
	return ['--no-new-privs', '--inh-caps=-all', `--bounding-set=${bounding}`, ...ids];
}

/**
 * The command line of a tool in the toolbox, which is the working directory inside a jail. It names the tool's own loader because the new
 * root may not have the loader's path.
 */
export function toolboxWords(facts: HostFacts, name: ToolName): readonly string[] {
	const {path, applet, loader, libraryPath} = toolOf(facts, name);
	const inside = (real: string): string => `.${real}`;
	const words = applet === null ? [inside(path)] : [inside(path), applet];
	return loader === null ? words : [inside(loader), '--library-path', libraryPath.map(inside).join(':'), ...words];
}
