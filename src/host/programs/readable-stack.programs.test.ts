import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {transform} from 'esbuild';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {readableStack} from './readable-stack.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox (stack) '));
});
afterEach(() => rmSync(folder, {recursive: true}));

const source = `interface Unused {
	readonly gone: string;
}
function thrower(): never {
	throw new Error('at /somewhere/else.js:1:1');
}
export function caller(): never {
	return thrower();
}`;

/** Bundles the source into a folder whose path and URL differ, and returns the path and the map. */
async function bundle() {
	const {code, map} = await transform(source, {
		loader: 'ts',
		minify: true,
		sourcemap: true,
		sourcefile: '../src/thrower.ts',
	});
	const path = join(folder, 'bundle.js');
	writeFileSync(path, code);
	return {path, code, map};
}

const placeIn = (code: string, text: string): string => `1:${code.indexOf(text) + 1}`;

test('rewrites frames with a map to sources and original function names', async () => {
	const {path, code, map} = await bundle();
	writeFileSync(`${path}.map`, map);
	const name = /function (\w)\(/.exec(code)?.[1] ?? '';
	const [throws, calls] = [placeIn(code, 'new Error'), placeIn(code, `${name}()}\n`)];
	const stack = `Error: at ${path}:1:1
    at ${name} (${path}:${throws})
    at async ${pathToFileURL(path).href}:${calls}
    at node:internal/main:1:2`;
	expect(readableStack(stack)).toBe(`Error: at ${path}:1:1
    at thrower (src/thrower.ts:5:8)
    at async src/thrower.ts:8:9
    at node:internal/main:1:2`);
});

test('keeps frames without a map or with an unreadable one', async () => {
	const {path} = await bundle();
	const stack = `Error: x\n    at n (${path}:1:20)`;
	expect(readableStack(stack)).toBe(stack);
	writeFileSync(`${path}.map`, '{');
	expect(readableStack(stack)).toBe(stack);
	expect(readableStack('')).toBe('');
});
