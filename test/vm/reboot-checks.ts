import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {type Ended, eventually, run, tsbox} from './guest.ts';
import {asUser, home} from './rootless-checks.ts';

/*
 * What a boot does to projects. `mall` has a unit of the machine, `cart` one of an ordinary user; `loose` has none, and its
 * state is on disk, where the next boot finds it.
 */

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** A service that notes in a volume which boot it was started in and how often its writable layer has seen a start. */
const noting = `command:
      - sh
      - -c
      - |
        cat /proc/sys/kernel/random/boot_id >> /data/boots
        echo x >> /seen
        wc -l < /seen >> /data/layers
        trap 'echo ended >> /data/ends; exit 0' TERM
        touch /ready
        while :; do sleep 0.1; done
    healthcheck: {test: "test -e /ready", interval: 200ms, timeout: 10s, retries: 20}`;
const waiting = 'command: [sh, -c, "trap \'exit 0\' TERM; while :; do sleep 0.1; done"]';

function project(name: string, folder: string): string {
	const path = `${folder}/${name}.yaml`;
	mkdirSync(`${folder}/${name}-data`, {recursive: true});
	writeFileSync(
		path,
		`name: ${name}
services:
  db:
    rootfs: ${folder}/busybox.tar
    network_mode: none
    volumes: ["${folder}/${name}-data:/data"]
    ${noting.replaceAll('$', '$$$$')}
  web:
    rootfs: ${folder}/busybox.tar
    network_mode: none
    depends_on: {db: {condition: service_healthy}}
    restart: always
    ${waiting}
`,
	);
	return path;
}

/** The lines that a project's containers have written into their volume. */
function noted(file: string): readonly string[] {
	const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
	return text === '' ? [] : text.split('\n');
}

interface Row {
	readonly name: string;
	readonly project?: string;
	readonly service?: string;
	readonly state: string;
	readonly health?: string;
	readonly pid: number;
}

const stores = {mall: '/var/lib/vm-suite', cart: `${home}/.local/share/tsbox`, loose: '/var/lib/vm-loose'};
const ofUser = (...args: readonly string[]): Ended => asUser(['/mnt/share/bin/tsbox', ...args]);
const onDisk = (...args: readonly string[]): Ended =>
	run(['/mnt/share/bin/tsbox', '--store', stores.loose, '--state', `${stores.loose}/state`, ...args]);

function rows(of: typeof tsbox, name: string): readonly Row[] {
	const {out, err} = of('ps', '--all', '--json');
	assert.notEqual(out, '', err);
	return (JSON.parse(out) as readonly Row[]).filter(row => row.project === name);
}

/** Waits until both services run and `db` is healthy, and until each process is one of this boot. */
async function healthy(of: typeof tsbox, name: string): Promise<void> {
	await eventually(
		`healthy ${name}`,
		() => {
			const seen = rows(of, name).map(({service, state, health}) => `${service} ${state} ${health}`);
			return seen.join() === 'db running healthy,web running none' ? true : undefined;
		},
		() => JSON.stringify(rows(of, name)) + logOf(),
	);
	for (const {pid, name: container} of rows(of, name))
		assert.match(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), new RegExp(container));
}

/** What was said in this boot, for a check that fails. */
function logOf(): string {
	return `\n${run(['journalctl', '-b', '--no-pager', '-n', '60']).out}`;
}

function succeeds({status, out, err}: Ended): string {
	assert.equal(status, 0, out + err);
	return out;
}

/** What of a store is a container's own: its writable layer and its output. */
function own(store: string): readonly string[] {
	return ['layers', 'logs']
		.flatMap(kind =>
			existsSync(`${store}/${kind}`) ? readdirSync(`${store}/${kind}`).map(name => `${kind}/${name}`) : [],
		)
		.toSorted();
}

const ownOf = (name: string): readonly string[] =>
	['layers', 'logs'].flatMap(kind => ['db', 'web'].map(service => `${kind}/${name}-${service}-1`));

