import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {bringUp, isAble, left, sleeps, stack, unusedPort} from './network-stack.ts';

/* `network graph` of real containers: what it draws is what they say of themselves. */

interface Drawn {
	readonly name: string;
	readonly internal: boolean;
	readonly containers: readonly {
		readonly name: string;
		readonly addresses: readonly string[];
		readonly interface: string;
		readonly ports: readonly unknown[];
		readonly alsoOn: readonly string[];
	}[];
}

describe.runIf(isAble)('network graph', () => {
	test('draws who is on which network, and which ports lead to whom', async () => {
		await using box = await testBox();
		const [any, local] = [await unusedPort(), await unusedPort()];
		const spec = stack(
			box,
			{
				web: `${sleeps}networks: [outer, inner]\nports: ["${any}:80", "127.0.0.1:${local}:53/udp"]\n`,
				db: `${sleeps}networks: [inner]\n`,
			},
			'networks: {outer: {}, inner: {internal: true}}\n',
		);
		await bringUp(box, spec);
		const [outer, inner] = [`${box.name}_outer`, `${box.name}_inner`];
		const drawn = JSON.parse((await box.tsbox(['network', 'graph', '--json'])).out) as readonly Drawn[];
		expect(drawn).toMatchObject([
			{
				name: inner,
				internal: true,
				containers: expect.arrayContaining([
					expect.objectContaining({name: `${box.name}-web-1`, ports: [], alsoOn: [outer]}),
					expect.objectContaining({name: `${box.name}-db-1`, ports: [], alsoOn: []}),
				]),
			},
			{
				name: outer,
				internal: false,
				containers: [
					{
						name: `${box.name}-web-1`,
						ports: expect.arrayContaining([
							{hostIp: '0.0.0.0', published: any, target: 80, protocol: 'tcp'},
							{hostIp: '127.0.0.1', published: local, target: 53, protocol: 'udp'},
						]),
						alsoOn: [inner],
					},
				],
			},
		]);
		for (const {
			name,
			addresses: [address],
			interface: device,
		} of drawn.flatMap(({containers}) => containers))
			expect((await box.tsbox(['exec', name, '--', 'ip', '-4', 'address', 'show', device])).out).toContain(
				`inet ${address}/`,
			);
		const {out} = await box.tsbox(['network', 'graph', outer], {env: {LANG: 'C.UTF-8'}});
		expect(Buffer.from(out, 'latin1').toString('utf8')).toMatch(/^└─ /m);
		expect(out).toContain(`0.0.0.0:${any} -> 80/tcp\n`);
		expect(out).toContain(`also on ${inner}\n`);
		expect(out).not.toContain('-db');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(await box.tsbox(['network', 'graph'])).toMatchObject({status: 0, out: ''});
		expect(await box.tsbox(['network', 'graph', outer])).toMatchObject({
			status: 125,
			err: expect.stringContaining(`there is no network ${outer}`) as string,
		});
		expect(left(box)).toEqual([]);
	});
});
