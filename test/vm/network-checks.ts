import assert from 'node:assert/strict';
import {existsSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {run, spec, tsbox} from './guest.ts';

/** A pair of devices, one end of which stands for a network card. */
function withCable(work: (device: string) => void): void {
	const device = 'card0';
	for (const words of [`link add ${device} type veth peer name card1`, `link set ${device} up`, 'link set card1 up'])
		assert.deepEqual(run(['ip', ...words.split(' ')]), {status: 0, out: '', err: ''});
	try {
		work(device);
	} finally {
		run(['ip', 'link', 'delete', device]);
	}
}

/** What a container prints of its devices on a network of a driver. */
function shownOn(driver: string, options: string): string {
	const path = spec(`on-${driver}`, ['true']);
	writeFileSync(
		path,
		`name: on-${driver}
networks:
  lan: {driver: ${driver}, driver_opts: {${options}}, ipam: {config: [{subnet: 192.0.2.0/24}]}}
services:
  job: {rootfs: /root/busybox.tar, command: [sh, -c, "ip address show eth0; ip route"], networks: [lan]}
`,
	);
	const {status, out, err} = tsbox('up', path);
	assert.equal(status, 0, err);
	return out;
}

/** Kinds of network devices that a kernel of Debian has as modules. */
export const networkChecks: Checks = {
	'containers are on networks of ipvlan, in each mode': () => {
		withCable(device => {
			assert.match(shownOn('ipvlan', `parent: ${device}`), /192\.0\.2\.\d+\/24[^]*default via 192\.0\.2\.1/);
			for (const mode of ['l3', 'l3s'])
				assert.match(shownOn('ipvlan', `parent: ${device}, ipvlan_mode: ${mode}`), /default dev eth0/);
		});
	},
	'a VLAN comes with its container and goes with it, and one that was there stays': () => {
		withCable(device => {
			const vlan = `/sys/class/net/${device}.50`;
			assert.match(shownOn('macvlan', `parent: ${device}.50`), /192\.0\.2\.\d+\/24/);
			assert.equal(existsSync(vlan), false);
			run(['ip', 'link', 'add', 'link', device, 'name', `${device}.50`, 'type', 'vlan', 'id', '50']);
			run(['ip', 'link', 'set', `${device}.50`, 'up']);
			assert.match(shownOn('ipvlan', `parent: ${device}.50`), /192\.0\.2\.\d+\/24/);
			assert.equal(existsSync(vlan), true);
		});
	},
};
