import assert from 'node:assert/strict';
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {cgroupFile, type Ended, eventually, program, run} from './guest.ts';
import {asUser, home} from './rootless-checks.ts';

const runtime = '/mnt/share/bin/tsbox-runtime';
const manager = 'user.slice/user-1000.slice/user@1000.service';

function podman(...words: readonly string[]): Ended {
	return asUser(['podman', '--runtime', runtime, ...words]);
}

function ok({status, out, err}: Ended): string {
	assert.equal(status, 0, out + err);
	return out;
}

/** The limits that both engines are given, and the files of the scope in which they stand. */
const limits = ['--memory', '64m', '--memory-swap', '64m', '--pids-limit', '40', '--cpus', '0.5'];
const files = {'memory.max': '67108864', 'pids.max': '40', 'cpu.max': '50000 100000'};

/** systemd writes the values that it knows again when it loads its units. */
function assertLimits(scope: string, limits: Readonly<Record<string, string>>, reload: () => Ended): void {
	for (let time = 0; time < 2; time += 1) {
		for (const [file, value] of Object.entries(limits))
			assert.equal(cgroupFile(scope, file), value, `${scope}/${file}`);
		ok(reload());
	}
}

/** Podman of an ordinary user, with the systemd that runs for it. */
export const podmanChecks: Checks = {
	'Podman of an ordinary user runs a container by tsbox, with a network and in a scope of systemd': () => {
		copyFileSync('/root/busybox.tar', `${home}/bb.tar`);
		ok(asUser(['podman', 'import', `${home}/bb.tar`, 'bb']));
		const script = 'id -u; cat /proc/self/uid_map; ip -o -4 addr | grep -vc " lo "; cat /proc/self/cgroup; touch /new';
		const out = ok(podman('run', '--rm', 'bb', 'sh', '-c', script));
		assert.match(out, /^0\n +0 +1000 +1\n +1 +100000 +65536\n1\n0::\/\n$/);
	},
	'the limits of such a container hold, stay when systemd loads its units again, and go with it': async () => {
		ok(podman('run', '-d', '--name', 'n', '--network', 'none', ...limits, 'bb', 'sleep', '1000'));
		const id = ok(podman('inspect', '-f', '{{.Id}}', 'n')).trim();
		const scope = `${manager}/user.slice/libpod-${id}.scope`;
		const reload = () => asUser(['systemctl', '--user', 'daemon-reload']);
		assertLimits(scope, files, reload);
		// What held the scope has ended.
		await eventually('only the command', () => (cgroupFile(scope, 'cgroup.procs')?.includes('\n') ? undefined : true));
		assert.equal(ok(podman('exec', 'n', 'cat', '/sys/fs/cgroup/pids.max')), '40\n');
		ok(podman('update', '--memory', '32m', '--memory-swap', '32m', 'n'));
		assertLimits(scope, {...files, 'memory.max': '33554432'}, reload);
		ok(podman('pause', 'n'));
		assert.match(cgroupFile(scope, 'cgroup.events') ?? '', /frozen 1/);
		ok(podman('unpause', 'n'));
		ok(podman('stop', '-t', '0', 'n'));
		ok(podman('start', 'n'));
		assert.equal(ok(podman('exec', 'n', 'cat', '/proc/1/comm')), 'sleep\n');
		ok(podman('rm', '-f', '-t', '0', 'n'));
		await eventually('end of the scope', () => (existsSync(`/sys/fs/cgroup/${scope}`) ? undefined : true));
	},
	'a bundle of an ordinary user has its limits in a scope of that user': async () => {
		const bundle = `${home}/bundle`;
		ok(asUser(['mkdir', '-p', `${bundle}/rootfs`]));
		ok(asUser(['tar', '-C', `${bundle}/rootfs`, '-xf', `${home}/bb.tar`]));
		ok(asUser([runtime, 'spec', '--rootless', '--bundle', bundle]));
		const {process, linux, ...rest} = JSON.parse(readFileSync(`${bundle}/config.json`, 'utf8')) as Record<
			string,
			object
		>;
		const config = {
			...rest,
			process: {...process, terminal: false, args: ['sleep', '1000']},
			linux: {...linux, cgroupsPath: 'user.slice:tsbox:mine', resources: {pids: {limit: 40}}},
		};
		writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
		const create = `${runtime} --systemd-cgroup create --bundle ${bundle} mine >${home}/said 2>&1`;
		const {status} = asUser(['systemd-run', '--user', '--scope', '--quiet', '--', 'sh', '-c', create]);
		assert.equal(status, 0, readFileSync(`${home}/said`, 'utf8'));
		const scope = `${manager}/user.slice/tsbox-mine.scope`;
		assertLimits(scope, {'pids.max': '40'}, () => asUser(['systemctl', '--user', 'daemon-reload']));
		ok(asUser([runtime, 'delete', '--force', 'mine']));
		await eventually('end of the scope', () => (existsSync(`/sys/fs/cgroup/${scope}`) ? undefined : true));
	},
	'without systemd, Podman of an ordinary user is refused limits by name, and runs without them': () => {
		const without = ['--cgroup-manager', 'cgroupfs', 'run', '--rm', '--network', 'none'];
		assert.match(podman(...without, '--memory', '64m', 'bb', 'true').err, /no limits can be set/);
		assert.equal(ok(podman(...without, 'bb', 'id', '-u')), '0\n');
	},
};

