import {expect, test} from 'vitest';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {type Address, parseAddress, parseCidr} from './address.ts';
import {type AddressRange, pickAddress} from './pick-address.ts';

function range(
	subnet: string,
	gateway: string,
	more: {ipRange?: string; aux?: Record<string, string>} = {},
): AddressRange {
	const [all, part, bridge] = [parseCidr(subnet), parseCidr(more.ipRange ?? subnet), parseAddress(gateway)];
	if (all === undefined || part === undefined || bridge === undefined) throw new Error(subnet);
	const ipRange = more.ipRange === undefined ? {} : {ipRange: part};
	return {
		network: 'shop_default',
		subnet: all,
		gateway: bridge satisfies Address,
		...ipRange,
		auxAddresses: more.aux ?? {},
	};
}

const failure = (act: () => unknown): readonly (string | undefined)[] => {
	try {
		act();
		return [];
	} catch (error) {
		if (isTsboxError(error)) return [error.code, error.message, error.why];
		throw error;
	}
};
const none = new Map<string, string>();
const net = range('10.89.0.0/24', '10.89.0.1');

test('a container gets the same address each time, unless another has it', () => {
	const first = pickAddress(net, none, {container: 'web'});
	expect(pickAddress(net, new Map([['10.89.0.1', 'x']]), {container: 'web'})).toBe(first);
	const second = pickAddress(net, new Map([[first, 'db']]), {container: 'web'});
	expect(second).not.toBe(first);
	expect(pickAddress(net, new Map([[second, 'db']]), {container: 'web'})).toBe(first);
});

test('as many containers as there are addresses get one each, and one more is told who has them', () => {
	const small = range('10.89.0.0/28', '10.89.0.1', {aux: {printer: '10.89.0.9'}});
	const taken = new Map<string, string>();
	for (let at = 1; at <= 12; at += 1) taken.set(pickAddress(small, taken, {container: `web-${at}`}), `web-${at}`);
	const all = Array.from({length: 14}, (_, at) => `10.89.0.${at + 1}`);
	expect([...taken.keys(), '10.89.0.1', '10.89.0.9'].sort()).toEqual(all.sort());
	expect(failure(() => pickAddress(small, taken, {container: 'late'}))).toEqual([
		'E_NETWORK_FULL',
		'no address is left on the network shop_default',
		expect.stringMatching(
			/^all 14 of 10\.89\.0\.0\/28 are taken: 10\.89\.0\.1 \(the gateway\), 10\.89\.0\.2 \(web-\d+\),.* 10\.89\.0\.9 \(printer\),.* and 4 more$/,
		),
	]);
});

test('only addresses of the range are given, unless one is asked for', () => {
	const part = range('10.89.0.0/24', '10.89.0.1', {ipRange: '10.89.0.252/30'});
	const taken = new Map<string, string>();
	for (const container of ['a', 'b', 'c']) taken.set(pickAddress(part, taken, {container}), container);
	expect([...taken.keys()].sort()).toEqual(['10.89.0.252', '10.89.0.253', '10.89.0.254']);
	expect(failure(() => pickAddress(part, taken, {container: 'd'})).at(2)).toContain(
		'all 3 of 10.89.0.252/30 of 10.89.0.0/24 are taken',
	);
	expect(pickAddress(part, taken, {container: 'd', address: '10.89.0.7'})).toBe('10.89.0.7');
});

test('a range of the address of the network alone has none', () => {
	const empty = range('10.89.0.0/24', '10.89.0.1', {ipRange: '10.89.0.0/32'});
	expect(failure(() => pickAddress(empty, none, {container: 'a'})).at(0)).toBe('E_NETWORK_FULL');
});

test.each([
	['10.89.1.7', 'E_SPEC_INVALID', 'its subnet 10.89.0.0/24 has 10.89.0.1 to 10.89.0.254'],
	['10.89.0.0', 'E_SPEC_INVALID', 'its subnet 10.89.0.0/24 has 10.89.0.1 to 10.89.0.254'],
	['10.89.0.255', 'E_SPEC_INVALID', 'its subnet 10.89.0.0/24 has 10.89.0.1 to 10.89.0.254'],
	['fd00::7', 'E_SPEC_INVALID', 'its subnet 10.89.0.0/24 has 10.89.0.1 to 10.89.0.254'],
	['10.89.0.1', 'E_NETWORK_TAKEN', 'the gateway has it'],
	['10.89.0.5', 'E_NETWORK_TAKEN', 'db has it'],
	['10.89.0.9', 'E_NETWORK_TAKEN', 'printer has it'],
])('%s cannot be asked for', (address, code, why) => {
	const taken = new Map([['10.89.0.5', 'db']]);
	const aux = range('10.89.0.0/24', '10.89.0.1', {aux: {printer: '10.89.0.9'}});
	expect(failure(() => pickAddress(aux, taken, {container: 'web', address}))).toEqual([
		code,
		expect.stringContaining(address),
		why,
	]);
});

test('an IPv6 address that is taken in another spelling is taken', () => {
	const six = range('fd00::/64', 'fd00::1');
	expect(
		failure(() => pickAddress(six, new Map([['fd00:0::5', 'db']]), {container: 'web', address: 'fd00::5'})).at(2),
	).toBe('db has it');
	expect(pickAddress(six, none, {container: 'web', address: 'FD00:0:0::6'})).toBe('fd00::6');
});
