import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {cgroupFile, eventually, run, spec, startTsbox, tsbox, unit} from './guest.ts';

/** A sentence about a machine with the unified hierarchy, and what shows that it is true. */
export type Checks = Readonly<Record<string, () => void | Promise<void>>>;

/** Starts a container that sleeps, and waits until it runs. */
async function sleeper(name: string, lines = ''): Promise<number> {
	const owner = startTsbox('up', spec(name, ['sleep', '1000'], lines));
	await eventually(`running ${name}`, () => (tsbox('ps', '--quiet').out.split('\n').includes(name) ? true : undefined));
	await eventually(`command of ${name}`, () => {
		const pids = cgroupFile(`tsbox/${name}`, 'cgroup.procs')?.split('\n') ?? [];
		// One may end, or its cgroup be empty, between the two looks.
		return pids.some(pid => pid !== '' && run(['cat', `/proc/${pid}/comm`]).out === 'sleep\n') ? true : undefined;
	});
	return owner;
}

const limits = `mem_limit: 100m
memswap_limit: 100m
mem_reservation: 16m
cpus: 0.5
cpuset: "0"
cpu_shares: 512
pids_limit: 32
blkio_config: {weight: 300}`;

const limitFiles = {
	'memory.max': '104857600',
	'memory.swap.max': '0',
	'memory.low': '16777216',
	'cpu.max': '50000 100000',
	'cpuset.cpus': '0',
	'cpu.weight': '20',
	'pids.max': '32',
	'io.weight': 'default 2930',
};

