import {basename, dirname, join} from 'node:path';
import list from '../../../config/host-hidden.json' with {type: 'json'};
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {isWithin} from '../../plan/mounts/hide-rows.ts';
import type {HiddenPath, HostRootEntry, HostView} from '../../plan/input/input.ts';
import {hostMounts} from './bind-sources.ts';

/** The parts of a host that this module uses. */
type HostTree = Pick<Host, 'readText' | 'realpath' | 'stat' | 'list'>;

/** What decides, besides the list, how much of the host a container with `rootfs: host` sees. */
export interface HostViewRequest {
	readonly dirs: {readonly store: string; readonly state: string};
	/** Absolute paths from the spec's `show`. */
	readonly show: readonly string[];
	/** The root's folders when each gets its own overlay; empty when one overlay covers the root. */
	readonly hostRoot: readonly HostRootEntry[];
	/** The container's ids own no files on the host, so it reaches world-accessible files only. */
	readonly asNobody: boolean;
}

/**
 * Decides which paths to hide: those of config/host-hidden.json that exist and would be visible, and tsbox's own store and
 * state, except paths in `show`. The most specific path wins: showing /srv does not show a store below it.
 *
 * @throws TsboxError E_SPEC_INVALID for a path in `show` that has no effect.
 */
export function hostView(host: HostTree, request: HostViewRequest): HostView {
	const {show, asNobody} = request;
	const isOverlaid = overlaid(host, request);
	const all = found(host, request).filter(({path}) => isOverlaid(path) && !(asNobody && isClosed(host, path)));
	const hidden = all.filter(({path}) => !show.some(each => host.realpath(each) === path));
	const shown = show.flatMap(each => shownFolder(host, each, all, isOverlaid));
	return {
		hidden: hidden.filter(({path}) => nearest(path, hidden, shown) !== 'hidden'),
		shown: [...new Set(shown)].toSorted(),
	};
}

/** Whether the closest parent in the lists is hidden or shown. */
function nearest(
	path: string,
	hidden: readonly HiddenPath[],
	shown: readonly string[],
): 'hidden' | 'shown' | undefined {
	const above = [...hidden.map(each => each.path), ...shown].filter(each => each !== path && isWithin(path, each));
	const longest = above.toSorted((one, other) => other.length - one.length)[0];
	return longest === undefined ? undefined : shown.includes(longest) ? 'shown' : 'hidden';
}

/** All existing paths of the list with symlinks resolved, parents first. */
function found(host: HostTree, {dirs}: HostViewRequest): readonly HiddenPath[] {
	const own = 'other containers of tsbox: images, layers, volumes, records';
	const rows = [
		...list.writable.flatMap(({path, mode, why}) => [{path, mode: Number.parseInt(mode, 8), why}]),
		...list.closed.flatMap(({path, why}) => matches(host, path).map(each => ({path: each, why}))),
	];
	const byPath = new Map<string, HiddenPath>();
	// Both exist once the container does, even if its start creates them.
	for (const path of [dirs.store, dirs.state]) {
		const real = toBe(host, path);
		byPath.set(real, {path: real, kind: 'folder', why: own});
	}
	for (const {path, ...rest} of rows) {
		const real = unlessForbidden(() => host.realpath(path));
		const kind = real === undefined ? undefined : unlessForbidden(() => host.stat(real))?.kind;
		if (real === undefined || kind === undefined || byPath.has(real) || isKernels(real)) continue;
		byPath.set(real, {path: real, kind: kind === 'directory' ? 'folder' : 'file', ...rest});
	}
	return [...byPath.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** The future real path of a folder that may not exist yet. */
function toBe(host: HostTree, path: string): string {
	const real = path === '/' ? '/' : unlessForbidden(() => host.realpath(path));
	return real ?? join(toBe(host, dirname(path)), basename(path));
}

/** `/` and the folders that every container mounts anew. A link to one of them is not followed. */
function isKernels(path: string): boolean {
	return path === '/' || ['/proc', '/sys', '/dev'].some(folder => isWithin(path, folder));
}

/** Expands a `*` in the last component of a path. */
function matches(host: HostTree, path: string): readonly string[] {
	if (!path.includes('*')) return [path];
	const at = path.lastIndexOf('/');
	const folder = path.slice(0, at);
	const [head = '', tail = ''] = path.slice(at + 1).split('*');
	const names = unlessForbidden(() => (host.stat(folder)?.kind === 'directory' ? host.list(folder) : [])) ?? [];
	return names.filter(name => name.startsWith(head) && name.endsWith(tail)).map(name => `${folder}/${name}`);
}

/** Whether the container sees a path. An overlay does not show mounts below its lower folder. */
function overlaid(host: HostTree, {hostRoot}: HostViewRequest): (path: string) => boolean {
	if (hostRoot.length > 0) {
		const folders = hostRoot.filter(({kind}) => kind === 'folder').map(({name}) => `/${name}`);
		return path => folders.some(folder => isWithin(path, folder));
	}
	const targets = hostMounts(host)
		.map(({target}) => target)
		.filter(target => target !== '/');
	return path => !targets.some(target => target !== path && isWithin(path, target));
}

/** Whether a parent folder admits only its owner and group. */
function isClosed(host: HostTree, path: string): boolean {
	const parts = path.split('/').slice(1, -1);
	return parts.some((_, at) => ((host.stat(`/${parts.slice(0, at + 1).join('/')}`)?.mode ?? 0) & 0o001) === 0);
}

/** The folder to show below a hidden one. A hidden path itself gives none: it is simply not hidden. */
function shownFolder(
	host: HostTree,
	path: string,
	hidden: readonly HiddenPath[],
	isOverlaid: (path: string) => boolean,
): readonly string[] {
	const refuse = (why: string, hint: string): never => {
		throw new TsboxError('E_SPEC_INVALID', `\`rootfs.host.show\` cannot open ${path}`, {why, hint});
	};
	const bind = `mount it instead: \`volumes: ["${path}:${path}"]\``;
	const real = unlessForbidden(() => host.realpath(path));
	if (real === undefined) return refuse('it does not exist, or you may not read it', 'correct the path');
	const mount = hostMounts(host).find(({target}) => target !== '/' && isWithin(real, target));
	if (mount !== undefined || !isOverlaid(real))
		return refuse(`it is on another filesystem than /, which an overlay does not show`, bind);
	const isBelow = nearest(real, hidden, []) === 'hidden';
	if (!isBelow && hidden.some(each => each.path === real)) return [];
	if (!isBelow) return refuse('it is not hidden', 'remove it; `tsbox plan --explain` lists the hidden paths');
	return host.stat(real)?.kind === 'directory' ? [real] : refuse('only a folder can be shown below a hidden one', bind);
}
