import type {Host} from '../../host/host.ts';

/** Disk use of a tree in blocks of 4096 bytes, and its entries. Counts every hard link, and holes as data. */
export function treeUse(host: Host, path: string): {bytes: number; entries: number} {
	const facts = host.lstat(path);
	let bytes = Math.ceil((facts?.size ?? 0) / 4096) * 4096;
	let entries = 1;
	for (const name of facts?.kind === 'directory' ? host.list(path) : []) {
		const below = treeUse(host, `${path}/${name}`);
		bytes += below.bytes;
		entries += below.entries;
	}
	return {bytes, entries};
}
