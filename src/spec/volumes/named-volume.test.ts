import {expect, test} from 'vitest';
import {loadProject} from '../project/load.ts';
import type {Project} from '../model/project.ts';
import type {SpecOptions} from '../keys/request.ts';

const load = (mounts: string, volumes: string, options?: SpecOptions, head = 'name: shop\n'): Project =>
	loadProject({
		file: 'a.yaml',
		cwd: '/h',
		env: {},
		readText: path =>
			path === '/h/a.yaml'
				? `${head}services:\n  web:\n    rootfs: host\n    volumes: ${mounts}\nvolumes: ${volumes}\n`
				: undefined,
		kindOf: () => 'file',
		...(options === undefined ? {} : {options}),
	});
const data = {key: 'data', name: 'shop_data', project: 'shop', labels: {}};

test.each([
	['data:/d', {}],
	['data:/d:rw', {}],
	['data:/d:ro', {readOnly: true}],
	['data:/d:ro,nocopy', {readOnly: true, nocopy: true}],
	['{type: volume, source: data, target: /d/}', {}],
	['{type: volume, source: data, target: /d, read_only: true, volume: {nocopy: true}}', {readOnly: true, nocopy: true}],
])('%s', (mount, more) => {
	const {services} = load(`[${mount.startsWith('{') ? mount : `"${mount}"`}]`, '{data: }');
	expect(services[0]?.volumes).toEqual([
		{type: 'volume', volume: data, target: '/d', readOnly: false, nocopy: false, ...more},
	]);
});

test("a volume's name comes from its project and key, from `name`, or if external from its key alone", () => {
	const {volumes} = load(
		'[]',
		'{data: , a: {name: all}, theirs: {external: true}, b: {external: "true", name: other}, l: {labels: [x=1, y]}, d: {driver: local, driver_opts: {}}}',
	);
	expect(volumes).toEqual([
		data,
		{key: 'a', name: 'all', project: 'shop', labels: {}},
		{key: 'theirs', name: 'theirs', project: null, labels: {}},
		{key: 'b', name: 'other', project: null, labels: {}},
		{key: 'l', name: 'shop_l', project: 'shop', labels: {x: '1', y: ''}},
		{key: 'd', name: 'shop_d', project: 'shop', labels: {}},
	]);
	expect(load('[]', '').volumes).toBeUndefined();
	expect(load('[]', '{data: }', undefined, '').volumes).toMatchObject([{name: 'a_data', project: 'a'}]);
});

test('--name does not rename volumes, and --volume can mount a named volume', () => {
	const project = load('["data:/d"]', '{data: , logs: }', {name: 'other', volumes: ['logs:/l:ro']});
	expect(project.name).toBe('other');
	expect(project.services[0]?.volumes).toMatchObject([
		{volume: {name: 'shop_data', project: 'shop'}},
		{volume: {name: 'shop_logs'}, target: '/l', readOnly: true},
	]);
	expect(() => load('[]', '{data: }', {volumes: ['dat:/l']})).toThrow(
		'--volume: it is `dat`, a named volume that is not declared',
	);
});
