import {expect, test} from 'vitest';
import {bytes} from './bytes.ts';

test.each([
	[0, '0 B'],
	[1023, '1023 B'],
	[1024, '1 KiB'],
	[1536, '1.5 KiB'],
	[104857600, '100 MiB'],
	[1048575, '1 MiB'],
	[2 ** 50 * 2000, '2000 PiB'],
])('%d bytes are %s', (count, text) => {
	expect(bytes(count)).toBe(text);
});
