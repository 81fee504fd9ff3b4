import {createHash} from 'node:crypto';
import type {SourceTree, TreeEntry} from '../../src/build/context/source-tree.ts';

/** A file: its text, or its text with a mode, or a symlink. */
export type SampleFile = string | {readonly text: string; readonly mode: number} | {readonly link: string};

/** A tree of files that are only in memory; folders are there because files are in them, or by a path that ends in a slash. */
export function sampleTree(files: Readonly<Record<string, SampleFile>>): SourceTree {
	const entries = new Map<string, TreeEntry & {readonly text?: string}>([['', {kind: 'directory', mode: 0o755}]]);
	for (const [path, file] of Object.entries(files)) {
		const parts = path.split('/');
		for (let count = 1; count < parts.length; count += 1) {
			entries.set(parts.slice(0, count).join('/'), {kind: 'directory', mode: 0o755});
		}
		if (path.endsWith('/')) continue;
		if (typeof file === 'string') entries.set(path, {kind: 'file', mode: 0o644, text: file});
		else if ('link' in file) entries.set(path, {kind: 'symlink', mode: 0o777, target: file.link});
		else entries.set(path, {kind: 'file', ...file});
	}
	return {
		entry: path => {
			const {text: _, ...entry} = entries.get(path) ?? {};
			return 'kind' in entry ? (entry as TreeEntry) : undefined;
		},
		list: path => {
			const prefix = path === '' ? '' : `${path}/`;
			const names = [...entries.keys()]
				.filter(each => each !== '' && each.startsWith(prefix))
				.map(each => each.slice(prefix.length));
			return names.filter(name => name !== '' && !name.includes('/')).sort();
		},
		digest: async path =>
			createHash('sha256')
				.update(entries.get(path)?.text ?? '')
				.digest('hex'),
	};
}
