import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readdirSync, statSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {run, spec, tsbox} from './guest.ts';

/** Whether this guest's mount(8) knows X-mount.idmap; it came with util-linux 2.39. */
const idmaps = run(['mount', '--version']).out.includes('idmap');

const images = '/var/lib/vm-suite/images';

/** Containers of root that have a user namespace. */
export const usernsChecks: Checks = {
	'root without subordinate ids has the range of systemd for containers': () => {
		const {status, out, err} = tsbox('run', spec('mapped', ['cat', '/proc/self/uid_map'], 'userns_mode: auto'));
		assert.equal(status, 0, err);
		assert.match(out, /^ +0 +1878982656 +65536\n$/);
	},
	[`root of a container is nobody on the host, ${idmaps ? 'by an idmapped mount' : 'over a copy in the store'}`]:
		() => {
			execFileSync('usermod', ['--add-subuids', '400000-465535', '--add-subgids', '500000-565535', 'root']);
			const before = readdirSync(images);
			const script =
				'id -u; stat -c %u:%g /bin/busybox /home/app; touch /new && cat /proc/self/uid_map /proc/self/gid_map';
			const {status, out, err} = tsbox('run', spec('mapped', ['sh', '-c', script], 'userns_mode: auto'));
			assert.equal(status, 0, err);
			assert.match(out, /^0\n0:0\n1000:1000\n +0 +400000 +65536\n +0 +500000 +65536\n$/);
			const made = readdirSync(images).filter(name => !before.includes(name));
			assert.deepEqual(
				made.map(name => name.replace(/^sha256-[0-9a-f]{64}/, '')),
				idmaps ? [] : ['.u400000-65536.g500000-65536'],
			);
		},
	'a folder as root filesystem has its owners changed too': () => {
		execFileSync('sh', ['-c', 'mkdir -p /root/folder && tar -xf /root/busybox.tar -C /root/folder']);
		const path = spec('mapped', ['sh', '-c', 'stat -c %u /bin/busybox /home/app; echo more > /home/app/x']);
		execFileSync('sed', ['-i', 's,^rootfs:.*,rootfs: /root/folder\\nuserns_mode: auto,', path]);
		const {status, out, err} = tsbox('run', path);
		assert.equal(status, 0, err);
		assert.equal(out, '0\n1000\n');
		assert.equal(statSync('/root/folder/bin/busybox').uid, 0);
		assert.deepEqual(readdirSync('/root/folder/home/app'), []);
	},
	'it has limits, volumes that only root of the host can reach, and an exec': () => {
		execFileSync('sh', [
			'-c',
			'mkdir -p /root/private/d; chmod 700 /root/private; echo text > /root/private/d/f; echo one > /root/private/one',
		]);
		const script = 'cat /sys/fs/cgroup/memory.max /d/f /one; touch /d/new 2>/dev/null || echo refused';
		const text = 'userns_mode: auto\nmem_limit: 64m\nvolumes: ["/root/private/d:/d", "/root/private/one:/one:ro"]';
		const {status, out, err} = tsbox('run', spec('mapped', ['sh', '-c', script], text));
		assert.equal(status, 0, err);
		assert.equal(out, '67108864\ntext\none\nrefused\n');
	},
};
