import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {TsboxError} from '../../errors/tsbox-error.ts';
import {loadConfig} from './config.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'tsbox-dash-config-'))));
afterEach(() => rmSync(dir, {recursive: true}));

async function read(text: string) {
	const file = join(dir, 'tsbox.config.yaml');
	writeFileSync(file, text);
	return (await loadConfig({cwd: dir, file, folders: [], further: [], readText: path => readFileSync(path, 'utf8')}))
		.dash;
}

test('without the key there is no dashboard configuration', async () => {
	expect(await read('best_effort: true\n')).toBeUndefined();
	expect(await read('dash: {}\n')).toEqual({});
});

test('all settings are read, and a single key becomes a list', async () => {
	const text = `dash:
  theme: light
  ascii: true
  mouse: false
  columns: [name, cpu, command]
  keys:
    stop: x
    start: [X, ctrl-s, f12, space, /, '[', shift-up, alt-ctrl-x, pageup]
    prune: []
`;
	expect(await read(text)).toEqual({
		theme: 'light',
		ascii: true,
		mouse: false,
		columns: ['name', 'cpu', 'command'],
		keys: {
			stop: ['x'],
			start: ['X', 'ctrl-s', 'f12', 'space', '/', '[', 'shift-up', 'alt-ctrl-x', 'pageup'],
			prune: [],
		},
	});
});

test.each([
	['dash: 3', '1:7: `dash` must be a map'],
	['dash: {them: dark}', '1:8: unknown key `them` in `dash`'],
	['dash: {theme: blue}', '1:15: `dash.theme` must be one of `dark`, `light`, `none`, not `blue`'],
	['dash: {ascii: 3}', '1:15: `dash.ascii` must be `true` or `false`'],
	['dash: {mouse: often}', '1:15: `dash.mouse` must be `true` or `false`, not `often`'],
	['dash: {columns: name}', '1:17: `dash.columns` must be a list'],
	[
		'dash: {columns: [name, cpus]}',
		'1:24: `dash.columns.1` must be one of `name`, `state`, `health`, `restarts`, `cpu`, `memory`, `pids`, `net`, `block`, `uptime`, `ports`, `image`, `command`, not `cpus`',
	],
	['dash: {columns: [cpu]}', '1:17: `dash.columns` must have `name` among them'],
	['dash: {columns: [name, cpu, name]}', '1:17: `dash.columns` must have each column once, and has `name` twice'],
	['dash: {keys: [x]}', '1:14: `dash.keys` must be a map'],
	['dash: {keys: {stop: xy}}', '1:21: `dash.keys.stop` must be a key, not `xy`'],
	['dash: {keys: {stop: [s, strg-x]}}', '1:25: `dash.keys.stop.1` must be a key, not `strg-x`'],
	['dash: {keys: {stop: {}}}', '1:21: `dash.keys.stop` must be a key or a list of keys'],
	['dash: {keys: {stop: F5}}', '1:21: `dash.keys.stop` must be a key, not `F5`'],
])('%s is refused with its place', async (text, message) => {
	const error = (await read(`${text}\n`).then(
		() => undefined,
		(reason: unknown) => reason,
	)) as TsboxError;
	expect(error.code).toBe('E_CONFIG');
	expect(error.message.replace(/^.*tsbox\.config\.yaml:/, '')).toBe(message);
});