const daemon = 'docker-of-suite';
const docker = ['docker', '-H', 'unix:///run/docker-of-suite.sock'];

/**
 * A program of perl that detaches all programs of BPF_CGROUP_DEVICE from a cgroup: BPF_PROG_QUERY, BPF_PROG_GET_FD_BY_ID and BPF_PROG_DETACH of
 * bpf(2), whose number is that of x86_64.
 */
const detachPrograms = String.raw`open my $cgroup, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
my $ids = "\0" x 256;
my $query = pack 'L4PLx4', fileno $cgroup, 6, 0, 0, $ids, 64;
syscall(321, 16, $query, length $query) == 0 or die "query: $!\n";
for (unpack 'L' . (unpack 'L4QL', $query)[5], $ids) {
	my $one = pack 'L3', $_, 0, 0;
	my $program = syscall 321, 13, $one, length $one;
	my $detach = pack 'L5', fileno $cgroup, $program, 6, 0, 0;
	syscall(321, 9, $detach, length $detach) == 0 or die "detach: $!\n";
}`;

/** Docker, whose control groups systemd makes. */
export const dockerChecks: Checks = {
	'Docker whose control groups are those of systemd runs a container by tsbox, with limits that stay': async () => {
		const at = '/var/lib/docker-of-suite';
		mkdirSync(at);
		const config = {
			'exec-opts': ['native.cgroupdriver=systemd'],
			'default-runtime': 'tsbox',
			runtimes: {tsbox: {path: runtime}},
			'data-root': `${at}/data`,
			'exec-root': `${at}/exec`,
			bridge: 'none',
			hosts: [docker[2]],
		};
		writeFileSync(`${at}/daemon.json`, JSON.stringify(config));
		const start = ['systemd-run', '--quiet', '--collect', `--unit=${daemon}`, '-p', 'Delegate=yes'];
		ok(run([...start, 'dockerd', '--config-file', `${at}/daemon.json`, '--pidfile', `${at}/pid`]));
		await eventually('Docker', () => (run([...docker, 'version']).status === 0 ? true : undefined));
		ok(run([...docker, 'import', '/root/busybox.tar', 'bb']));
		const network = ['--network', 'none'];
		assert.equal(ok(run([...docker, 'run', '--rm', ...network, 'bb', 'cat', '/proc/self/cgroup'])), '0::/\n');
		const opens = 'mknod /tun c 10 200; (exec 3<>/tun) 2>&1 | grep -c "not permitted"; echo > /dev/null && echo null';
		assert.equal(ok(run([...docker, 'run', '--rm', ...network, 'bb', 'sh', '-c', opens])), '1\nnull\n');
		const id = ok(run([...docker, 'run', '-d', ...network, ...limits, 'bb', 'sleep', '1000'])).trim();
		const scope = `system.slice/docker-${id}.scope`;
		const reload = () => run(['systemctl', 'daemon-reload']);
		assertLimits(scope, files, reload);
		ok(run([...docker, 'update', '--memory', '32m', '--memory-swap', '32m', id]));
		assertLimits(scope, {...files, 'memory.max': '33554432'}, reload);
		assert.equal(ok(run([...docker, 'exec', id, 'cat', '/sys/fs/cgroup/pids.max'])), '40\n');
		const drift = () => run([program, 'drift', `docker-${id.slice(0, 12)}`]);
		assert.doesNotMatch(drift().out, /bpf/);
		ok(run(['perl', '-e', detachPrograms, `/sys/fs/cgroup/${scope}`]));
		assert.match(drift().out, /forbid all devices but \d+ kinds: .*none/);
		assert.equal(drift().status, 1);
		ok(run([...docker, 'rm', '-f', id]));
		await eventually('end of the scope', () => (existsSync(`/sys/fs/cgroup/${scope}`) ? undefined : true));
		ok(run(['systemctl', 'stop', daemon]));
	},
};
