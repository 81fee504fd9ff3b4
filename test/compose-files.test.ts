import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {isTsboxError} from '../src/errors/tsbox-error.ts';
import {loadProject} from '../src/spec/project/load.ts';

/*
 * Compose files of others, in a folder of this machine: each one loads, or an error says why not. COMPOSE_FILES_DIR names the folder; a line of its
 * manifest.tsv is `FOLDER<tab>PATH<tab>COMMIT<tab>KIND`. Files of the kind `fixture` are wrong on purpose.
 */

const folder = process.env['COMPOSE_FILES_DIR'] ?? '';
const isThere = folder !== '' && existsSync(join(folder, 'manifest.tsv'));

function files(): readonly string[] {
	return readFileSync(join(folder, 'manifest.tsv'), 'utf8')
		.trim()
		.split('\n')
		.slice(1)
		.map(line => line.split('\t'))
		.filter(([, path = '', , kind]) => /\.ya?ml$/.test(path) && kind !== 'fixture')
		.map(([of = '', path = '']) => join(folder, of, path));
}

function kindOf(path: string): 'file' | 'directory' | 'other' | undefined {
	const found = statSync(path, {throwIfNoEntry: false});
	return found === undefined ? undefined : found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
}

/** The messages of an error without places and without what is quoted. */
function reasons(text: string): readonly string[] {
	const found = [...text.matchAll(/^\S[^\n]*?:\d+:\d+: (.*)$/gm)].map(([, message = '']) => message);
	return [...new Set(found.length === 0 ? [text] : found)].map(message =>
		message
			.replace(/ \(and .*\)$/, '')
			.replaceAll(/`[^`]*`/g, '…')
			.slice(0, 100),
	);
}

test.skipIf(!isThere)('Compose files of others load, or fail for a reason (skipped without COMPOSE_FILES_DIR)', () => {
	const counts = new Map<string, number>();
	const bugs: string[] = [];
	let works = 0;
	const all = files();
	for (const file of all) {
		try {
			loadProject({
				file,
				cwd: dirname(file),
				env: {HOME: '/root', PATH: '/bin'},
				readText: path => (kindOf(path) === 'file' ? readFileSync(path, 'utf8') : undefined),
				kindOf,
			});
			works += 1;
		} catch (error) {
			if (!isTsboxError(error)) bugs.push(`${file}: ${String(error)}`);
			else
				for (const reason of reasons(`${error.message}\n${error.output ?? ''}`))
					counts.set(reason, (counts.get(reason) ?? 0) + 1);
		}
	}
	const table = [...counts]
		.toSorted(([, a], [, b]) => b - a)
		.map(([reason, count]) => `${String(count).padStart(5)}  ${reason}`);
	process.stdout.write(`${works} of ${all.length} Compose files load alone\n${table.slice(0, 40).join('\n')}\n`);
	expect(bugs).toEqual([]);
	// A file that is merged onto another one cannot load alone.
	expect(works / all.length).toBeGreaterThan(0.6);
});
