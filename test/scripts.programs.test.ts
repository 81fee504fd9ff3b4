import {join, resolve} from 'node:path';
import {build} from 'esbuild';
import {expect, test} from 'vitest';
import {divideModules} from '../scripts.mjs';

const root = resolve(import.meta.dirname, '..');

const {metafile} = await build({
	absWorkingDir: root,
	entryPoints: ['src/cli/start.ts'],
	bundle: true,
	platform: 'node',
	format: 'esm',
	alias: {yaml: join(root, 'node_modules/yaml/browser/dist/index.js')},
	outdir: 'nowhere',
	write: false,
	metafile: true,
	logLevel: 'error',
});
const {scripts, places, shared} = divideModules(metafile.inputs);

/** The scripts with a module whose path matches. */
const scriptsWith = (pattern: RegExp) => [
	...new Set([...places].flatMap(([path, script]) => (pattern.test(path) ? [script] : []))),
];

test('only the script that reads specs has their schema, and the packages that it takes', () => {
	expect(scriptsWith(/^node_modules\/(zod|yaml)\//)).toEqual(['spec']);
	expect(scriptsWith(/^src\/spec\/keys\/.*schema/)).toEqual(['spec']);
});

test('each module is in one script, and what another script imports is offered', () => {
	expect(scripts).toContain('cli');
	expect([...places.keys()].filter(path => path.startsWith('src/') && !path.includes('test')).length).toBe(
		Object.keys(metafile.inputs).filter(path => path.startsWith('src/')).length,
	);
	for (const [script, modules] of shared) for (const path of modules) expect(places.get(path)).toBe(script);
});

test('a script that names what the program does not have is told', () => {
	expect(() => divideModules({})).toThrow('the program does not import src/cli/start.ts');
});
