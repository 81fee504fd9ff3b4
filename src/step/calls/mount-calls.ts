import type {MountRow, Propagation} from '../verbs/mounts.ts';
import type {Call} from './call.ts';
import type {Flag} from './constants.ts';

/** Options of mount(8) that are flags of mount(2), and those that take a flag back. */
const flagsOf: Readonly<Record<string, readonly [set: Flag | null, clear: Flag | null]>> = {
	ro: ['MS_RDONLY', null],
	rw: [null, 'MS_RDONLY'],
	nosuid: ['MS_NOSUID', null],
	suid: [null, 'MS_NOSUID'],
	nodev: ['MS_NODEV', null],
	dev: [null, 'MS_NODEV'],
	noexec: ['MS_NOEXEC', null],
	exec: [null, 'MS_NOEXEC'],
	sync: ['MS_SYNCHRONOUS', null],
	async: [null, 'MS_SYNCHRONOUS'],
	dirsync: ['MS_DIRSYNC', null],
	nosymfollow: ['MS_NOSYMFOLLOW', null],
	symfollow: [null, 'MS_NOSYMFOLLOW'],
	noatime: ['MS_NOATIME', null],
	atime: [null, 'MS_NOATIME'],
	nodiratime: ['MS_NODIRATIME', null],
	diratime: [null, 'MS_NODIRATIME'],
	relatime: ['MS_RELATIME', null],
	norelatime: [null, 'MS_RELATIME'],
	strictatime: ['MS_STRICTATIME', null],
	nostrictatime: [null, 'MS_STRICTATIME'],
	lazytime: ['MS_LAZYTIME', null],
	nolazytime: [null, 'MS_LAZYTIME'],
	acl: ['MS_POSIXACL', null],
	noacl: [null, 'MS_POSIXACL'],
	iversion: ['MS_I_VERSION', null],
	noiversion: [null, 'MS_I_VERSION'],
	mand: ['MS_MANDLOCK', null],
	nomand: [null, 'MS_MANDLOCK'],
	silent: ['MS_SILENT', null],
	loud: [null, 'MS_SILENT'],
	defaults: [null, null],
};

const propagations: Readonly<Record<Propagation, readonly Flag[]>> = {
	private: ['MS_PRIVATE'],
	rprivate: ['MS_PRIVATE', 'MS_REC'],
	slave: ['MS_SLAVE'],
	rslave: ['MS_SLAVE', 'MS_REC'],
	shared: ['MS_SHARED'],
	rshared: ['MS_SHARED', 'MS_REC'],
	unbindable: ['MS_UNBINDABLE'],
	runbindable: ['MS_UNBINDABLE', 'MS_REC'],
};

/** All options of mounts that become flags. */
export const flagOptions: readonly string[] = [
	...Object.keys(flagsOf),
	...Object.keys(propagations),
	'bind',
	'rbind',
	'remount',
];

/** Whether an option of a mount says how it spreads. */
function isPropagation(option: string): option is Propagation {
	return Object.hasOwn(propagations, option);
}

/** The call that sets how a mount spreads. */
export function propagationCall(target: string, how: Propagation): Call {
	return ['mount', null, target, null, propagations[how], null];
}

/** The option for an id-mapped mount with all mounts below it, which mount(8) does not know. */
const recursiveMap = 'x-tsbox.ridmap=';

/** The options of one mount, sorted by what becomes of them. */
interface Sorted {
	readonly flags: readonly Flag[];
	readonly bind: readonly Flag[];
	readonly remount: boolean;
	readonly propagation: readonly (readonly Flag[])[];
	/** What the filesystem itself reads. */
	readonly data: string;
	readonly makesPoint: boolean;
	/** The map of an idmapped mount, `u:INSIDE:OUTSIDE:COUNT g:...`. */
	readonly idmap: string | undefined;
	/** It is for all mounts below, too. */
	readonly ridmap: boolean;
}

