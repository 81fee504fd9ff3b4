import assert from 'node:assert/strict';
import {copyFileSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {type Ended, run} from './guest.ts';

/** Of the ordinary user of the guest. */
export const home = '/home/user';

/** Runs tsbox as the ordinary user of the guest, whose systemd manager is there. */
export function asUser(words: readonly string[]): Ended {
	const runtime = 'XDG_RUNTIME_DIR=/run/user/1000';
	const bus = 'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus';
	return run(['runuser', '-u', 'user', '--', 'env', '-C', home, runtime, bus, `HOME=${home}`, ...words]);
}

const tsbox = '/mnt/share/bin/tsbox';
const delegated = ['systemd-run', '--user', '--scope', '--quiet', '-p', 'Delegate=yes', '--'];

/** Runs tsbox as the ordinary user, in a cgroup that systemd gave away. */
export function asDelegate(...args: readonly string[]): Ended {
	return asUser([...delegated, tsbox, ...args]);
}

function spec(name: string, text: string): string {
	const path = `${home}/${name}.yaml`;
	writeFileSync(path, `name: ${name}\nrootfs: ${home}/busybox.tar\n${text}`);
	return path;
}

/** What an ordinary user can do, with subordinate ids and a systemd of its own. */
export const rootlessChecks: Checks = {
	'an ordinary user runs a container, with users of its own in it': () => {
		copyFileSync('/root/busybox.tar', `${home}/busybox.tar`);
		const path = spec(
			'mine',
			'user: app\ncommand: [sh, -c, "id -u; cat /proc/self/uid_map; grep Seccomp: /proc/self/status"]\n',
		);
		const {status, out, err} = asUser([tsbox, 'run', path]);
		assert.equal(status, 0, err);
		assert.match(out, /^1000\n +0 +1000 +1\n +1 +\d+ +\d+\nSeccomp:\t2\n$/);
	},
	"over the machine's own root too": () => {
		const path = `${home}/host.yaml`;
		writeFileSync(path, 'name: host\nrootfs: host\ncommand: [sh, -c, "touch /usr/x && echo written"]\n');
		const {out, err} = asUser([tsbox, 'run', path]);
		assert.equal(out, 'written\n', err);
	},
	'without a group of its own a limit is refused, with the way to get it': () => {
		const {status, err} = asUser([tsbox, 'run', spec('limited', 'mem_limit: 64m\n'), '--', 'true']);
		assert.equal(status, 125);
		assert.match(err, /systemd-run --user --scope -p Delegate=yes/);
	},
	'in a scope that systemd delegated its limits hold': () => {
		const path = spec(
			'limited',
			'mem_limit: 64m\npids_limit: 40\ncommand: [sh, -c, "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max"]\n',
		);
		const {status, out, err} = asDelegate('run', path);
		assert.equal(status, 0, err);
		assert.equal(out, '67108864\n40\n');
	},
	'a command that needs more than its memory is killed there as well': () => {
		const path = spec(
			'eater',
			'mem_limit: 32m\nmemswap_limit: 32m\ncommand: [sh, -c, "head -c 64m /dev/zero | tail"]\n',
		);
		const {err} = asDelegate('up', path);
		assert.match(err, /memory/);
	},
};
