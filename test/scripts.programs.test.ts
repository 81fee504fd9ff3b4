import {readFileSync} from 'node:fs';
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
	expect([...places.keys()].filter(path => path.startsWith('src/') && !path.endsWith('.test.ts')).length).toBe(
		Object.keys(metafile.inputs).filter(path => path.startsWith('src/')).length,
	);
	for (const [script, modules] of shared) for (const path of modules) expect(places.get(path)).toBe(script);
});

test('a script that names what the program does not have is told', () => {
	expect(() => divideModules({})).toThrow('the program does not import src/cli/start.ts');
});

/** The modules that planning imports, now or on demand, but not those behind the host that it is given. */
function planning(): readonly string[] {
	const found = new Set<string>();
	const open = ['src/container/plan/kept-plan.ts'];
	for (let path = open.pop(); path !== undefined; path = open.pop()) {
		if (found.has(path) || path === 'src/host/programs/real-host.ts' || !path.startsWith('src/')) continue;
		found.add(path);
		open.push(
			...(metafile.inputs[path]?.imports ?? []).filter(({external}) => external !== true).map(each => each.path),
		);
	}
	return [...found];
}

test('planning asks the machine only through its host and its environment, which note what is asked', () => {
	const doors = /^node:(?:fs|fs\/promises|child_process|dns|http)$/;
	const around = planning().filter(path => metafile.inputs[path]?.imports.some(each => doors.test(each.path)));
	expect(around).toEqual([]);
	const texts = planning().map(path => [path, readFileSync(join(root, path), 'utf8')] as const);
	const taken = texts.flatMap(([, text]) =>
		[...text.matchAll(/import (.*) from 'node:(?:net|os)'/g)].map(([, what]) => what),
	);
	expect(new Set(taken)).toEqual(new Set(['{constants}', '{isIP}']));
	const asking = texts.filter(([, text]) =>
		/(?<![.\w])process\.(?:env|cwd|argv|stdin|stdout|umask|hrtime)\b/.test(text),
	);
	expect(asking.map(([path]) => path).sort()).toEqual([
		// What it gives is what is noted.
		'src/container/machine/open-machine.ts',
	]);
	// What is asked of it beside is in the key of a kept plan.
	const others = texts.flatMap(([, text]) => [...text.matchAll(/(?<![.\w])process\.(\w+)/g)].map(([, name]) => name));
	expect(new Set(others.filter(name => name !== undefined && name in process))).toEqual(
		new Set(['arch', 'cwd', 'env', 'getegid', 'geteuid', 'getgid', 'getgroups', 'getuid', 'pid']),
	);
});
