import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {until} from './project.ts';

const root = process.getuid?.() === 0;

describe.skipIf(!root)('a container', () => {
	test('sees its own processes, hostname and loopback, and no mount that the plan does not name', async () => {
		await using box = await testBox();
		const spec = box.spec(
			'hostname: inside\ncommand: [sh, -c, "ps; hostname; cat /sys/class/net/lo/flags; wc -l < /proc/mounts; ls -a /dev"]\n',
		);
		const {status, out} = await box.tsbox(['run', spec]);
		expect(status).toBe(0);
		expect(out).toContain('inside\n0x9\n');
		expect(out.split('\n').filter(line => /^\s+\d+ root/.test(line)).length).toBeLessThanOrEqual(2);
		expect(out).not.toContain('.box');
		expect(box.leftovers()).toEqual([]);
	});

	test('gets the limits of its spec, as the kernel shows them', async () => {
		await using box = await testBox();
		const spec = box.spec(
			'mem_limit: 64m\nmemswap_limit: 64m\npids_limit: 40\ncpus: 0.5\ncpuset: "0"\nulimits: {nofile: {soft: 100, hard: 200}}\noom_score_adj: 300\nsysctls: {net.ipv4.ip_unprivileged_port_start: "80"}\ncommand: [sh, -c, "ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; grep Cpus_allowed_list /proc/self/status"]\n',
		);
		const {status, out} = await box.tsbox(['run', spec]);
		expect(status).toBe(0);
		expect(out.split('\n').slice(0, -1)).toEqual([
			'100',
			'200',
			'300',
			'80',
			'67108864',
			'40',
			'Cpus_allowed_list:\t0',
		]);
	});

	test('is killed over its memory limit, and told so with the peak', async () => {
		await using box = await testBox();
		const spec = box.spec('mem_limit: 100m\nmemswap_limit: 100m\n');
		const {status, err} = await box.tsbox([
			'run',
			spec,
			'--',
			'dd',
			'if=/dev/zero',
			'of=/dev/null',
			'bs=200M',
			'count=1',
		]);
		expect(status).toBe(137);
		expect(err).toMatch(/was killed by the memory limit of 100 MiB \(peak (100|99\.\d) MiB\)/);
		expect(box.leftovers()).toEqual([]);
	});

	test('tells of another process that is killed for memory when it is, and not when it ends for another reason', async () => {
		await using box = await testBox();
		const spec = box.spec(
			'mem_limit: 24m\nmemswap_limit: 24m\nstop_signal: SIGKILL\ncommand: [sh, -c, "tail /dev/zero; sleep 600"]\n',
		);
		const up = box.start(['up', '--json', spec]);
		await up.says('"type":"container.oom"');
		expect((await box.tsbox(['exec', box.name, '--', 'true'])).status).toBe(0);
		await box.tsbox(['down', box.name]);
		const {out, status} = await up.ended;
		expect(status).toBe(137);
		const kills = out.split('\n').filter(line => line.includes('container.oom'));
		expect(kills.map(line => JSON.parse(line) as unknown)).toEqual([
			expect.objectContaining({killed: 1, first: false, limit: 25165824}),
		]);
		// Detached, and ended by SIGKILL later: its record does not say that memory was the reason.
		await box.tsbox(['up', '-d', spec]);
		await until('the kill is told', () =>
			readFileSync(join(box.folder, `state/projects/${box.name}/events`), 'utf8').includes('service.oom'),
		);
		const stopped = await box.tsbox(['stop', box.name]);
		expect(stopped.err).not.toContain('memory');
		expect((await box.tsbox(['inspect', '--json', box.name])).out).not.toContain('"oomKilled": true');
		await box.tsbox(['down', box.name]);
		expect(box.leftovers()).toEqual([]);
	});

	test('that cannot start in its memory says that', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox(['run', box.spec('mem_limit: 512k\nmemswap_limit: 512k\n'), '--', 'true']);
		expect(status).toBe(125);
		expect(err).toContain('killed by the memory limit of 512 KiB');
		const less = await box.tsbox(['validate', box.spec('mem_limit: 511k\n')]);
		expect(less.err).toContain('a container is set up inside its own limit, which takes 1 to 4 MiB');
		expect(box.leftovers()).toEqual([]);
	});

	test('that may use more memory than there is starts with a warning', async () => {
		await using box = await testBox();
		const said = /warning: `mem_limit` is 4 PiB, and the machine has \S+ [GM]iB: it holds nothing back/;
		const spec = box.spec('mem_limit: 4096t\n');
		for (const words of [
			['validate', spec],
			['run', spec, '--', 'true'],
		])
			expect(await box.tsbox(words)).toMatchObject({status: 0, err: expect.stringMatching(said)});
		expect((await box.tsbox(['plan', spec])).out).toContain('`mem_limit` is 4 PiB');
	});

	test('has the capabilities, ids and descriptors of its spec and no others', async () => {
		await using box = await testBox();
		const show =
			'grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs)" /proc/self/status; for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo fd $n; done; pwd; echo $HOME';
		const spec = box.spec(
			`user: app\ncap_drop: [ALL]\ncap_add: [NET_BIND_SERVICE]\nworking_dir: /srv/made\ncommand: [sh, -c, ${JSON.stringify(show.replaceAll('$', () => '$$'))}]\n`,
		);
		const {out} = await box.tsbox(['run', spec]);
		expect(out).toMatchInlineSnapshot(`
			"Uid:	1000	1000	1000	1000
			Gid:	1000	1000	1000	1000
			Groups:	50 1000 
			CapInh:	0000000000000000
			CapPrm:	0000000000000000
			CapEff:	0000000000000000
			CapBnd:	0000000000000400
			CapAmb:	0000000000000000
			NoNewPrivs:	1
			fd 0
			fd 1
			fd 2
			/srv/made
			/home/app
			"
		`);
	});

	test('ends with the status of its command, or says why it could not run it', async () => {
		await using box = await testBox();
		const spec = box.spec();
		const run = async (...command: readonly string[]) => (await box.tsbox(['run', spec, '--', ...command])).status;
		expect(await run('sh', '-c', 'exit 7')).toBe(7);
		expect(await run('sh', '-c', '(sleep 0; kill -TERM 1) & trap "exit 9" TERM; wait; wait')).toBe(9);
		const missing = await box.tsbox(['run', spec, '--', 'nosuch']);
		expect(missing.status).toBe(127);
		expect(missing.err).toContain('/usr/local/sbin:/usr/local/bin');
		expect(await run('/etc/passwd')).toBe(126);
		expect((await box.tsbox(['run', '-w', '/etc/passwd', spec, '--', 'true'])).status).toBe(125);
		expect((await box.tsbox(['run', '-w', '/proc/self/fd/3', spec, '--', 'true'])).status).toBe(125);
		expect(box.leftovers()).toEqual([]);
	});

	test('passes bytes through untouched, and a closed pipe ends it', async () => {
		await using box = await testBox();
		const bytes = randomBytes(16 * 1024 * 1024);
		const {out} = await box.tsbox(['run', box.spec(), '--', 'cat'], {input: bytes});
		const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
		expect(hash(Buffer.from(out, 'latin1'))).toBe(hash(bytes));
		const endless = box.start(['run', box.spec(), '--', 'yes']);
		await endless.says('y\n');
		endless.child.stdout?.destroy();
		expect((await endless.ended).status).not.toBeNull();
		expect(box.leftovers()).toEqual([]);
	});

	test('gets the signal, and after its grace period the end', async () => {
		await using box = await testBox();
		const polite = box.start([
			'up',
			'--plain',
			'-T',
			box.spec(`command: [sh, -c, "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done"]\n`),
		]);
		await polite.says('ready');
		polite.child.kill('SIGTERM');
		expect(await polite.ended).toMatchObject({status: 3, out: expect.stringContaining('bye') as string});
		const deaf = box.start([
			'up',
			'--plain',
			'-T',
			box.spec('stop_grace_period: 200ms\ncommand: [sh, -c, "echo ready; sleep 60"]\n'),
		]);
		await deaf.says('ready');
		deaf.child.kill('SIGINT');
		expect((await deaf.ended).status).toBe(137);
		expect(box.leftovers()).toEqual([]);
	});

	test('with init, orphans are reaped and signals passed on', async () => {
		await using box = await testBox();
		const spec = box.spec(
			'init: true\ncommand: [sh, -c, "(sleep 0.01 &) ; sleep 0.2; ps -o stat | grep -c Z; exit 4"]\n',
		);
		expect(await box.tsbox(['run', spec])).toMatchObject({status: 4, out: '0\n'});
	});

	test('keeps its writable layer when asked to, and else not', async () => {
		await using box = await testBox();
		const kept = box.spec('keep: true\n');
		await box.tsbox(['run', kept, '--', 'touch', '/made']);
		expect((await box.tsbox(['run', kept, '--', 'ls', '/made'])).status).toBe(0);
		const thrown = box.spec();
		await box.tsbox(['run', thrown, '--', 'touch', '/made']);
		expect((await box.tsbox(['run', thrown, '--', 'ls', '/made'])).status).toBe(1);
	});

	test("never lets a host's tool meet its environment", async () => {
		await using box = await testBox();
		const spec = box.spec(
			'environment: {LD_PRELOAD: /evil.so, BASH_ENV: /evil, ENV: /evil, NODE_OPTIONS: --require=/evil, LIBMOUNT_FSTAB: /evil, PATH: "/evil:/bin"}\ncommand: [sh, -c, "env | sort"]\n',
		);
		await box.tsbox(['run', spec, '--', '/bin/true']);
		const {status, out, err} = await box.tsbox(['run', spec]);
		expect({status, err}).toEqual({status: 0, err: ''});
		expect(out).toContain('LD_PRELOAD=/evil.so');
	});
});

