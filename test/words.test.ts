import {readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {expect, test} from 'vitest';

const project = resolve(import.meta.dirname, '..');

/** Words that tell of the place where a file was made; each is split, or this file would be its own offender. */
const unwelcome = [
	['a path of one machine', new RegExp(`/${'work'}/(?:main|shared)\\b|/${'home'}/[a-z]+/(?:src|git)/`)],
	['a session', new RegExp(`\\b(?:${['Cl', 'aude|Anth', 'ropic|Chat', 'GPT|co-', 'authored-by'].join('')})\\b`, 'i')],
	['a registry', new RegExp(`\\b(?:registry\\.${'npmjs'}\\.org|${'artifact'}ory)\\b`)],
] as const;

/** The lock file names the registry by its nature. */
const exempt = new Set(['package-lock.json']);

test('no file of the project tells where or how it was written', () => {
	const files = filesBelow('');
	expect(files).toContain('package.json');
	const offences = files
		.filter(file => !exempt.has(file))
		.flatMap(file => offencesOf(file, readFileSync(join(project, file), 'utf8')));
	expect(offences).toEqual([]);
});

test('an offender is named with its line', () => {
	expect(offencesOf('a.ts', `one\nsee /${'work'}/main/src`)).toEqual(['a.ts:2: a path of one machine']);
});

function offencesOf(file: string, text: string): readonly string[] {
	return text
		.split('\n')
		.flatMap((line, index) =>
			unwelcome.filter(([, word]) => word.test(line)).map(([what]) => `${file}:${index + 1}: ${what}`),
		);
}

/** What is built, fetched or measured: .gitignore. */
const ignored = /^(\.git|node_modules|dist(\..*)?|\.cache|\.report|api|.*\.tsbuildinfo)$/;

function filesBelow(folder: string): readonly string[] {
	return readdirSync(join(project, folder), {withFileTypes: true})
		.filter(({name}) => !ignored.test(name))
		.flatMap(each => {
			const path = join(folder, each.name);
			return each.isDirectory() ? filesBelow(path) : each.isFile() ? [path] : [];
		});
}
