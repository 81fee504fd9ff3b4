import {expect, test} from 'vitest';
import {theme} from '../text/theme.ts';
import {networkHopsText} from './network-hops.ts';

const look = {columns: 80, theme: theme(false), width: (text: string) => text.length};
const hops = [
	{hop: 'network', state: 'ok', text: 'web is on shop_default'},
	{hop: 'name', state: 'skipped', text: '10.89.0.9 is an address'},
	{
		hop: 'listener',
		state: 'failed',
		text: 'd\x1bb listens on 127.0.0.1:5432 only',
		why: '127.0.0.1 is reached from inside db, and from nowhere else',
		hint: 'let the program listen on 0.0.0.0',
	},
] as const;

test('each hop has a line, and one that failed its cause and a hint', () => {
	expect(networkHopsText(hops, look)).toMatchInlineSnapshot(`
		"ok       network     web is on shop_default
		skipped  name        10.89.0.9 is an address
		failed   listener    d\\x1bb listens on 127.0.0.1:5432 only
		                     because: 127.0.0.1 is reached from inside db, and from nowhere else
		                     hint: let the program listen on 0.0.0.0
		"
	`);
});

test('a narrow terminal gets the texts below the hops', () => {
	const text = networkHopsText(hops, {...look, fit: 32});
	expect(text).toMatchInlineSnapshot(`
		"ok       network
		  web is on shop_default
		skipped  name
		  10.89.0.9 is an address
		failed   listener
		  d\\x1bb listens on
		  127.0.0.1:5432 only
		  because: 127.0.0.1 is reached
		  from inside db, and from
		  nowhere else
		  hint: let the program listen
		  on 0.0.0.0
		"
	`);
	expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(32);
});
