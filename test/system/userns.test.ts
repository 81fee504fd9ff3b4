import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {rootRange} from './root-range.ts';
import {start} from './compiled-script.ts';
import {program} from '../support/program.ts';

/* Containers of root with a user namespace: their root is nobody on the host. */

const range = rootRange();

test('root of the container is nobody on the host, and all of the image belongs to the container', async () => {
	await using at = await testBox('mapped');
	const script =
		'id -u; cat /proc/self/uid_map; stat -c %u:%g /bin/busybox /home/app; touch /new; mount -t tmpfs x /tmp 2>&1 | head -n 1';
	const {status, out, err} = await at.tsbox(['run', at.spec('keep: true\n'), '--', 'sh', '-c', script]);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	const lines = out.split('\n').map(line => line.trim().replace(/\s+/g, ' '));
	expect(lines.slice(0, 4)).toEqual(['0', `0 ${range.start} ${range.count}`, '0:0', '1000:1000']);
	expect(lines[4]).toContain('permission denied');
	expect(statSync(join(at.folder, `store/kept/${at.name}/upper/new`)).uid).toBe(range.start);
	expect(at.leftovers()).toEqual([]);
});

test('a kept layer is not given to other ids', async () => {
	await using at = await testBox('mapped');
	expect((await at.tsbox(['run', at.spec('keep: true\n'), '--', 'touch', '/x'])).status).toBe(0);
	const other = await at.tsbox(['run', '--userns', 'host', at.spec('keep: true\n'), '--', 'true']);
	expect(other.status).toBe(125);
	expect(other.err).toContain(`root of the container that wrote it was uid ${range.start} of the host, and now is 0`);
});

test('has users, groups, limits and settings as any other container', async () => {
	await using at = await testBox('mapped');
	const spec = at.spec(
		'user: app\nmem_limit: 64m\noom_score_adj: 500\nulimits: {nofile: {soft: 100, hard: 200}}\nhostname: other\nsysctls: {net.ipv4.ip_unprivileged_port_start: "0"}\n',
	);
	const script =
		'id; hostname; cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start /sys/fs/cgroup/memory/memory.limit_in_bytes; ulimit -n; ulimit -Hn; ping -c 1 -w 1 127.0.0.1 > /dev/null; ls -ln /home | tail -n 1 | cut -c 1-40';
	const {out} = await at.tsbox(['run', spec, '--', 'sh', '-c', script]);
	expect(out).toMatch(
		/^uid=1000\(app\) gid=1000\(app\) groups=50\(staff\),1000\(app\)\nother\n500\n0\n67108864\n100\n200\ndrwxr-xr-x +\d+ 1000 +1000 /,
	);
});

test('gets volumes that only root of the host can reach, with the owners that they have', async () => {
	await using at = await testBox('mapped');
	const own = join(at.folder, 'private');
	mkdirSync(join(own, 'below'), {recursive: true});
	writeFileSync(join(own, 'below/file'), 'text\n');
	writeFileSync(join(own, 'single'), 'one\n');
	execFileSync('chown', [`${range.start}:${range.start}`, join(own, 'below')]);
	chmodSync(own, 0o700);
	const spec = at.spec(
		'volumes: ["./private/below:/below", "./private/single:/etc/single:ro", "./private:/private"]\n',
	);
	const script =
		'cat /below/file /etc/single; touch /below/new; stat -c %u /below /below/file; ls /private 2>&1 | wc -l; touch /private/x 2>/dev/null || echo refused';
	const {out} = await at.tsbox(['run', spec, '--', 'sh', '-c', script]);
	expect(out).toBe('text\none\n0\n65534\n1\nrefused\n');
	expect(readdirSync(join(own, 'below')).sort()).toEqual(['file', 'new']);
	expect(statSync(join(own, 'below/new')).uid).toBe(range.start);
	expect(at.leftovers()).toEqual([]);
});

test('can be entered, with and without a terminal, and ended', async () => {
	await using at = await testBox('mapped');
	const running = at.start([
		'up',
		at.spec('command: [sh, -c, "trap \'exit 3\' TERM; echo is up; while :; do sleep 1; done"]\n'),
	]);
	await running.says('is up');
	const inside = await at.tsbox([
		'exec',
		at.name,
		'sh',
		'-c',
		'id -u; cat /proc/self/uid_map; grep Cap /proc/self/status',
	]);
	expect(inside.out).toMatch(new RegExp(`^0\\n +0 +${range.start} +${range.count}\\n`));
	expect(inside.out).toMatch(/CapInh:\t0{16}\n.*CapEff:\t00000000a80425fb/s);
	expect((await at.tsbox(['exec', '-u', 'app', at.name, 'id', '-un'])).out).toBe('app\n');
	const words = `${program} --store ${at.folder}/store --state ${at.folder}/state`;
	const typed = (verb: string): string =>
		execFileSync('script', ['-qec', `${words} ${verb}`, '/dev/null'], {encoding: 'utf8', input: ''});
	expect(typed(`exec ${at.name} sh -c 'echo typed > /dev/tty'`)).toContain('typed');
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
	expect((await running.ended).status).toBe(3);
	expect(typed(`run -t ${at.spec()} -- sh -c 'tty; echo typed > /dev/console'`)).toMatch(/\/dev\/console[^]*typed/);
	expect(at.leftovers()).toEqual([]);
});

