import {expect, test} from 'vitest';
import {measureFor} from './look.ts';

test('ASCII text is as wide as it is long, wide characters are not', async () => {
	expect((await measureFor('plain'))('plain')).toBe(5);
	expect((await measureFor('a 容器'))('容器')).toBe(4);
});
