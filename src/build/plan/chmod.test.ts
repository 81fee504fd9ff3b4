import {expect, test} from 'vitest';
import {parseChmod} from './chmod.ts';

test.each([
	['755', 0o644, 0o755, 0o755],
	['0600', 0o755, 0o600, 0o600],
	['4755', 0, 0o4755, 0o4755],
	['+x', 0o644, 0o755, 0o755],
	['u+x,go-r', 0o644, 0o700, 0o700],
	['u=rwX,go=rX', 0o600, 0o644, 0o755],
	['u=rwX,go=rX', 0o700, 0o755, 0o755],
	['a=r', 0o4777, 0o444, 0o4444],
	['g=u', 0o740, 0o770, 0o770],
	['o=', 0o777, 0o770, 0o770],
	['u+s', 0o755, 0o4755, 0o4755],
	['+t', 0o755, 0o1755, 0o1755],
	['u=rw+x', 0o000, 0o700, 0o700],
] as const)('%s of %o', (text, before, file, folder) => {
	const change = parseChmod(text);
	expect([change?.(before, false), change?.(before, true)]).toEqual([file, folder]);
});

test.each(['', '8', '77777', 'x', 'u', 'u=q', 'u=r,', 'z+x', 'u+rg'])('%s is neither', text => {
	expect(parseChmod(text)).toBeUndefined();
});
