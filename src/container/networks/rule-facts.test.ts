import {expect, test} from 'vitest';
import {ruleFacts, rulesProblem} from './rule-facts.ts';

const at = {family: 'inet', table: 'tsbox'};
const rule = (text: string) => ({rule: {...at, chain: 'guard', handle: Math.random(), expr: [{text}]}});
const guard = {
	chain: {...at, name: 'guard', handle: 1, type: 'filter', hook: 'prerouting', prio: -300, policy: 'accept'},
};
const ports = {
	map: {
		...at,
		name: 'ports4',
		elem: [
			[{concat: ['tcp', 80]}, {concat: [{prefix: {addr: '10.0.0.0', len: 8}}, 81]}],
			['10.0.0.2', {goto: {target: 'x'}}],
		],
	},
};
const table = {table: {family: 'inet', name: 'tsbox', handle: 1}};
/** Facts as nft 1.0.6 prints them: a line each time it is asked. */
const facts = (...objects: readonly object[]) =>
	ruleFacts(`\n${JSON.stringify({nftables: [{metainfo: {}}, ...objects]})}\n`);
const planned = facts(table, guard, rule('a'), rule('b'), ports);

/** What differs from the plan. */
function problems(...objects: readonly object[]): readonly string[] {
	const found = facts(...objects);
	return [...new Set([...planned.keys()].flatMap(key => rulesProblem(key, planned, found) ?? []))];
}

test('rules and elements have names', () => {
	expect([...planned.keys()]).toEqual([
		'table inet tsbox',
		'chain inet tsbox guard',
		'hook of chain inet tsbox guard: prerouting -300 accept',
		'map inet tsbox ports4',
		'element of map inet tsbox ports4: tcp . 80 : 10.0.0.0/8 . 81',
		'element of map inet tsbox ports4: 10.0.0.2 : goto x',
	]);
});

test.each([
	['nothing', [table, guard, rule('a'), rule('b'), ports], []],
	[
		'handles and what others added',
		[table, guard, rule('a'), rule('b'), ports, {set: {...at, name: 'more', elem: ['1']}}],
		[],
	],
	['the table', [], ['there is no table inet tsbox']],
	['a chain', [table, ports], ['there is no chain guard of the table inet tsbox']],
	[
		'a rule',
		[table, guard, rule('b'), ports],
		['1 of the 2 rules of the chain guard of the table inet tsbox are missing'],
	],
	[
		'an order',
		[table, guard, rule('b'), rule('a'), ports],
		['the chain guard of the table inet tsbox has rules that no step made, or in another order'],
	],
	[
		'a hook',
		[table, {chain: {...at, name: 'guard'}}, rule('a'), rule('b'), ports],
		['the chain guard of the table inet tsbox has no hook prerouting -300 accept'],
	],
	[
		'an element',
		[table, guard, rule('a'), rule('b'), {map: {...ports.map, elem: ports.map.elem.slice(1)}}],
		['the map ports4 of the table inet tsbox has no element tcp . 80 : 10.0.0.0/8 . 81'],
	],
])('%s that differs is told once', (_, objects, told) => {
	expect(problems(...objects)).toEqual(told);
});
