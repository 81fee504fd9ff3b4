import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import {ownInside} from '../../host/files/own-inside.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {quoted} from '../../spec/model/parsed.ts';
import type {BindVolume, TmpfsVolume} from '../../spec/model/project.ts';
import {mountFolder, noteMount} from '../../image/store/build-cache.ts';
import {unpackLayer} from '../../image/unpack/unpack-layer.ts';
import {keepLayer} from '../../image/layer/keep-layer.ts';
import type {FileSource, PlannedMount, RunStep} from '../plan/build-plan.ts';
import {pathBelow} from '../context/clean-path.ts';
import type {RunMount} from '../instructions/read-mount.ts';
import {type CopyFrom, copyLayer} from './copy-layer.ts';
import type {LayerWork} from './layer-work.ts';
import {mergedTree} from './merged-tree.ts';

/** A secret that the caller gives to a build. */
export type SecretSource = {readonly file: string} | {readonly text: string};

/** What mounts of a RUN may ask of the caller. */
export interface RunGifts {
	/** By their ids. */
	readonly secrets: Readonly<Record<string, SecretSource>>;
	/** Sockets of ssh agents by their ids; `default` is the caller's own. */
	readonly ssh: Readonly<Record<string, string>>;
	/** Where files of a source are; see {@link CopyFrom}. */
	readonly filesOf: (source: FileSource) => Promise<CopyFrom>;
}

/** The mounts of a RUN as those of a container. */
export interface PreparedMounts {
	readonly volumes: readonly (BindVolume | TmpfsVolume)[];
	readonly env: Readonly<Record<string, string>>;
	/** Lock files of caches that are for one build at a time. */
	readonly locks: readonly string[];
}

/**
 * Prepares the mounts of a RUN below a folder of the caller's.
 *
 * @param folder - on the disk of the store
 * @throws TsboxError E_BUILD for a secret or socket that is required and not given; E_DOCKERFILE.
 */
export async function prepareMounts(
	run: RunStep,
	place: string,
	folder: string,
	gifts: RunGifts,
	work: LayerWork,
): Promise<PreparedMounts> {
	const volumes: (BindVolume | TmpfsVolume)[] = [];
	const env: Record<string, string> = {};
	const locks: string[] = [];
	for (const [index, mount] of run.mounts.entries()) {
		const own = `${folder}/mount-${index}`;
		const target = posix.resolve('/', run.workingDir, mount.target ?? defaultTarget(mount, index));
		switch (mount.type) {
			case 'tmpfs':
				volumes.push({
					type: 'tmpfs',
					target,
					...(mount.size === undefined ? {} : {size: mount.size}),
					readOnly: mount.isReadOnly,
					options: [],
				});
				break;
			case 'bind':
				volumes.push(bind(await filesFor(mount, own, place, gifts, work), target, mount.isReadOnly));
				break;
			case 'cache': {
				const cache = await cacheOf(mount, work);
				// Whoever asks for a private one waits for it too: another copy would be empty.
				if (mount.sharing !== 'shared') locks.push(`${cache}.lock`);
				volumes.push(bind(`${cache}/files`, target, mount.isReadOnly));
				break;
			}
			case 'secret': {
				const text = secretText(mount, place, gifts, work);
				if (text === undefined) break;
				if (mount.env !== undefined) env[mount.env] = text;
				if (mount.env !== undefined && mount.target === undefined) break;
				work.host.writeAtomic(own, text, 0o600);
				work.host.chmod(own, mount.mode ?? 0o400);
				await ownInside(work.host, work.facts, own, {uid: mount.uid ?? 0, gid: mount.gid ?? 0});
				volumes.push(bind(own, target, true));
				break;
			}
			case 'ssh': {
				const socket = gifts.ssh[mount.id ?? 'default'];
				if (socket === undefined) {
					if (mount.isRequired) throw notGiven(place, 'ssh agent', mount.id ?? 'default', '--ssh default');
					break;
				}
				volumes.push(bind(socket, target, false));
				env['SSH_AUTH_SOCK'] = target;
				break;
			}
		}
	}
	if (run.script !== undefined) {
		const own = `${folder}/script`;
		work.host.writeAtomic(own, run.script.content, 0o700);
		work.host.chmod(own, 0o755);
		volumes.push(bind(own, run.script.path, true));
	}
	return {volumes, env, locks};
}

