import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';

/*
 * Compose files of others, in a folder of this machine, and what each is meant to be read with: an overlay with its base, a missing `.env`
 * with the sample that lies beside it.
 */

/** A Compose file of another project. */
export interface OthersFile {
	/** `FOLDER/PATH` as the manifest has it. */
	readonly shown: string;
	/** `app`, `example`, `snippet`, `spec`, or `fixture` for one that is wrong on purpose in places. */
	readonly kind: string;
	readonly path: string;
	/** The folder of its repository. */
	readonly root: string;
}

/** The files of a folder with a manifest.tsv, whose lines are `FOLDER<tab>PATH<tab>COMMIT<tab>KIND`. */
export function filesOfOthers(folder: string): readonly OthersFile[] {
	return readFileSync(join(folder, 'manifest.tsv'), 'utf8')
		.trim()
		.split('\n')
		.slice(1)
		.map(line => line.split('\t'))
		.filter(([, path = '']) => isYaml(path))
		.map(([of = '', path = '', , kind = '']) => ({
			shown: `${of}/${path}`,
			kind,
			path: join(folder, of, path),
			root: join(folder, of),
		}));
}

function isYaml(name: string): boolean {
	return /\.ya?ml$/.test(name);
}

const usual = /^(?:docker-)?compose\.ya?ml$/;

/**
 * The files that an overlay can be meant for, the likeliest first: those beside it and in the folders above, of each folder those with a
 * usual name, then those with whose name its own begins.
 */
export function basesOf({path, root}: OthersFile): readonly string[] {
	const found: string[] = [];
	for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
		const names = readdirSync(folder).filter(name => isYaml(name) && join(folder, name) !== path);
		const near = names.filter(name => basename(path).startsWith(name.replace(/\.ya?ml$/, '')));
		found.push(...[...names.filter(name => usual.test(name)), ...near, ...names].map(name => join(folder, name)));
	}
	return [...new Set(found)];
}

/** The text of a file, or of a sample beside it: `.env.example`, `env.sample`, `example.env` and the like. */
export function readOrSample(path: string): {readonly text: string; readonly isSample: boolean} | undefined {
	if (kindOf(path) === 'file') return {text: readFileSync(path, 'utf8'), isSample: false};
	const folder = dirname(path);
	if (!existsSync(folder)) return undefined;
	const wanted = ['example', 'sample', 'dist', 'template', 'default'].map(word => words(`${basename(path)}.${word}`));
	const sample = readdirSync(folder).find(name => wanted.includes(words(name)));
	return sample === undefined ? undefined : {text: readFileSync(join(folder, sample), 'utf8'), isSample: true};
}

function words(name: string): string {
	return name
		.split(/[._-]/)
		.filter(word => word !== '')
		.toSorted()
		.join(' ');
}

/** What a path is; undefined for nothing. */
export function kindOf(path: string): 'file' | 'directory' | 'other' | undefined {
	const found = statSync(path, {throwIfNoEntry: false});
	return found === undefined ? undefined : found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
}
