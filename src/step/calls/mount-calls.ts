import type {MountRow} from '../verbs/mounts.ts';
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
	defaults: [null, null],
};

const propagations: Readonly<Record<string, readonly Flag[]>> = {
	private: ['MS_PRIVATE'],
	rprivate: ['MS_PRIVATE', 'MS_REC'],
	slave: ['MS_SLAVE'],
	rslave: ['MS_SLAVE', 'MS_REC'],
	shared: ['MS_SHARED'],
	rshared: ['MS_SHARED', 'MS_REC'],
	unbindable: ['MS_UNBINDABLE'],
	runbindable: ['MS_UNBINDABLE', 'MS_REC'],
};

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
}

function sorted(options: readonly string[]): Sorted {
	const flags = new Set<Flag>();
	const data: string[] = [];
	const bind: Flag[] = [];
	const propagation: (readonly Flag[])[] = [];
	let [remount, makesPoint, idmap]: [boolean, boolean, string | undefined] = [false, false, undefined];
	for (const option of options) {
		const known = flagsOf[option];
		const spread = propagations[option];
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
	return {flags: [...flags], bind, remount, propagation, data: data.join(','), makesPoint, idmap};
}

/**
 * The calls that mount(8) makes for a row of its table, in its order: libmount/src/context_mount.c of util-linux. The kernel ignores
 * the flags of a bind mount, so a second call sets them; a third one sets how mounts propagate.
 */
export function mountCalls({source, target, type, options}: Omit<MountRow, 'why'>): readonly Call[] {
	const {flags, bind, remount, propagation, data, makesPoint, idmap} = sorted(options);
	const made: Call[] = makesPoint ? [['mkdirs', target]] : [];
	if (remount) made.push(['remount', target, ['MS_REMOUNT', ...bind, ...flags]]);
	else if (idmap !== undefined) made.push(['mount_idmapped', source, target, idmap]);
	else if (bind.length === 0) made.push(['mount', source, target, type, flags, data === '' ? null : data]);
	else made.push(['mount', source, target, null, bind, null]);
	if (bind.length > 0 && !remount && flags.length > 0)
		made.push(['mount', null, target, null, ['MS_REMOUNT', 'MS_BIND', ...flags], null]);
	return [...made, ...propagation.map((kind): Call => ['mount', null, target, null, kind, null])];
}
