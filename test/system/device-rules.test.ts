import {existsSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';

/*
 * device_cgroup_rules, and several devices of one number: the device controller of cgroup v1 keeps one rule for each. With version 2 of control
 * groups it is a program, which a machine gets here that lacks the controller of version 1.
 */

const withoutList = 'umount -l /sys/fs/cgroup/devices && exec "$@"';
const machines = [
	['by the list of version 1', []],
	// As commands nothing can attach a program.
	...(process.env['TEST_EXECUTOR'] === 'commands'
		? []
		: [['by a program of version 2', ['unshare', '--mount', 'sh', '-c', withoutList, 'sh']] as const]),
] as const;

const can = process.getuid?.() === 0 && existsSync('/sys/fs/cgroup/devices/devices.list') && existsSync('/dev/fuse');

describe.skipIf(!can)(
	`rules of devices${can ? '' : ' (needs root, the device controller of cgroup v1, and /dev/fuse)'}`,
	() => {
		test.each(machines)(
			'let a node in that the container makes, with the permissions that they name, %s',
			async (_, under) => {
				await using at = await testBox();
				const open = [
					'sh',
					'-c',
					'mknod /dev/own c 10 229 && : < /dev/own && echo opened; echo 2>/dev/null > /dev/own || echo no write',
				];
				const without = await at.tsbox(['run', at.spec(), '--', ...open], {under});
				expect(without.out).toBe('');
				const only = await at.tsbox(['run', at.spec('device_cgroup_rules: ["c 10:229 mr"]\n'), '--', ...open], {under});
				expect(only).toMatchObject({status: 0, out: 'opened\nno write\n'});
				const all = await at.tsbox(['run', at.spec('device_cgroup_rules: ["a 10:* rwm"]\n'), '--', ...open], {under});
				expect(all.out).toMatch(/^opened\n/);
				expect(at.leftovers()).toEqual([]);
			},
		);

		test.each(machines)('let in what is in a folder of devices of the host, %s', async (_, under) => {
			await using at = await testBox();
			const spec = (rules: string): string => at.spec(`volumes: ["/dev:/hostdev:ro"]\n${rules}`);
			const open = ['sh', '-c', ': < /hostdev/fuse && echo opened'];
			expect((await at.tsbox(['run', spec(''), '--', ...open], {under})).out).toBe('');
			expect(
				(await at.tsbox(['run', spec('device_cgroup_rules: ["c 10:229 rw"]\n'), '--', ...open], {under})).out,
			).toBe('opened\n');
			expect(at.leftovers()).toEqual([]);
		});

		test('and what is bound to a folder in /dev is there', async () => {
			await using at = await testBox();
			at.file('usb', 'a bus\n');
			const spec = at.spec(`volumes: ["${at.folder}/usb:/dev/bus/usb/001"]\ndevice_cgroup_rules: ["c 189:* rmw"]\n`);
			expect(await at.tsbox(['run', spec, '--', 'cat', '/dev/bus/usb/001'])).toMatchObject({status: 0, out: 'a bus\n'});
			expect((await at.tsbox(['run', at.spec('volumes: ["/tmp:/dev/pts"]\n'), '--', 'true'])).err).toContain(
				'must not be `/dev/pts`',
			);
			expect(at.leftovers()).toEqual([]);
		});

		test('are refused on such a machine where no program can be attached', async () => {
			await using at = await testBox();
			const spec = at.spec('device_cgroup_rules: ["c 10:229 mr"]\n');
			const under = ['unshare', '--mount', 'sh', '-c', withoutList, 'sh'];
			const words = ['run', '--executor', 'commands', spec, '--', 'true'];
			expect(await at.tsbox(words, {under})).toMatchObject({
				status: 125,
				err: expect.stringContaining('no more devices can be let in by their numbers'),
			});
			expect(at.leftovers()).toEqual([]);
		});

		test('hold for two devices of one number, and for one that every container has', async () => {
			await using at = await testBox();
			const spec = at.spec('devices: ["/dev/fuse:/dev/a:r", "/dev/fuse:/dev/b:w", "/dev/null:/dev/c"]\n');
			expect(
				await at.tsbox(['run', spec, '--', 'sh', '-c', ': < /dev/a && echo x > /dev/c && echo opened']),
			).toMatchObject({
				status: 0,
				out: 'opened\n',
			});
			expect(at.leftovers()).toEqual([]);
		});
	},
);