test('over a folder, and over the root of the host', async () => {
	await using at = await testBox('mapped');
	const root = join(at.folder, 'root');
	execFileSync('sh', [
		'-c',
		'mkdir "$1" && tar -xf "$2" -C "$1" && chown 1000:1000 "$1/home/app"',
		'sh',
		root,
		at.rootfs,
	]);
	const folder = at.file(
		'folder.yaml',
		`name: ${at.name}\nrootfs: ./root\n${at.head}command: [sh, -c, "stat -c %u /bin/busybox /home/app; touch /new"]\n`,
	);
	expect((await at.tsbox(['run', folder])).out).toBe('0\n1000\n');
	expect(readdirSync(root)).not.toContain('new');
	expect(statSync(join(root, 'home/app')).uid).toBe(1000);
	const host = at.file(
		'host.yaml',
		`name: ${at.name}\nrootfs: host\n${at.head}command: [sh, -c, "stat -c %u /etc/passwd; touch /etc/passwd || echo no; touch /new && echo new"]\n`,
	);
	expect((await at.tsbox(['run', host])).out).toBe('65534\nno\nnew\n');
	expect(readdirSync('/')).not.toContain('new');
	expect(at.leftovers()).toEqual([]);
});

test('the example says who it is, here and on the host', async () => {
	await using at = await testBox('mapped');
	const example = join(import.meta.dirname, '../../config/examples/userns.yaml');
	const {out} = await at.tsbox(['run', '--name', at.name, example]);
	expect(out).toBe(`here I am uid 0\non the host I am uid ${range.start}\nand may not write /etc/passwd\n`);
	expect(at.leftovers()).toEqual([]);
});

test.each([
	['chroot', 'root: chroot\n', '0'],
	['privileged', 'privileged: true\n', '0'],
	['a reaper', 'init: true\nuser: app\n', '1000'],
	['a device', 'devices: [/dev/fuse]\n', '0'],
])('with %s it starts as well', async (_, text, id) => {
	await using at = await testBox('mapped');
	const {status, out, err} = await at.tsbox([
		'run',
		'--best-effort',
		at.spec(text),
		'--',
		'sh',
		'-c',
		'id -u; cat /proc/self/uid_map',
	]);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	expect(out).toMatch(new RegExp(`^${id}\\n +0 +${range.start} `));
	expect(at.leftovers()).toEqual([]);
});

