import {isUtf8} from 'node:buffer';

/** The facts of one tree entry that a lock file stores. */
export interface EntryWords {
	readonly kind: 'file' | 'folder' | 'link' | 'character device' | 'block device' | 'fifo' | 'socket' | 'mount';
	/** Permission bits; 0 where they have no meaning. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Size of a file in bytes. */
	readonly size?: number;
	/** SHA-256 of a file, target of a symlink as Latin-1, or device number. */
	readonly content?: string;
}

/** An entry as one readable line: `file 644 0:0 12 9f86d081884c7d65`. */
export function entryWords({kind, mode, uid, gid, size, content}: EntryWords): string {
	const owner = `${uid}:${gid}`;
	switch (kind) {
		case 'file':
			return `file ${mode.toString(8)} ${owner} ${size ?? 0} ${(content ?? '').slice(0, 16)}`;
		case 'link':
			return `link ${owner} -> ${nameText(Buffer.from(content ?? '', 'latin1'))}`;
		case 'mount':
			return 'a filesystem of the kernel, not read';
		case 'character device':
		case 'block device':
			return `${kind} ${mode.toString(8)} ${owner} ${content ?? ''}`;
		case 'fifo':
		case 'folder':
		case 'socket':
			return `${kind} ${mode.toString(8)} ${owner}`;
	}
}

/** A path as text. A path that is not UTF-8 has its non-ASCII bytes as `\xNN`; the top is `.`. */
export function nameText(name: Buffer): string {
	if (name.length === 0) return '.';
	if (isUtf8(name)) return name.toString();
	return [...name]
		.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`))
		.join('');
}
