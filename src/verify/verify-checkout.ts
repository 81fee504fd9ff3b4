import {createHash} from 'node:crypto';
import type {Machine} from '../container/machine/machine.ts';
import {dirname} from 'node:path';
import type {Project, Service} from '../spec/model/project.ts';
import {copyTree, treeSize} from '../host/files/copy-tree.ts';
import {changedOwner, type OwnerChange, ownersTo} from './owner-change.ts';
import type {Variation} from './variation.ts';

/** A copy of a source of the checkout. */
export interface Copy {
	readonly path: string;
	readonly owners?: OwnerChange;
}

/**
 * The bind mount sources to copy: those in the folder of the spec, which is the checkout. Symlinks are resolved first, so that
 * a link to another place does not cause a large copy. A folder that the start would create counts too: it is created in
 * the copy and not in the checkout.
 */
export function checkoutSources({host}: Machine, {file}: Project, service: Service): readonly string[] {
	const top = host.realpath(dirname(file)) ?? dirname(file);
	const isBelow = (path: string, folder: string): boolean =>
		path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
	const sources = service.volumes.flatMap(volume => {
		if (volume.type !== 'bind') return [];
		const real = host.realpath(volume.source);
		if (real === undefined)
			return volume.createHostPath && isBelow(volume.source, dirname(file)) ? [volume.source] : [];
		const kind = host.lstat(real)?.kind;
		return (kind === 'directory' || kind === 'file') && isBelow(real, top) ? [volume.source] : [];
	});
	return [...new Set(sources)];
}

/** Bytes of one copy of the sources. */
export function checkoutSize({host}: Machine, sources: readonly string[]): number {
	return sources.reduce((sum, source) => {
		const real = host.realpath(source);
		return sum + (real === undefined ? 0 : treeSize(real));
	}, 0);
}

/**
 * Copies the checkout for a run and returns the copy of each source. If the variation has other ids, files of the source's
 * owner get these ids, as in the checkout of another user. Files of other owners keep theirs.
 */
export function copyCheckout(
	{host}: Machine,
	sources: readonly string[],
	{order, checkout, ids}: Variation,
	place: string,
): ReadonlyMap<string, Copy> {
	const found = new Map<string, Copy>();
	for (const source of sources) {
		const path = `${place}/${checkout}/${found.size}`;
		const real = host.realpath(source);
		if (real === undefined) {
			host.mkdirs(path, 0o755);
			found.set(source, {path});
			continue;
		}
		const owners = ownersTo(real, ids);
		host.mkdirs(dirname(path), 0o755);
		copyTree(
			real,
			path,
			names => inOrder(names, order),
			ids => changedOwner(ids, owners),
		);
		found.set(source, owners === undefined ? {path} : {path, owners});
	}
	return found;
}

/**
 * Names in the order of creation. Where a filesystem lists names in that order (tmpfs, btrfs, xfs), a program that does not sort them
 * sees another order.
 */
function inOrder(names: readonly string[], order: Variation['order']): readonly string[] {
	const sorted = names.toSorted();
	if (order === 'sorted') return sorted;
	if (order === 'reversed') return sorted.toReversed();
	const mixed = (name: string): string => createHash('sha256').update(name).digest('hex');
	return sorted.toSorted((one, other) => (mixed(one) < mixed(other) ? -1 : 1));
}
