import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {asks, bringUp, isAble, left, serves, sleeps, stack} from './network-stack.ts';
import {until} from './project.ts';

/* The network that services have without a word about it, as in Compose. */

describe.runIf(isAble)('the network of a project', () => {
	test('services that say nothing of networks find each other', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {web: serves, job: sleeps, apart: `${sleeps}network_mode: none\n`}));
		await until('it serves', async () => (await asks(box, 'job', 'http://web/')) === `${box.name}-web\n`);
		expect(await asks(box, 'apart', 'http://web/')).toMatch(/^6: .*resolve/);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('those of an ordinary user start without it, which is said once', async () => {
		await using box = await testBox({uid: 61_247, gid: 61_247});
		const service = `rootfs: ${box.rootfs}, command: [sh, -c, "cat /proc/net/dev; sleep 1000"]`;
		const spec = box.file('compose.yaml', `name: ${box.name}\nservices:\n  one: {${service}}\n  two: {${service}}\n`);
		const {status, err} = await box.tsbox(['up', '-d', spec]);
		expect(status).toBe(0);
		expect(err.match(/have no network/g)).toHaveLength(1);
		await until('both have told', async () => (await box.tsbox(['logs', box.name])).out.split(' lo:').length === 3);
		expect((await box.tsbox(['logs', box.name])).out).not.toContain('eth0');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(box.leftovers()).toEqual([]);
	});
});
