import {expect, test} from 'vitest';
import {logNames} from './log-names.ts';

const of = (service: string, name: string, replica?: number) => ({
	service,
	name,
	...(replica === undefined ? {} : {replica}),
});
const containers = [
	of('web', 'shop-web-1'),
	of('web', 'shop-web-2', 2),
	of('database', 'shop-database-1'),
	of('cache', 'my-cache'),
];

test('lines begin with labels, and under docker compose with names without that of the project, aligned', () => {
	expect([...logNames(containers).values()]).toEqual(['web', 'web-2', 'database', 'cache']);
	expect([...logNames(containers, 'shop')]).toEqual([
		['web', 'web-1      '],
		['web-2', 'web-2      '],
		['database', 'database-1 '],
		['cache', 'my-cache   '],
	]);
});
