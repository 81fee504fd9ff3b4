import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {allCommands} from '../commands.ts';
import {commandTrees} from '../verb/command-trees.ts';
import {manPages} from './man-pages.ts';

const commands = await allCommands();

const schema = JSON.parse(
	readFileSync(new URL('../../../config/schema/tsbox.schema.json', import.meta.url), 'utf8'),
) as Parameters<typeof manPages>[0];
const pages = await manPages(schema, '1.2.3');

/** Renders a page. A groff warning fails the test. */
function read(page: string): string {
	const text = execFileSync('groff', ['-man', '-Tutf8', '-ww', '-P-cbou', '-rLL=100n'], {
		input: page,
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	return text.toString();
}

test('tsbox, each verb, and the spec have a page', async () => {
	const names = (await commandTrees(commands)).flatMap(({name, nested}) => [name, ...nested.map(each => each.name)]);
	const wanted = names.map(name => `tsbox-${name.replace(' ', '-')}.1`);
	expect(wanted).toContain('tsbox-compose-up.1');
	expect(Object.keys(pages)).toEqual(['tsbox.1', ...wanted, 'tsbox.yaml.5']);
});

test('groff reports no warnings', () => {
	const all = Object.values(pages).join('');
	const {length} = execFileSync('sh', ['-c', 'groff -man -Tutf8 -ww -z 2>&1'], {input: all});
	expect(length).toBe(0);
});

test('a page has the text of the help', () => {
	expect(read(pages['tsbox-pause.1'] ?? '')).toMatchInlineSnapshot(`
		"TSBOX-PAUSE(1)                                  tsbox                                 TSBOX-PAUSE(1)



		NAME
		       tsbox-pause - Freeze all processes of containers

		SYNOPSIS
		       tsbox pause [OPTIONS] NAME...

		ARGUMENTS
		       NAME   Containers

		EXAMPLES
		       tsbox pause demo
		              one container

		       tsbox pause web worker
		              several

		SEE ALSO
		       tsbox(1), for global options and exit statuses; tsbox.yaml(5)



		tsbox 1.2.3                                                                           TSBOX-PAUSE(1)
		"
	`);
});

test('the page of the spec lists nested keys', () => {
	const text = read(pages['tsbox.yaml.5'] ?? '');
	for (const key of ['rootfs', 'mem_limit', 'healthcheck', 'start_period', 'services', 'propagation'])
		expect(text).toMatch(new RegExp(`^ +${key}\\b`, 'm'));
});

test('the page of tsbox lists the exit statuses', () => {
	expect(read(pages['tsbox.1'] ?? '')).toMatch(/127, E_COMMAND_NOT_FOUND/);
});