test('refused system calls are traced there too', async () => {
	await using at = await testBox('mapped');
	const {err} = await at.tsbox(['run', '--trace-seccomp', at.spec(), '--', 'unshare', '-U', 'true']);
	expect(err).toMatch(/unshare\(|clone/);
});

test('compiled, it is the same', async () => {
	await using at = await testBox('mapped');
	const root = join(at.folder, 'root');
	execFileSync('sh', ['-c', 'mkdir "$1" && tar -xf "$2" -C "$1"', 'sh', root, at.rootfs]);
	const command = 'user: app\ncommand: [sh, -c, "id -u; cat /proc/self/uid_map; stat -c %u /bin/busybox"]\n';
	for (const spec of [
		at.spec(command),
		at.file('folder.yaml', `name: ${at.name}\nrootfs: ./root\n${at.head}${command}`),
	]) {
		const {out: script} = await at.tsbox(['compile', spec]);
		const {status, stdout, stderr} = await start(['/bin/sh', at.file('start.sh', script)]).ended;
		expect({status, stderr}).toEqual({status: 0, stderr: ''});
		expect(stdout).toMatch(new RegExp(`^1000\\n +0 +${range.start} +${range.count}\\n0\\n$`));
		expect(at.leftovers()).toEqual([]);
	}
});

test('the tools that a script copies are the same as those that tsbox does', async () => {
	await using at = await testBox();
	const spec = at.spec('command: ["true"]\n');
	const {out: script} = await at.tsbox(['compile', spec]);
	expect((await start(['/bin/sh', at.file('start.sh', script)]).ended).status).toBe(0);
	const sums = () =>
		execFileSync(
			'sh',
			['-c', 'cd "$1"/* && find . -type f | sort | xargs sha256sum', 'sh', join(at.folder, 'store/tools')],
			{encoding: 'utf8'},
		);
	const scripted = sums();
	execFileSync('rm', ['-r', join(at.folder, 'store/tools')]);
	expect((await at.tsbox(['run', spec])).status).toBe(0);
	expect(sums()).toBe(scripted);
});

test('`userns_mode: host` is the ids of the host', async () => {
	await using at = await testBox();
	const {out} = await at.tsbox(['run', at.spec('userns_mode: host\n'), '--', 'cat', '/proc/self/uid_map']);
	expect(out).toBe(readFileSync('/proc/self/uid_map', 'utf8'));
	const both = await at.tsbox(['run', at.spec('userns_mode: host\nnamespaces: [mount, user]\n'), '--', 'true']);
	expect(both.err).toContain('exclude each other');
	const none = await at.tsbox(['run', at.spec('userns_mode: auto\nnamespaces: [pid]\nroot: chroot\n'), '--', 'true']);
	expect(none.err).toContain('needs a mount namespace');
	const word = await at.tsbox(['run', at.spec('userns_mode: keep-id\n'), '--', 'true']);
	expect(word.err).toContain('must be one of `auto`, `host`');
});

test('an id outside the map is refused before anything is made', async () => {
	await using at = await testBox('mapped');
	const {status, err} = await at.tsbox(['run', at.spec('user: "70000:70000"\n'), '--', 'true']);
	expect(status).toBe(125);
	expect(err).toMatch(/70000:70000 is not one of the container's ids[^]*ends at 65535/);
	expect(at.leftovers()).toEqual([]);
});

test('an archive with a file of somebody outside the map is refused, with the id', async () => {
	await using at = await testBox('mapped');
	const archive = join(at.folder, 'far.tar');
	execFileSync(
		'sh',
		[
			'-c',
			'mkdir far && tar -xf "$1" -C far && touch far/theirs && chown 70000:0 far/theirs && tar -C far -cf far.tar .',
			'sh',
			at.rootfs,
		],
		{cwd: at.folder},
	);
	const {status, err} = await at.tsbox([
		'run',
		at.file('far.yaml', `name: ${at.name}\nrootfs: ${archive}\n${at.head}`),
		'--',
		'true',
	]);
	// A host with idmapped mounts shows such a file as nobody's.
	expect(status === 0 || err.includes('files of uid 70000, but the highest id of a container is 65535')).toBe(true);
	expect(at.leftovers()).toEqual([]);
});

test('cgroups that root of a container makes below its own go with it, and so do processes in them', async () => {
	await using at = await testBox('mapped');
	const root = existsSync('/sys/fs/cgroup/memory') ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
	const script = `mkdir -p ${root}/a/b && setsid sleep 1000 & sleep 0 && until [ -d ${root}/a/b ]; do :; done
		echo $! > ${root}/a/b/cgroup.procs && echo moved; echo 1 > ${root}/memory.limit_in_bytes`;
	const options = 'security_opt: [writable-cgroups=true]\n';
	const {out, err} = await at.tsbox(['run', at.spec(options), '--', 'sh', '-c', script]);
	expect(out).toBe('moved\n');
	expect(err.toLowerCase()).toContain('permission denied');
	expect(at.leftovers()).toEqual([]);
	const {out: compiled} = await at.tsbox([
		'compile',
		at.spec(`${options}command: [sh, -c, "mkdir -p ${root}/a/b; echo done"]\n`),
	]);
	expect(await start(['/bin/sh', at.file('start.sh', compiled)]).ended).toMatchObject({status: 0, stdout: 'done\n'});
	expect(at.leftovers()).toEqual([]);
});

test('root without a range of its own needs no setup and no newuidmap(1)', async () => {
	await using at = await testBox('mapped');
	const hidden = 'mount --bind /dev/null /etc/subuid && mount --bind /dev/null /usr/bin/newuidmap && exec "$@"';
	const tsbox = program;
	const folders = ['--store', join(at.folder, 'store'), '--state', join(at.folder, 'fresh')];
	const run = [tsbox, ...folders, 'run', at.spec(), '--', 'cat', '/proc/self/uid_map'];
	const path = `PATH=${process.env['PATH'] ?? ''}`;
	const {status, stdout} = await start(['/usr/bin/env', path, 'unshare', '-m', 'sh', '-c', hidden, 'sh', ...run]).ended;
	expect({status, map: stdout.trim().split(/\s+/)}).toEqual({status: 0, map: ['0', '1878982656', '65536']});
	expect(at.leftovers()).toEqual([]);
});
