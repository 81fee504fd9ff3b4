import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';

const project = join(import.meta.dirname, '..');
const contributing = readFileSync(join(project, 'CONTRIBUTING.md'), 'utf8');
const sources = readdirSync(join(project, 'src'), {recursive: true, encoding: 'utf8'})
	.filter(file => /(?<!\.test)\.tsx?$/.test(file))
	.map(file => `src/${file}`)
	.concat('docs/commands.md')
	.map(file => ({file, text: readFileSync(join(project, file), 'utf8')}));

/** Tasks of CONTRIBUTING.md, and what the code of the example has. */
const examples = [
	['add a key to the spec, as `group_add`', /\bgroup_add\b|\bgroupAdd\b/],
	['add a kind of action on the host, as `plainFolders`', /\bplainFolders\b|\bPlainFoldersAction\b/],
	['add a kind of action inside, as `useNumbers`', /\buseNumbers\b|\bUseNumbersAction\b/],
	['add a kind of check, as `personality`', /(?:kind:|case) 'personality'/],
	[
		'add a verb, as `port`',
		/commands\/port\.ts'|observe\/ports\.ts'|export const port = defineCommand|export async function ports\b|`tsbox port |^\tport: \[/m,
	],
] as const;

test.each(examples)('the row of CONTRIBUTING.md names all files of an example: %s', (task, pattern) => {
	const row = contributing.split('\n').find(line => line.startsWith(`| ${task} | `)) ?? '';
	const named = [...row.matchAll(/`((?:src|docs)\/[^`]*)`/g)].map(([, file = '']) => file);
	const found = sources.filter(({text}) => pattern.test(text)).map(({file}) => file);
	expect(named.toSorted()).toEqual(found.toSorted());
});
