import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';

/** Disk use of a tree in blocks of 4096 bytes, without what the caller may not read. A file with several names counts once. */
export function readableUse(host: Host, path: string): {bytes: number; unread: boolean} {
	const seen = new Set<string>();
	let unread = false;
	const walk = (at: string): number => {
		try {
			const facts = host.lstat(at);
			const key = `${facts?.dev} ${facts?.ino}`;
			if (facts === undefined || seen.has(key)) return 0;
			if ((facts.links ?? 1) > 1 || facts.kind === 'directory') seen.add(key);
			const own = Math.ceil(facts.size / 4096) * 4096;
			if (facts.kind !== 'directory') return own;
			return host.list(at).reduce((all, name) => all + walk(`${at}/${name}`), own);
		} catch (error) {
			if (errnoOf(error) === undefined) throw error;
			unread = true;
			return 0;
		}
	};
	return {bytes: walk(path), unread};
}