/** Source: Dockerfile reference, "RUN --mount=type=secret" and "RUN --mount=type=ssh". */
function defaultTarget({type, id = ''}: RunMount, index: number): string {
	return type === 'ssh' ? `/run/buildkit/ssh_agent.${index}` : `/run/secrets/${posix.basename(id)}`;
}

function bind(source: string, target: string, readOnly: boolean): BindVolume {
	return {type: 'bind', source, target, readOnly, createHostPath: false, propagation: 'rprivate', recursive: true};
}

/**
 * A copy of the files of a bind mount. It has what `.dockerignore` leaves, it follows no symlink out of the context, and what a command
 * writes there is lost with it, as the reference says.
 */
async function filesFor(
	mount: PlannedMount,
	own: string,
	place: string,
	gifts: RunGifts,
	work: LayerWork,
): Promise<string> {
	const from = await gifts.filesOf(mount.files ?? {kind: 'context'});
	const there = pathBelow(mount.source ?? '.');
	// Files that are all seen, and only read, need no copy. One that a symlink leads to has another path.
	if (from.kind === 'folder' && from.isWhole && mount.isReadOnly && mount.entries?.[0]?.from === there) {
		return there === '' ? from.path : `${from.path}/${there}`;
	}
	const source = mount.source ?? '.';
	const copy = {
		sources: [source],
		from: mount.files ?? {kind: 'context'},
		...(mount.entries === undefined ? {} : {entries: mount.entries}),
		inline: [],
		urls: [],
		destination: '/files',
		toFolder: false,
		link: false,
		parents: false,
		exclude: [],
		unpack: false,
	} as const;
	const layer = await keepLayer(
		work.host,
		own,
		copyLayer({copy, place, onto: mergedTree(work.host, []), from, fetched: []}, work),
	);
	if (layer === undefined) throw new TsboxError('E_BUILD', `${place}: ${quoted(source)} has no files to mount`);
	const {host, facts, toolbox, signal} = work;
	await unpackLayer({...layer, title: `${source} of ${place}`}, {host, facts, store: own, toolbox, signal});
	return `${own}/lower/${layer.diffId.slice('sha256:'.length, 'sha256:'.length + 16)}/fs/files`;
}

/** The folder of a cache, which builds share. It is made with the owner and mode of the first that asks for it. */
async function cacheOf(mount: RunMount, {host, facts, store}: LayerWork): Promise<string> {
	const id = mount.id ?? '';
	const key = createHash('sha256').update(id).digest('hex');
	const cache = mountFolder(store, key);
	host.mkdirs(cache, 0o700);
	noteMount(host, store, key, id);
	if (host.mkdir(`${cache}/files`, 0o755)) {
		host.chmod(`${cache}/files`, mount.mode ?? 0o755);
		await ownInside(host, facts, `${cache}/files`, {uid: mount.uid ?? 0, gid: mount.gid ?? 0});
	}
	return cache;
}

function secretText(
	{id = '', isRequired}: RunMount,
	place: string,
	{secrets}: RunGifts,
	{host}: LayerWork,
): string | undefined {
	const secret = Object.hasOwn(secrets, id) ? secrets[id] : undefined;
	if (secret === undefined) {
		if (isRequired) throw notGiven(place, 'secret', id, `--secret id=${id},src=FILE`);
		return undefined;
	}
	if ('text' in secret) return secret.text;
	const text = host.readText(secret.file);
	if (text !== undefined) return text;
	throw new TsboxError('E_BUILD', `${place}: the secret ${quoted(id)} has no file ${secret.file}`);
}

function notGiven(place: string, what: string, id: string, option: string): TsboxError {
	return new TsboxError('E_BUILD', `${place}: the ${what} ${quoted(id)} is required and not given`, {
		hint: `add \`${option}\``,
	});
}