/** Before the first reboot. */
export const beforeReboot: Checks = {
	'reboot: a unit of the machine is enabled': async () => {
		const unit = '/etc/systemd/system/tsbox-mall.service';
		writeFileSync(unit, succeeds(tsbox('export', 'systemd', project('mall', '/root'))));
		succeeds(run(['systemd-analyze', 'verify', unit]));
		succeeds(run(['systemctl', 'daemon-reload']));
		const {status, err} = run(['systemctl', 'enable', '--now', 'tsbox-mall']);
		assert.equal(status, 0, err + logOf());
		await healthy(tsbox, 'mall');
		assert.deepEqual(noted('/root/mall-data/boots'), [bootId()]);
	},
	'reboot: a unit of an ordinary user is sound and enabled, and its user lingers': async () => {
		succeeds(run(['install', '-o', 'user', '/root/busybox.tar', `${home}/busybox.tar`]));
		const path = project('cart', home);
		succeeds(run(['chown', '-R', 'user:', path, `${home}/cart-data`]));
		const folder = `${home}/.config/systemd/user`;
		succeeds(asUser(['mkdir', '-p', folder]));
		writeFileSync(`${folder}/tsbox-cart.service`, succeeds(ofUser('export', 'systemd', '--user', path)));
		succeeds(asUser(['systemd-analyze', '--user', 'verify', `${folder}/tsbox-cart.service`]));
		succeeds(run(['loginctl', 'enable-linger', 'user']));
		succeeds(asUser(['systemctl', '--user', 'daemon-reload']));
		const {status, err} = asUser(['systemctl', '--user', 'enable', '--now', 'tsbox-cart']);
		assert.equal(status, 0, err + logOf());
		await healthy(ofUser, 'cart');
		assert.deepEqual(noted(`${home}/cart-data/boots`), [bootId()]);
	},
	'reboot: a project without a unit, whose state is on disk, runs': async () => {
		succeeds(onDisk('up', '-d', '--wait', project('loose', '/root')));
		await healthy(onDisk, 'loose');
	},
};

/** In the boot after an orderly reboot. */
export const afterReboot: Checks = {
	'reboot: the project of the machine is healthy by itself, on a new layer and its old volume': async () => {
		await healthy(tsbox, 'mall');
		assert.deepEqual(new Set(noted('/root/mall-data/boots')).size, 2);
		assert.equal(noted('/root/mall-data/boots').at(-1), bootId());
		assert.deepEqual(noted('/root/mall-data/layers'), ['1', '1']);
	},
	"reboot: so is the user's": async () => {
		await healthy(ofUser, 'cart');
		assert.equal(noted(`${home}/cart-data/boots`).at(-1), bootId());
		assert.deepEqual(noted(`${home}/cart-data/layers`), ['1', '1']);
	},
	'reboot: the boot before had let both end in their own way': () => {
		assert.deepEqual(noted('/root/mall-data/ends'), ['ended']);
		assert.deepEqual(noted(`${home}/cart-data/ends`), ['ended']);
	},
	'reboot: what had no unit is told to be dead': () => {
		assert.deepEqual(
			rows(onDisk, 'loose').map(({state}) => state),
			['dead', 'dead'],
		);
		assert.match(onDisk('ps').out, /loose-db-1 +dead/);
	},
};

/** In the boot after the machine lost its power. */
export const afterPowerCut: Checks = {
	'power cut: the project of the machine is healthy by itself, on a new layer and its old volume': async () => {
		await healthy(tsbox, 'mall');
		assert.equal(noted('/root/mall-data/boots').length, 3);
		assert.equal(noted('/root/mall-data/boots').at(-1), bootId());
		assert.deepEqual(noted('/root/mall-data/layers'), ['1', '1', '1']);
		assert.deepEqual(noted('/root/mall-data/ends'), ['ended']);
	},
	"power cut: so is the user's, and its containers are in the unit's own cgroup": async () => {
		await healthy(ofUser, 'cart');
		assert.deepEqual(noted(`${home}/cart-data/layers`), ['1', '1', '1']);
	},
	'power cut: gc takes away what the boots before have left, and nothing of what runs': async () => {
		assert.deepEqual(own(stores.loose), ownOf('loose'));
		succeeds(onDisk('gc'));
		assert.deepEqual(rows(onDisk, 'loose'), []);
		assert.deepEqual(own(stores.loose), []);
		succeeds(onDisk('down', 'loose'));
		succeeds(tsbox('gc'));
		succeeds(ofUser('gc'));
		assert.deepEqual(own(stores.mall), ownOf('mall'));
		assert.deepEqual(own(stores.cart), ownOf('cart'));
		await healthy(tsbox, 'mall');
	},
	'power cut: stopping the units leaves nothing': () => {
		succeeds(run(['systemctl', 'disable', '--now', 'tsbox-mall']));
		assert.deepEqual(rows(tsbox, 'mall'), []);
		assert.deepEqual(own(stores.mall), []);
		succeeds(asUser(['systemctl', '--user', 'disable', '--now', 'tsbox-cart']));
		assert.deepEqual(rows(ofUser, 'cart'), []);
		assert.deepEqual(own(stores.cart), []);
	},
};
