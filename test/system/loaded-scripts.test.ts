import {readFileSync, rmSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* Which scripts of dist a verb loads (scripts.mjs): what is not needed takes longer to load than a container to start. */

const loader = resolve(import.meta.dirname, '../../bin/load-program.cjs');

let at: TestBox;
let hook: string;
let log: string;
beforeAll(async () => {
	at = await testBox();
	log = join(at.folder, 'loaded');
	hook = at.file(
		'hook.cjs',
		`const fs = require('node:fs');
const program = require(${JSON.stringify(loader)});
const {loadScript} = program;
program.loadScript = (dist, name) => {
	fs.appendFileSync(${JSON.stringify(log)}, name + '\\n');
	return loadScript(dist, name);
};
`,
	);
	await at.tsbox(['up', '-d', at.spec('command: [sleep, "600"]\n')]);
});
afterAll(async () => at[Symbol.asyncDispose]());

async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
	rmSync(log, {force: true});
	const {status, err} = await at.tsbox(args, {env: {NODE_OPTIONS: `--require=${hook}`}});
	expect({status, err}).toMatchObject({status: 0});
	return [...new Set(readFileSync(log, 'utf8').trimEnd().split('\n'))].sort();
}

test.each([
	['--version', ['cli']],
	['ps', ['cli']],
	['ps --json', ['cli']],
	['exec NAME true', ['cli', 'exec']],
])('tsbox %s', async (line, scripts) => {
	expect(await loadedBy(line.replace('NAME', at.name).split(' '))).toEqual(scripts);
});

test.each(['logs NAME', 'stop NAME', 'restart NAME', 'start NAME', 'pause NAME', 'unpause NAME', 'inspect NAME', 'gc'])(
	'tsbox %s reads no spec: neither the schema nor a parser is loaded',
	async line => {
		const scripts = await loadedBy(line.replace('NAME', at.name).split(' '));
		expect(scripts).toContain('cli');
		expect(scripts).not.toContain('spec');
	},
);

test('it goes down without the schema too, and nothing is left', async () => {
	expect(await loadedBy(['down', at.name])).not.toContain('spec');
	expect(at.leftovers()).toEqual([]);
});
