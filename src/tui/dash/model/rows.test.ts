import {describe, expect, test} from 'vitest';
import {dashColumns} from '../../../spec/config/dash-words.ts';
import {factsOf, listView} from './model.ts';
import {type ListView, type Row, rowsOf} from './rows.ts';
import {
	sampleContainer,
	sampleContainers,
	sampleModel,
	sampleProject,
	sampleUse,
} from '../../../../test/support/sample-dash.ts';

const facts = factsOf(sampleModel());
const view = listView(sampleModel());

function keysOf(rows: readonly Row[]): readonly string[] {
	return rows.map(({key}) => key);
}

const shown = (change: Partial<ListView> = {}): readonly string[] => keysOf(rowsOf(facts, {...view, ...change}));

test('a project has its containers, then its missing services, and containers without a project come last', () => {
	expect(shown()).toEqual(['p:shop', 'c:shop-db', 'c:shop-job', 'c:shop-mail', 'c:shop-web', 's:shop/cache', 'c:demo']);
});

test('without groups, all containers are one list, followed by missing services', () => {
	expect(shown({grouped: false})).toEqual([
		'c:demo',
		'c:shop-db',
		'c:shop-job',
		'c:shop-mail',
		'c:shop-web',
		's:shop/cache',
	]);
});

test('a folded project shows only its header, which still knows its containers', () => {
	const rows = rowsOf(facts, {...view, folded: ['shop', 'gone']});
	expect(keysOf(rows)).toEqual(['p:shop', 'c:demo']);
	expect(rows[0]).toMatchObject({containers: {length: 4}});
});

test('failed containers are visible even if ended ones are hidden', () => {
	expect(shown({ended: false})).toEqual(['p:shop', 'c:shop-db', 'c:shop-mail', 'c:shop-web', 's:shop/cache', 'c:demo']);
});

describe('each column sorts in both directions', () => {
	const one = sampleContainer('box-2', {
		state: 'paused',
		health: 'healthy',
		restarts: 1,
		image: 'a.tar',
		command: ['b'],
		started: 1000,
	});
	const two = sampleContainer('box-10', {
		state: 'running',
		health: 'unhealthy',
		restarts: 10,
		image: 'b.tar',
		command: ['c'],
		started: 500,
	});
	const both = {
		containers: [two, one],
		projects: [],
		samples: new Map([
			['box-2', sampleUse({cpuPercent: 2, memoryUsed: 2, pids: 2, rxRate: 1, readRate: 1})],
			['box-10', sampleUse({cpuPercent: 10, memoryUsed: 10, pids: 10, txRate: 2, writeRate: 2})],
		]),
		ports: new Map([
			['box-2', '80/tcp'],
			['box-10', '443/tcp'],
		]),
	};
	test.each(dashColumns)('%s', column => {
		const rows = (descending: boolean) => keysOf(rowsOf(both, {...view, sort: {column, descending}}));
		expect(rows(false)).toEqual(['c:box-2', 'c:box-10']);
		expect(rows(true)).toEqual(['c:box-10', 'c:box-2']);
	});
});

test('equal values sort by name in natural order, in both directions', () => {
	const containers = ['b10', 'b9', 'a'].map(name => sampleContainer(name));
	for (const descending of [false, true])
		expect(keysOf(rowsOf({...facts, projects: [], containers}, {...view, sort: {column: 'cpu', descending}}))).toEqual([
			'c:a',
			'c:b9',
			'c:b10',
		]);
});

test('unknown values sort below all others', () => {
	const rows = rowsOf(facts, {...view, grouped: false, sort: {column: 'memory', descending: true}});
	expect(keysOf(rows)).toEqual(['c:shop-db', 'c:shop-web', 'c:demo', 'c:shop-job', 'c:shop-mail', 's:shop/cache']);
});

describe('a filter', () => {
	test.each([
		['web', ['p:shop', 'c:shop-web']],
		['NGINX  shop', ['p:shop', 'c:shop-web']],
		['exited', ['p:shop', 'c:shop-job', 'c:shop-mail']],
		['exited !mail', ['p:shop', 'c:shop-job']],
		['!shop', ['c:demo']],
		['cache', ['p:shop', 's:shop/cache']],
		['postgres !unhealthy', []],
		['shop !shop', []],
		['! demo', ['c:demo']],
		['', ['p:shop', 'c:shop-db', 'c:shop-job', 'c:shop-mail', 'c:shop-web', 's:shop/cache', 'c:demo']],
	])('%s', (filter, keys) => {
		expect(shown({filter})).toEqual(keys);
	});

	test('that matches only the name of a project shows the project', () => {
		const idle = {...facts, containers: [], projects: [{name: 'idle', spec: null, services: []}]};
		expect(keysOf(rowsOf(idle, {...view, filter: 'idl'}))).toEqual(['p:idle']);
		expect(keysOf(rowsOf(idle, {...view, filter: 'other'}))).toEqual([]);
	});
});

test('a renamed container has its new name, and its service is not missing', () => {
	const containers = sampleContainers.map(one => (one.service === 'web' ? {...one, name: 'front', id: one.name} : one));
	const keys = keysOf(rowsOf({...facts, containers}, view));
	expect(keys).toContain('c:front');
	expect(keys).not.toContain('s:shop/web');
});

test('a container of an unknown project is shown without a project', () => {
	expect(keysOf(rowsOf({...facts, projects: []}, view))).toEqual([
		'c:demo',
		'c:shop-db',
		'c:shop-job',
		'c:shop-mail',
		'c:shop-web',
	]);
});

test('projects sort by name', () => {
	const projects = ['zoo', 'ant', 'shop'].map(name => ({...sampleProject, name, services: []}));
	expect(keysOf(rowsOf({...facts, projects}, view)).filter(key => key.startsWith('p:'))).toEqual([
		'p:ant',
		'p:shop',
		'p:zoo',
	]);
});

test('names of JavaScript properties are ordinary names', () => {
	const names = ['__proto__', 'constructor', '\u001b[2J', 'a\nb'];
	const containers = names.map(name => sampleContainer(name));
	expect(keysOf(rowsOf({...facts, projects: [], containers}, view)).toSorted()).toEqual(
		names.map(name => `c:${name}`).toSorted(),
	);
});
