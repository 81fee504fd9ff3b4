import {expect, test} from 'vitest';
import {
	contains,
	formatAddress,
	formatCidr,
	isExactCidr,
	isWithin,
	nthHost,
	overlaps,
	parseAddress,
	parseCidr,
} from './address.ts';

const cidr = (text: string) => {
	const found = parseCidr(text);
	if (found === undefined) throw new Error(`${text} is no CIDR`);
	return found;
};
const address = (text: string) => {
	const found = parseAddress(text);
	if (found === undefined) throw new Error(`${text} is no address`);
	return found;
};

test.each([
	['0.0.0.0', '0.0.0.0'],
	['255.255.255.255', '255.255.255.255'],
	['FD00:0:0:0:1::', 'fd00::1:0:0:0'],
	['::', '::'],
	['::ffff:10.0.0.1', '::ffff:a00:1'],
	['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
])('%s is written as %s', (text, written) => {
	expect(formatAddress(address(text))).toBe(written);
});

test.each([
	'',
	'10.0.0',
	'10.0.0.256',
	'010.0.0.1',
	'10.0.0.1 ',
	'10.0.0.1\n',
	'fe80::1%eth0',
	'[::1]',
	':::',
	'1::2::3',
	'0x7f.1',
])('%j is no address', text => {
	expect(parseAddress(text)).toBeUndefined();
});

test.each([
	'10.0.0.0',
	'10.0.0.0/',
	'10.0.0.0/33',
	'10.0.0.0/08',
	'10.0.0.0/-1',
	'::/129',
	'10.0.0.0/8/8',
	'/8',
	' ::/0',
])('%j is no CIDR', text => {
	expect(parseCidr(text)).toBeUndefined();
});

test('a CIDR is that of its first address', () => {
	expect(formatCidr(cidr('10.89.3.7/24'))).toBe('10.89.3.0/24');
	expect(formatCidr(cidr('fd00:0:0:1:2::9/64'))).toBe('fd00:0:0:1::/64');
	expect(formatCidr(cidr('8.8.8.8/0'))).toBe('0.0.0.0/0');
	const texts = ['10.89.0.0/24', '10.89.0.7/24', 'FD00:0::/64', 'fd00::1/64', 'x'];
	expect(texts.map(isExactCidr)).toEqual([true, false, true, false, false]);
});

test('a block contains its ends, and nothing of another family', () => {
	const block = cidr('10.89.0.0/24');
	expect(
		['10.88.255.255', '10.89.0.0', '10.89.0.255', '10.89.1.0', '::a59:1'].map(text => contains(block, address(text))),
	).toEqual([false, true, true, false, false]);
});

test('of two blocks that overlap, one is within the other', () => {
	expect(overlaps(cidr('10.0.0.0/8'), cidr('10.89.0.0/24'))).toBe(true);
	expect(overlaps(cidr('10.89.0.0/24'), cidr('10.89.1.0/24'))).toBe(false);
	expect(overlaps(cidr('0.0.0.0/0'), cidr('::/0'))).toBe(false);
	expect([
		isWithin(cidr('10.89.0.0/24'), cidr('10.0.0.0/8')),
		isWithin(cidr('10.0.0.0/8'), cidr('10.89.0.0/24')),
	]).toEqual([true, false]);
});

test.each([
	['10.89.0.0/24', 0n, '10.89.0.1'],
	['10.89.0.0/24', 253n, '10.89.0.254'],
	['10.89.0.0/24', 254n, undefined],
	['10.89.0.0/24', -1n, undefined],
	['10.89.0.0/31', 0n, '10.89.0.0'],
	['10.89.0.0/31', 1n, '10.89.0.1'],
	['10.89.0.7/32', 0n, '10.89.0.7'],
	['10.89.0.7/32', 1n, undefined],
	['fd00::/64', 0n, 'fd00::1'],
	['fd00::/126', 2n, 'fd00::3'],
	['fd00::/126', 3n, undefined],
	['fd00::/127', 0n, 'fd00::'],
])('of %s, the host at %s is %s', (subnet, place, expected) => {
	const found = nthHost(cidr(subnet), place);
	expect(found === undefined ? undefined : formatAddress(found)).toBe(expected);
});
