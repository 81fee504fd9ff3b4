import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {insideId, type RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import type {JailedTool} from '../archive/jail.ts';
import {type JailedProgram, startJailed} from '../archive/jailed-program.ts';
import {type ChangedEntry, rewriteTar, type SeenEntry} from '../unpack/rewrite-tar.ts';
import {entryBlocks} from '../unpack/tar-writer.ts';

/** The writable layer of a container, or a folder that was its root. */
export interface UpperLayer {
	/** Its folder, absolute. */
	readonly folder: string;
	/** What it is, for messages. */
	readonly title: string;
	/** The ids of the host that its files have; the layer gets those inside. An ordinary user's are mapped back by the jail. */
	readonly ids?: RangeMap | undefined;
	/** Its files may change while they are read. */
	readonly isChanging?: boolean;
	/** Paths that were there for mounts only, without a slash at the beginning. They do not become part of the layer. */
	readonly left: ReadonlySet<string>;
	/** The latest time that files keep, seconds since the epoch: later ones get it. */
	readonly latest?: number | undefined;
}

/** What {@link packUpper} has seen. */
export interface PackedNotes {
	entries: number;
	/** Folders that hide what the layers below have there, one character a byte. */
	readonly opaque: string[];
	/** The tar has something else than the folder. */
	isChanged: boolean;
}

/** What packing needs besides the layer. */
export interface Packing {
	readonly host: Host;
	readonly facts: HostFacts;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	readonly signal?: AbortSignal | undefined;
}

/** Attributes by which overlayfs keeps its own books: overlayfs.rst. The second kind is the one of mounts with `userxattr`. */
const ownAttribute = /^(?:trusted|user)\.overlay\./;
/** These say that a file's name or data are somewhere else, so that the layer alone is not whole. */
const elsewhere = /^(?:trusted|user)\.overlay\.(?:redirect|metacopy)$/;

/**
 * The tar of a container's writable layer as a layer of an image, without its end mark: whiteouts and opaque folders in the form of the
 * OCI image-spec, layer.md. Entries come in the order of their names, so that the same files give the same bytes.
 *
 * @throws TsboxError E_STEP_FAILED when it cannot be read, E_HOST_UNSUPPORTED when the overlay keeps parts of it elsewhere, E_INTERRUPTED.
 */
export async function* packUpper(upper: UpperLayer, packing: Packing, notes: PackedNotes): AsyncIterable<Buffer> {
	const {host, facts, toolbox, signal} = packing;
	// A user namespace with the ids would hide the attributes in `trusted.*`.
	const tar = startJailed(host, facts, reader, upper.folder, {toolbox});
	tar.stdin.end();
	yield* fromTar(upper.title, tar, signal, entry => layerEntry(entry, upper, notes), upper.isChanging === true ? 1 : 0);
}

/**
 * Reads all attributes. Only a process with CAP_SYS_ADMIN in the first user namespace sees those in `trusted.*`; in a user namespace the
 * overlay has its own in `user.*`.
 */
const reader: JailedTool = {
	tool: 'tar',
	args: ['--numeric-owner', '--sort=name', '--xattrs', '--xattrs-include=*', '-C', '/', '-cf', '-', '.'],
	capabilities: ['dac_read_search', 'sys_admin'],
	keepFolder: true,
};

/**
 * Rewrites what a jailed tar packs.
 *
 * @param title - what it packs, for messages
 * @param most - the highest exit status that is no failure; 1 says that a file changed while it was read: tar(1)
 * @throws TsboxError E_STEP_FAILED when tar fails, E_INTERRUPTED; whatever `change` throws.
 */
export async function* fromTar(
	title: string,
	tar: JailedProgram,
	signal: AbortSignal | undefined,
	change: Parameters<typeof rewriteTar>[2],
	most = 0,
): AsyncIterable<Buffer> {
	const kill = (): void => tar.kill();
	signal?.addEventListener('abort', kill, {once: true});
	if (signal?.aborted === true) kill();
	let isRead = false;
	async function* packed(): AsyncIterable<Buffer> {
		yield* tar.stdout as AsyncIterable<Buffer>;
		isRead = true;
	}
	try {
		yield* rewriteTar(title, packed(), change);
	} catch (error) {
		// Why tar stopped says more than that its output ended early.
		if (!isRead || (await tar.ended) === 0) throw error;
	} finally {
		signal?.removeEventListener('abort', kill);
		if (!isRead) tar.kill();
	}
	if (signal?.aborted === true)
		throw new TsboxError('E_INTERRUPTED', `reading ${title} was interrupted`, {cause: signal.reason});
	const status = await tar.ended;
	if (status > most)
		throw new TsboxError('E_STEP_FAILED', `${title} could not be read`, {command: tar.command, output: tar.messages()});
}

function layerEntry(
	entry: SeenEntry,
	{left, latest, ids}: UpperLayer,
	notes: PackedNotes,
): ChangedEntry | Buffer | undefined {
	const {path, mtime} = entry;
	// The root of a layer has no entry: its folder is the root of all images alike.
	if (path === '') return undefined;
	if (left.has(path)) {
		notes.isChanged = true;
		return undefined;
	}
	notes.entries += 1;
	const redirected = [...entry.attributes.keys()].find(name => elsewhere.test(name));
	if (redirected !== undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'the overlay keeps a part of the layer elsewhere', {
			why: `${JSON.stringify(path)} has the attribute ${redirected}`,
			hint: 'turn it off: `echo N | sudo tee /sys/module/overlay/parameters/redirect_dir /sys/module/overlay/parameters/metacopy`',
		});
	const slash = path.lastIndexOf('/') + 1;
	if (entry.isWhiteout) return mark(`${path.slice(0, slash)}.wh.${path.slice(slash)}`);
	const isOpaque = [...entry.attributes].some(([name, value]) => name.endsWith('.overlay.opaque') && value === 'y');
	if (isOpaque) notes.opaque.push(path);
	if (latest !== undefined && mtime > latest) notes.isChanged = true;
	return {
		path,
		...(ids === undefined
			? {}
			: {uid: insideId(ids.uids, entry.uid) ?? nobody, gid: insideId(ids.gids, entry.gid) ?? nobody}),
		attributes: new Map(
			[...entry.attributes]
				.filter(([name]) => !ownAttribute.test(name))
				.map(([name, value]) => [name, ids !== undefined && name === fileCapability ? plainCapability(value) : value]),
		),
		mtime: latest === undefined ? mtime : Math.min(mtime, latest),
		...(isOpaque ? {behind: mark(`${path}/.wh..wh..opq`)} : {}),
	};
}

/** What the kernel shows in place of an id that a namespace does not have: user_namespaces(7). */
const nobody = 65_534;

const fileCapability = 'security.capability';

/**
 * The capabilities of a file without the id of the namespace that they count in, which the kernel adds there: the layer is for any.
 * Source: struct vfs_ns_cap_data in linux/capability.h.
 */
function plainCapability(value: string): string {
	const bytes = Buffer.from(value, 'latin1');
	const version3 = 0x03;
	if (bytes.length !== 24 || bytes[3] !== version3) return value;
	bytes[3] = 0x02;
	return bytes.subarray(0, 20).toString('latin1');
}

/** An empty file that says something about another one. */
function mark(name: string): Buffer {
	return entryBlocks({name, type: '0', mode: 0, uid: 0, gid: 0, mtime: 0});
}
