import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {asks, bringUp, isAble, left, serves, sleeps, stack} from './network-stack.ts';
import {leftOfUser, openTun, usersAreAble} from './ordinary-networks.ts';
import {until} from './project.ts';

/* The network that services have without a word about it, as in Compose. */

const user = {uid: 61_247, gid: 61_247};

describe.runIf(isAble)('the network of a project', () => {
	test('services that say nothing of networks find each other', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {web: serves, job: sleeps, apart: `${sleeps}network_mode: none\n`}));
		await until('it serves', async () => (await asks(box, 'job', 'http://web/')) === `${box.name}-web-1\n`);
		expect(await asks(box, 'apart', 'http://web/')).toMatch(/^6: .*resolve/);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.runIf(usersAreAble)(
		'ordinary users have it too, and go without it where none can be, which is said once',
		async () => {
			openTun();
			const {uid} = user;
			await using box = await testBox(user);
			const service = `rootfs: ${box.rootfs}, init: true, command: [sleep, "600"]`;
			const spec = box.file('compose.yaml', `name: ${box.name}\nservices:\n  one: {${service}}\n  two: {${service}}\n`);
			await bringUp(box, spec);
			expect((await box.tsbox(['exec', `${box.name}-one-1`, '--', 'ping', '-c1', 'two'])).out).toContain(
				'1 packets received',
			);
			await box.tsbox(['down', '-t', '0', box.name]);
			await until('nothing is left', () => leftOfUser(box, uid).length === 0);
			const hide =
				'for each in pasta slirp4netns; do if [ -e /usr/bin/$each ]; then mount --bind /dev/null "$(realpath /usr/bin/$each)"; fi; done; exec "$@"';
			const under = ['unshare', '--mount', 'sh', '-c', hide, '--'];
			const {status, err} = await box.tsbox(['up', '-d', spec], {under});
			expect(status).toBe(0);
			expect(err.match(/have no network/g)).toHaveLength(1);
			expect(err).toContain('this host has neither pasta nor slirp4netns; install pasta');
			for (const name of ['one', 'two'])
				expect((await box.tsbox(['exec', `${box.name}-${name}-1`, '--', 'cat', '/proc/net/dev'])).out).not.toContain(
					'eth0',
				);
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(leftOfUser(box, uid)).toEqual([]);
		},
	);
});
