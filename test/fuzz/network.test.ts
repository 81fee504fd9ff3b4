import {BlockList, isIP} from 'node:net';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
	type Address,
	cidrOf,
	contains,
	formatAddress,
	formatCidr,
	nthHost,
	overlaps,
	parseAddress,
	parseCidr,
} from '../../src/network/address.ts';
import {pickAddress} from '../../src/network/pick-address.ts';
import {pickSubnet, routesOf} from '../../src/network/pools.ts';
import {type Lease, leaseText, parseLease} from '../../src/state/network.ts';
import {budget, mutated, orRefused, patience} from './budget.ts';

const anyAddress: fc.Arbitrary<Address> = fc.oneof(
	fc.record({family: fc.constant<4>(4), value: fc.bigInt({min: 0n, max: 2n ** 32n - 1n})}),
	fc.record({family: fc.constant<6>(6), value: fc.bigInt({min: 0n, max: 2n ** 128n - 1n})}),
);
const anyCidr = fc
	.tuple(anyAddress, fc.nat(128))
	.map(([address, bits]) => cidrOf(address, address.family === 4 ? bits % 33 : bits));

test(
	'what is written is an address, and is read as it was, however IPv6 is spelled',
	() => {
		fc.assert(
			fc.property(fc.oneof(anyAddress, fc.ipV6(), fc.ipV4()), given => {
				const address = typeof given === 'string' ? parseAddress(given) : given;
				const text = address === undefined ? '' : formatAddress(address);
				expect(isIP(text)).toBe(address?.family);
				expect(parseAddress(text)).toEqual(address);
			}),
			budget,
		);
	},
	patience,
);

test(
	'any text is an address for tsbox if it is one for Node',
	() => {
		fc.assert(
			fc.property(mutated(['10.89.0.1', 'fd00::1', '::ffff:1.2.3.4'], [':', '.', '::', '%', '0', 'g', '/8']), text => {
				expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0 && !text.includes('%'));
				expect(() => parseCidr(text)).not.toThrow();
			}),
			budget,
		);
	},
	patience,
);

test(
	'a block contains what the block lists of Node say',
	() => {
		fc.assert(
			fc.property(anyCidr, anyAddress, fc.bigInt({min: -2n, max: 2n}), (cidr, other, off) => {
				expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
				const list = new BlockList();
				const [base = '', bits] = formatCidr(cidr).split('/');
				list.addSubnet(base, Number(bits), `ipv${cidr.family}`);
				const most = 2n ** (cidr.family === 4 ? 32n : 128n) - 1n;
				const near = [cidr.first + off, cidr.last + off].filter(value => value >= 0n && value <= most);
				for (const address of [other, ...near.map(value => ({family: cidr.family, value}))]) {
					// Node finds an IPv4 address in a block of IPv6 by its mapped form, ::ffff:0:0/96.
					const listed = address.family === cidr.family && list.check(formatAddress(address), `ipv${address.family}`);
					expect(contains(cidr, address)).toBe(listed);
				}
			}),
			budget,
		);
	},
	patience,
);

const smallPool = fc.tuple(fc.nat(255), fc.integer({min: 16, max: 28}), fc.nat(8)).map(([net, prefix, more]) => ({
	base: cidrOf({family: 4, value: (10n << 24n) + (BigInt(net) << 16n)}, prefix),
	size: Math.min(prefix + more, 30),
}));

test(
	'the subnet that is picked is the first of the pools that is free, and none is found only where none is',
	() => {
		fc.assert(
			fc.property(
				fc.array(smallPool, {minLength: 1, maxLength: 3}),
				fc.array(fc.tuple(fc.nat(2 ** 24 - 1), fc.integer({min: 12, max: 32})), {maxLength: 30}),
				(pools, blocks) => {
					const used = blocks.map(([value, prefix]) => ({
						cidr: cidrOf({family: 4, value: (10n << 24n) + BigInt(value)}, prefix),
						by: 'x',
					}));
					const written = pools.map(({base, size}) => ({base: formatCidr(base), size}));
					const all = pools.flatMap(({base, size}) =>
						Array.from({length: 2 ** (size - base.prefix)}, (_, at) =>
							cidrOf({family: 4, value: base.first + BigInt(at) * 2n ** BigInt(32 - size)}, size),
						),
					);
					const free = all.find(each => !used.some(({cidr}) => overlaps(cidr, each)));
					expect(orRefused(() => pickSubnet(written, 4, used))).toEqual(free);
				},
			),
			budget,
		);
	},
	patience,
);

test(
	'containers that come and go never share an address, and one is refused only when all are taken',
	() => {
		fc.assert(
			fc.property(
				anyAddress,
				fc.integer({min: 1, max: 5}),
				fc.array(fc.tuple(fc.string({maxLength: 3}), fc.boolean()), {maxLength: 60}),
				(address, bits, moves) => {
					const subnet = cidrOf(address, (address.family === 4 ? 32 : 128) - bits);
					const gateway = nthHost(subnet, 0n);
					if (gateway === undefined) throw new Error('no host');
					const size = Array.from({length: 2 ** bits}, (_, at) => nthHost(subnet, BigInt(at))).filter(
						each => each !== undefined,
					).length;
					const range = {network: 'n', subnet, gateway, auxAddresses: {}};
					const taken = new Map<string, string>();
					const seen: boolean[] = [];
					for (const [container, leaves] of moves) {
						const [first] = taken.keys();
						if (leaves && first !== undefined) taken.delete(first);
						const got = orRefused(() => pickAddress(range, taken, {container}));
						const isFull = taken.size === size - 1;
						expect(got === undefined).toBe(isFull);
						if (got === undefined) continue;
						const address = parseAddress(got);
						const isFree = !taken.has(got) && got !== formatAddress(gateway);
						seen.push(isFree && address !== undefined && contains(subnet, address));
						taken.set(got, container);
					}
					expect(seen).not.toContain(false);
				},
			),
			budget,
		);
	},
	patience,
);

test(
	'damaged output of ip(8) is read or refused, and nothing else',
	() => {
		const printed = JSON.stringify([{dst: 'default'}, {dst: '10.8.0.0/16', dev: 'wg0', flags: []}]);
		fc.assert(
			fc.property(mutated([printed], ['null', '[]', '{}', '"', '1e999', '/33']), text => {
				const found = orRefused(() => routesOf(text)) ?? [];
				expect(found.filter(({cidr}) => cidr.prefix < 7)).toEqual([]);
			}),
			budget,
		);
	},
	patience,
);

const word = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,12}$/);
const anyLease: fc.Arbitrary<Lease> = fc
	.record({address: anyAddress.map(formatAddress), container: word, interface: word, hostEnd: word, first: word})
	.chain(({first, ...rest}) =>
		fc
			.array(word, {maxLength: 4})
			.map(names => ({...rest, mac: '02:42:0a:59:00:02', names: [first, ...names] as const})),
	);

test(
	'a lease is read as it was written, and a damaged one is read or none',
	() => {
		fc.assert(
			fc.property(anyLease, lease => {
				expect(parseLease(leaseText(lease))).toEqual(lease);
			}),
			budget,
		);
		const text = '# web eth0 tsbv1 02:42:0a:59:00:02\n10.89.0.2 web www\n';
		fc.assert(
			fc.property(mutated([text], ['\n', ' ', '#', '\t', '\0', '::1']), changed => {
				const lease = parseLease(changed);
				expect(lease === undefined ? changed : leaseText(lease)).toBe(changed);
			}),
			budget,
		);
	},
	patience,
);