function sorted(options: readonly string[]): Sorted {
	const flags = new Set<Flag>();
	const data: string[] = [];
	const bind: Flag[] = [];
	const propagation: (readonly Flag[])[] = [];
	let [remount, makesPoint, idmap]: [boolean, boolean, string | undefined] = [false, false, undefined];
	const ridmap = options.find(option => option.startsWith(recursiveMap));
	for (const option of options) {
		const known = flagsOf[option];
		const spread = isPropagation(option) ? propagations[option] : undefined;
		if (known !== undefined) {
			if (known[1] !== null) flags.delete(known[1]);
			if (known[0] !== null) flags.add(known[0]);
		} else if (spread !== undefined) propagation.push(spread);
		else if (option === 'bind') bind.push('MS_BIND');
		else if (option === 'rbind') bind.push('MS_BIND', 'MS_REC');
		else if (option === 'remount') remount = true;
		else if (option === 'X-mount.mkdir') makesPoint = true;
		else if (option.startsWith('X-mount.idmap=')) idmap = option.slice('X-mount.idmap='.length);
		else if (!/^[xX]-/.test(option)) data.push(option);
	}
	idmap ??= ridmap?.slice(recursiveMap.length);
	const isRecursive = ridmap !== undefined;
	return {flags: [...flags], bind, remount, propagation, data: data.join(','), makesPoint, idmap, ridmap: isRecursive};
}

/** Which mounts below the source are bound too, and which of them get the map. */
function idmapFlags(isRecursive: boolean, ridmap: boolean): readonly string[] {
	return ridmap ? ['below', 'all'] : isRecursive ? ['below'] : [];
}

/** Calls of options that mount(8) does not know, and passes over: rows of bundles, which only calls carry out, have them. */
function ownCalls(target: string, options: readonly string[]): readonly Call[] {
	return options.flatMap((option): readonly Call[] => {
		const [, name = '', one = '', other = ''] = /^x-tsbox\.(setattr|link)=([^:]*):(.*)$/.exec(option) ?? [];
		if (name === 'setattr') return [['mount_setattr', target, Number(one), Number(other)]];
		return name === 'link' ? [['make_link', one, other]] : [];
	});
}

/**
 * The calls that mount(8) makes for a row of its table, in its order: libmount/src/context_mount.c of util-linux. The kernel ignores
 * the flags of a bind mount, so a second call sets them; a third one sets how mounts propagate.
 */
export function mountCalls({source, target, type, options}: Omit<MountRow, 'why'>): readonly Call[] {
	const {flags, bind, remount, propagation, data, makesPoint, idmap, ridmap} = sorted(options);
	const copiesUp = options.includes('x-tsbox.copyup');
	const givesMode = options.includes('x-tsbox.mode');
	// What is copied is written first.
	const now = copiesUp || givesMode ? flags.filter(flag => flag !== 'MS_RDONLY') : flags;
	const made: Call[] = makesPoint
		? [['mkdirs', target]]
		: options.includes('x-tsbox.file')
			? [['make_point', 'file', target]]
			: [];
	if (givesMode) made.push(['keep_mode', target]);
	if (copiesUp) made.push(['keep_below', target]);
	if (remount) made.push(['remount', target, ['MS_REMOUNT', ...bind, ...flags]]);
	else if (idmap !== undefined)
		made.push(['mount_idmapped', source, target, idmap, ...idmapFlags(bind.includes('MS_REC'), ridmap)]);
	else if (bind.length === 0) made.push(['mount', source, target, type, now, data === '' ? null : data]);
	else made.push(['mount', source, target, null, bind, null]);
	if (bind.length > 0 && !remount && flags.length > 0)
		made.push(['mount', null, target, null, ['MS_REMOUNT', 'MS_BIND', ...flags], null]);
	if (copiesUp) made.push(['copy_up', target]);
	if (givesMode) made.push(['give_mode', target]);
	if (now.length < flags.length) made.push(['remount', target, ['MS_REMOUNT', 'MS_BIND', ...flags]]);
	return [
		...made,
		...propagation.map((kind): Call => ['mount', null, target, null, kind, null]),
		...ownCalls(target, options),
	];
}
