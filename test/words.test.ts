import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
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
	const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
		cwd: project,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	}).split('\0');
	expect(files).toContain('package.json');
	const offences = files
		.filter(file => file !== '' && !exempt.has(file))
		.flatMap(file => offencesOf(file, read(join(project, file))));
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

/** A file that was deleted but not yet committed is no offender. */
function read(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
