import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../model/project.ts';
import {loadProject} from '../project/load.ts';

const load = (watch: string, more = ''): Project =>
	loadProject({
		file: 'shop.yaml',
		cwd: '/h',
		env: {HOME: '/home/ada'},
		readText: path =>
			path === '/h/shop.yaml'
				? `services:\n  web:\n    ${more || 'rootfs: host'}\n    develop: {watch: [${watch}]}\n`
				: undefined,
		kindOf: () => 'directory',
	});
const complaint = (watch: string): string => {
	try {
		load(watch);
		return 'none';
	} catch (error) {
		return isTsboxError(error) ? `${error.message}: ${error.hint ?? ''}` : String(error);
	}
};

test('rules are read as in the Compose Specification', () => {
	expect(
		load(
			'{path: ./src, action: sync, target: /app, ignore: [a/, "*.b"], include: "*.c", initial_sync: true}, {path: ~/x, action: sync+exec, target: /x, exec: {command: a b, user: 5}}, {path: ., action: rebuild, target: /y}, {path: /etc/z, action: restart}',
			'build: .',
		).watched,
	).toEqual({
		web: [
			{action: 'sync', path: '/h/src', target: '/app', ignore: ['a/', '*.b'], include: ['*.c'], initialSync: true},
			{
				action: 'sync+exec',
				path: '/home/ada/x',
				target: '/x',
				ignore: [],
				include: [],
				initialSync: false,
				exec: {command: ['a', 'b'], user: '5', environment: []},
			},
			{action: 'rebuild', path: '/h', ignore: [], include: [], initialSync: false},
			{action: 'restart', path: '/etc/z', ignore: [], include: [], initialSync: false},
		],
	});
});

test('the containers are the same whatever is watched', () => {
	const services = ({services: all}: Project) => all;
	expect(services(load(''))).toEqual(services(load('{path: a, action: restart}')));
});

test.each([
	['{path: a, action: sync}', 'shop.yaml:4:23: `develop.watch.0` has `action: sync` and no `target`: write where'],
	['{path: a, action: sync+exec, target: /a}', 'no `exec`'],
	['{path: a, action: sync, target: /a, exec: {command: x}}', 'which `action: sync` does not run'],
	['{path: a, action: sync, target: a}', 'absolute'],
	['{path: a, action: copy}', 'must be one of `sync`, `rebuild`'],
	['{action: restart}', 'path'],
])('%s is refused', (watch, message) => {
	expect(complaint(watch)).toContain(message);
});