/** How limits are set, kept and taken away. */
export const cgroupChecks: Checks = {
	'every limit is in the file of the unified hierarchy that it belongs to, and the container can only read it': () => {
		const words = `cd /sys/fs/cgroup; for f in ${Object.keys(limitFiles).join(' ')}; do read -r v < $f; echo "$f=$v"; done
			cat /proc/self/cgroup; echo 1 > pids.max && echo written`;
		const {out, status} = tsbox('up', spec('limits', ['sh', '-c', words], limits));
		const wanted = Object.entries(limitFiles).map(([file, value]) => `${file}=${value}`);
		assert.deepEqual(out.trim().split('\n'), [...wanted, '0::/']);
		assert.notEqual(status, 0);
	},
	'a command that needs more than its memory is killed, and that is told': () => {
		const {status, err} = tsbox(
			'up',
			spec('oom', ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M', 'count=1'], 'mem_limit: 16m\nmemswap_limit: 16m'),
		);
		assert.equal(status, 137);
		assert.match(err, /killed by the memory limit of 16 MiB/);
	},
	'a limit that is too small to start in is named as the reason': () => {
		const {status, err} = tsbox('up', spec('tiny', ['true'], 'mem_limit: 512k\nmemswap_limit: 512k'));
		assert.equal(status, 125);
		assert.match(err, /cannot start in 512 KiB of memory/);
	},
	'no more processes start than pids_limit': () => {
		const {out, err} = tsbox(
			'up',
			spec('pids', ['sh', '-c', 'for i in 1 2 3 4 5 6; do sleep 5 & done; echo all'], 'pids_limit: 4'),
		);
		assert.match(err, /can't fork/);
		assert.doesNotMatch(out, /all/);
	},
	'a loop is held to its share of one CPU': () => {
		const words = 'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; grep nr_throttled /sys/fs/cgroup/cpu.stat';
		const {out} = tsbox('up', spec('loop', ['sh', '-c', words], 'cpus: 0.1'));
		assert.match(out, /nr_throttled [1-9]/);
	},
	'what exec starts is in the cgroup too, systemd reloads and changes nothing, and down removes all': async () => {
		await sleeper('long', limits);
		const inside = tsbox(
			'exec',
			'long',
			'--',
			'sh',
			'-c',
			'cat /proc/self/cgroup; grep Cpus_allowed_list /proc/self/status',
		);
		assert.equal(inside.out, '0::/\nCpus_allowed_list:\t0\n', inside.err);
		assert.equal(run(['systemctl', 'daemon-reload']).status, 0);
		for (const [file, value] of Object.entries(limitFiles))
			assert.equal(cgroupFile('tsbox/long', file)?.split('\n')[0], value);
		const {status, err} = tsbox('down', '--timeout', '0', 'long');
		assert.equal(status, 0, err);
		assert.equal(cgroupFile('tsbox', 'cgroup.procs'), undefined);
	},
	'what a killed tsbox leaves, gc takes away': async () => {
		const owner = await sleeper('orphan');
		process.kill(owner, 'SIGKILL');
		await eventually('end of tsbox', () => (run(['sh', '-c', `kill -0 ${owner}`]).status === 0 ? undefined : true));
		const {status, err} = tsbox('gc');
		assert.equal(status, 0, err);
		assert.equal(cgroupFile('tsbox', 'cgroup.procs'), undefined);
	},
};

/** `cgroup_parent`, below the unit that the suite runs in. */
export const delegationChecks: Checks = {
	'cgroup_parent with processes of its own is refused by the name of the rule': () => {
		const {status, err} = tsbox('up', spec('inner', ['true'], `cgroup_parent: ${unit}`));
		assert.equal(status, 125);
		assert.match(err, /no-internal-process rule/);
		assert.equal(cgroupFile(`${unit}/inner`, 'cgroup.procs'), undefined);
	},
	'a cgroup that systemd delegated takes containers once its processes are in a group below, and stays afterwards':
		() => {
			const folder = `/sys/fs/cgroup/${unit}`;
			mkdirSync(`${folder}/main`);
			for (const pid of readFileSync(`${folder}/cgroup.procs`, 'utf8').trim().split('\n'))
				writeFileSync(`${folder}/main/cgroup.procs`, pid);
			mkdirSync(`${folder}/boxes`);
			writeFileSync(`${folder}/cgroup.subtree_control`, '+memory');
			writeFileSync(`${folder}/boxes/memory.max`, '200M');
			const path = spec('given', ['cat', '/sys/fs/cgroup/memory.max'], `cgroup_parent: ${unit}/boxes\nmem_limit: 50m`);
			const {out, err} = tsbox('up', path);
			assert.equal(out, '52428800\n', err);
			assert.equal(cgroupFile(`${unit}/boxes`, 'memory.max'), '209715200');
			rmdirSync(`${folder}/boxes`);
		},
};

/** Starting as such, on another kernel and other tools than the host's. */
export const startChecks: Checks = {
	'this is systemd with the unified hierarchy alone': () => {
		assert.equal(readFileSync('/proc/1/comm', 'utf8'), 'systemd\n');
		assert.deepEqual(run(['findmnt', '-no', 'FSTYPE', '-t', 'cgroup,cgroup2']).out.trim(), 'cgroup2');
	},
	'doctor finds a machine that tsbox can work on': () => {
		const {status, out, err} = tsbox('doctor');
		assert.equal(status, 0, out + err);
	},
	'streams and the exit status pass': () => {
		const {status, out, err} = tsbox('up', spec('streams', ['sh', '-c', 'echo out; echo err >&2; exit 7']));
		assert.deepEqual([status, out], [7, 'out\n']);
		assert.match(err, /^err$/m);
	},
	'the command is process 1, without powers that the spec does not give, in namespaces of its own': () => {
		const words = `echo $$; grep -E '^(CapBnd|CapInh|CapAmb|NoNewPrivs|Uid):' /proc/self/status; hostname; ls /sys/class/net; cut -d' ' -f5 /proc/self/mountinfo`;
		const {out, err} = tsbox(
			'up',
			spec('alone', ['sh', '-c', words], 'user: app\ncap_drop: [ALL]\nsecurity_opt: [no-new-privileges:true]'),
		);
		const lines = out.split('\n').map(line => line.replaceAll(/\s+/g, ' '));
		assert.equal(lines[0], '1', err);
		for (const line of [
			'Uid: 1000 1000 1000 1000',
			'CapBnd: 0000000000000000',
			'NoNewPrivs: 1',
			'alone',
			'lo',
			'/proc',
		])
			assert.ok(lines.includes(line), `no line ${line} in ${out}`);
		assert.ok(!lines.some(line => line.includes('/mnt/share') || line.includes('.box')), out);
	},
	'the compiled script makes the same container without Node, and leaves nothing': () => {
		const path = spec('script', ['sh', '-c', 'hostname; cat /sys/fs/cgroup/memory.max; exit 5'], 'mem_limit: 50m');
		const {out: script, status, err} = tsbox('compile', path);
		assert.equal(status, 0, err);
		const ended = run(['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'sh', '-s'], script);
		assert.deepEqual([ended.status, ended.out], [5, 'script\n52428800\n'], ended.err);
	},
	"an example over the machine's own root runs": () => {
		const {out, err, status} = tsbox('up', '/mnt/share/config/examples/hello.yaml');
		assert.equal(status, 0, err);
		assert.match(out, /hello from hello, as uid 0/);
	},
	'another user than root can plan': () => {
		const {out, err, status} = run(
			'setpriv --reuid=1000 --regid=1000 --clear-groups /mnt/share/bin/tsbox plan /mnt/share/config/examples/hello.yaml'.split(
				' ',
			),
		);
		assert.equal(status, 0, err);
		assert.match(out, /pivot_root/);
	},
};