describe.skipIf(!root)('a hostile root filesystem', () => {
	/** A folder as rootfs: the busybox archive unpacked, then changed. */
	async function rootfs(box: Awaited<ReturnType<typeof testBox>>): Promise<string> {
		const {execFileSync} = await import('node:child_process');
		const folder = join(box.folder, 'rootfs');
		mkdirSync(folder);
		execFileSync('tar', ['-xpf', box.rootfs, '-C', folder]);
		return folder;
	}

	test('has none of its tools run while the container is made', async () => {
		await using box = await testBox();
		const folder = await rootfs(box);
		for (const tool of [
			'mount',
			'umount',
			'setpriv',
			'pivot_root',
			'mkdir',
			'rmdir',
			'mount.tmpfs',
			'mount.proc',
			'mount.overlay',
		]) {
			for (const place of ['bin', 'sbin', 'usr/bin', 'usr/sbin']) {
				const {rmSync} = await import('node:fs');
				rmSync(join(folder, place, tool), {force: true});
				writeFileSync(join(folder, place, tool), '#!/bin/busybox sh\necho evil >> /ran\n', {mode: 0o755});
			}
		}
		const spec = box.file(
			'spec.yaml',
			`name: ${box.name}\nrootfs: ./rootfs\nvolumes: [./rootfs:/data]\ntmpfs: [/run]\nread_only: true\n`,
		);
		expect(await box.tsbox(['run', spec, '--', 'ls', '/ran'])).toMatchObject({status: 1});
	});

	test.each(['proc', 'sys', 'dev'])('with /%s a symlink is refused, and what it points to is untouched', async name => {
		await using box = await testBox();
		const folder = await rootfs(box);
		const outside = join(box.folder, 'outside');
		mkdirSync(outside);
		const {readdirSync, rmSync} = await import('node:fs');
		rmSync(join(folder, name), {recursive: true});
		symlinkSync(outside, join(folder, name));
		const spec = box.file('spec.yaml', `name: ${box.name}\nrootfs: ./rootfs\n`);
		const {status, err} = await box.tsbox(['run', spec, '--', 'true']);
		expect(status).toBe(125);
		expect(err).toContain(`/${name} of the root filesystem is a symlink`);
		expect(readdirSync(outside)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('cannot move a mount by a symlink', async () => {
		await using box = await testBox();
		const folder = await rootfs(box);
		symlinkSync('../../../../etc', join(folder, 'data'));
		mkdirSync(join(box.folder, 'shared'));
		const spec = box.file('spec.yaml', `name: ${box.name}\nrootfs: ./rootfs\nvolumes: [./shared:/data]\n`);
		const {status, err} = await box.tsbox(['run', spec, '--', 'true']);
		expect(status).toBe(125);
		expect(err).toContain('/data is a symlink');
		expect(box.leftovers()).toEqual([]);
	});
});

describe.skipIf(!root)('the verbs around a running container', () => {
	test('exec enters it, and ps, inspect and down tell the truth', async () => {
		await using box = await testBox();
		const up = box.start(['up', '--plain', '-T', box.spec('command: [sh, -c, "echo ready; exec sleep 60"]\n')]);
		await up.says('ready');
		const inside = await box.tsbox([
			'exec',
			'-u',
			'app',
			'-w',
			'/tmp',
			'-e',
			'A=b',
			box.name,
			'--',
			'sh',
			'-c',
			'id -u; pwd; echo $A; hostname; grep -E "CapInh|CapBnd" /proc/self/status; ls /proc/self/fd | wc -l; readlink /proc/self/cwd',
		]);
		expect(inside).toMatchObject({
			status: 0,
			out: `1000\n/tmp\nb\n${box.name}\nCapInh:\t0000000000000000\nCapBnd:\t00000000a80425fb\n4\n/tmp\n`,
		});
		expect((await box.tsbox(['exec', box.name, '--', 'sh', '-c', 'exit 5'])).status).toBe(5);
		expect((await box.tsbox(['exec', box.name, '--', 'nosuch'])).status).toBe(127);
		const seen = JSON.parse((await box.tsbox(['inspect', box.name])).out) as {
			readonly state: string;
			readonly process: {readonly pid: number};
		};
		expect(seen.state).toBe('running');
		expect(readFileSync(`/proc/${seen.process.pid}/cmdline`, 'utf8')).toBe('sleep\x0060\0');
		const second = await box.tsbox(['run', box.spec(), '--', 'true']);
		expect(second).toMatchObject({
			status: 125,
			err: expect.stringContaining(
				`there is a container named ${box.name} already\n  cause    it is running`,
			) as string,
		});
		expect((await box.tsbox(['down', '-t', '0', box.name])).status).toBe(0);
		expect((await up.ended).status).toBe(137);
		expect(box.leftovers()).toEqual([]);
	});

	test('of two starts at the same moment one wins', async () => {
		await using box = await testBox();
		const spec = box.spec('command: [sleep, "0.5"]\n');
		await box.tsbox(['run', spec, '--', 'true']);
		const both = await Promise.all([box.tsbox(['run', spec]), box.tsbox(['run', spec])]);
		expect(both.map(({status}) => status).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 125]);
		expect(box.leftovers()).toEqual([]);
	});
});
