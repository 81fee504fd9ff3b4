import {expect, test} from 'vitest';
import {glyphs} from '../text/glyphs.ts';
import {theme} from '../text/theme.ts';
import {type DrawnNetwork, networkGraphText} from './network-graph.ts';

const look = {columns: 80, theme: theme(false), width: (text: string) => text.length};
const [utf8, plain] = [glyphs({LANG: 'C.UTF-8'}), glyphs({LANG: 'C'})];
const member = {name: 'shop-web-1', addresses: ['10.89.0.5'], interface: 'eth0', ports: [], alsoOn: []};
const spare: DrawnNetwork = {
	name: 'spare',
	driver: 'bridge',
	parent: null,
	internal: false,
	subnets: [],
	bridge: 'br-spare',
	containers: [],
};
const networks: readonly DrawnNetwork[] = [
	{
		name: 'shop_default',
		driver: 'bridge',
		parent: null,
		internal: false,
		subnets: [{subnet: '10.89.0.0/24', gateway: '10.89.0.1'}],
		bridge: 'tsb-0a1b2c3d',
		containers: [
			{
				...member,
				ports: [
					{hostIp: '0.0.0.0', published: 8080, target: 80, protocol: 'tcp'},
					{hostIp: '127.0.0.1', published: 53, target: 53, protocol: 'udp'},
				],
				egress: ['api.example.com:443/tcp', '10.0.0.0/8'],
				alsoOn: ['shop_inner'],
			},
			{...member, name: 'shop-ev\x1bil-1', addresses: ['10.89.0.9']},
		],
	},
	{
		name: 'shop_inner',
		driver: 'bridge',
		parent: null,
		internal: true,
		subnets: [{subnet: '10.89.1.0/24', gateway: '10.89.1.1'}],
		bridge: 'tsb-4e5f6071',
		containers: [{...member, addresses: ['10.89.1.7'], interface: 'eth1', alsoOn: ['shop_default'], egress: []}],
	},
	spare,
];

test('each network has its containers below it, with the ports that lead to them', () => {
	expect(networkGraphText(networks, look, utf8)).toMatchInlineSnapshot(`
		"shop_default  10.89.0.0/24  gateway 10.89.0.1  bridge tsb-0a1b2c3d
		├─ shop-web-1  10.89.0.5 on eth0
		│    0.0.0.0:8080 -> 80/tcp
		│    127.0.0.1:53 -> 53/udp
		│    egress: api.example.com:443/tcp, 10.0.0.0/8
		│    also on shop_inner
		└─ shop-ev\\x1bil-1  10.89.0.9 on eth0

		shop_inner  10.89.1.0/24  gateway 10.89.1.1  bridge tsb-4e5f6071  internal: no way out
		└─ shop-web-1  10.89.1.7 on eth1
		     egress: nothing
		     also on shop_default

		spare  bridge br-spare  no container is on it
		"
	`);
});

test('a narrow terminal gets the same words below each other, in ASCII where the locale has no more', () => {
	const text = networkGraphText(networks, {...look, fit: 30}, plain);
	expect(text).toMatchInlineSnapshot(`
		"shop_default  10.89.0.0/24
		|  gateway 10.89.0.1
		|  bridge tsb-0a1b2c3d
		|- shop-web-1
		|    10.89.0.5 on eth0
		|    0.0.0.0:8080 -> 80/tcp
		|    127.0.0.1:53 -> 53/udp
		|    egress:
		|      api.example.com:443/tcp
		|      , 10.0.0.0/8
		|    also on shop_inner
		\`- shop-ev\\x1bil-1
		     10.89.0.9 on eth0

		shop_inner  10.89.1.0/24
		|  gateway 10.89.1.1
		|  bridge tsb-4e5f6071
		|  internal: no way out
		\`- shop-web-1
		     10.89.1.7 on eth1
		     egress: nothing
		     also on shop_default

		spare  bridge br-spare
		   no container is on it
		"
	`);
	expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(30);
	expect(text).toMatch(/^[\x20-\x7e\n]*$/);
});

test('a name that is wider than the terminal is broken, and no part of it is lost', () => {
	const name = 'n'.repeat(70);
	const text = networkGraphText([{...spare, name}], {...look, fit: 40}, utf8);
	expect(text.replaceAll(/\s/g, '')).toContain(name);
	expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(40);
});
