import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {hasPodman, type Machine, machine} from './engines.ts';
import {fileOfDocs, pasted, podmanWithTsbox, type RuntimeEngine, runtime} from './runtime-engines.ts';
import {until} from './until.ts';

/* Podman with tsbox as its runtime. */

describe.runIf(hasPodman)('Podman', () => {
	let place: Machine;
	let podman: RuntimeEngine;
	beforeAll(async () => {
		place = await machine();
		podman = await podmanWithTsbox(place);
	});
	afterAll(async () => {
		await podman?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});
	afterEach(() => {
		podman.run(['rm', '-af', '-t', '0']);
	});
	const inside = (script: string, ...options: readonly string[]) =>
		podman.run(['run', '--rm', '--network', 'none', ...options, 'bb', 'sh', '-c', script]);

	test('a command has its output and its exit status, which are 126 and 127 for one that cannot be run', () => {
		expect(inside('echo hello; exit 3')).toMatchObject({status: 3, out: 'hello\n'});
		expect(podman.run(['run', '--rm', '--network', 'none', 'bb', 'nothing']).status).toBe(127);
		expect(podman.run(['run', '--rm', '--network', 'none', 'bb', '/etc/passwd']).status).toBe(126);
		expect(podman.containers()).toEqual([]);
	});

	test('overlays of a folder of the host, whose writes go away, and of an image', () => {
		const folder = join(place.folder, 'below');
		mkdirSync(folder);
		writeFileSync(join(folder, 'file'), 'text\n');
		const script = 'cat /o/file; touch /o/new; ls /o; ls -d /i/bin; touch /i/new';
		const said = inside(script, '-v', `${folder}:/o:O`, '--mount', 'type=image,source=bb,destination=/i');
		expect(said.out).toBe('text\nfile\nnew\n/i/bin\n');
		expect(said.err).toContain('Read-only file system');
		expect(readdirSync(folder)).toEqual(['file']);
		expect(podman.containers()).toEqual([]);
	});

	test('the first commands of docs/engines.md', () => {
		// What the engine of this test reads, but for the path.
		const conf = readFileSync(join(place.folder, 'podman/containers.conf'), 'utf8');
		expect(conf).toContain(fileOfDocs('containers.conf').replace('/usr/local/bin/tsbox-runtime', runtime));
		const said = place.out('sh', '-ec', `podman() { command ${podman.line} "$@"; }\n${pasted('podman')}`);
		expect(said).toMatch(/^hello\n[0-9a-f]{64}\n$/);
	});

	test('a detached container is entered, paused, and stopped, and tsbox shows it', () => {
		const id = podman.run(['run', '-d', '--name', 'p1', '--network', 'none', 'bb', 'sleep', '1000']).out.trim();
		expect(podman.run(['exec', '-u', '1000', '-w', '/tmp', 'p1', 'sh', '-c', 'id -u; pwd; exit 4'])).toMatchObject({
			status: 4,
			out: '1000\n/tmp\n',
		});
		const name = `podman-${id.slice(0, 12)}`;
		expect(JSON.parse(podman.tsbox('ps', '--json').out)).toMatchObject([{name, engine: {kind: 'podman', id}}]);
		expect(podman.tsbox('drift', name).out).toMatch(/^all \d+ checks agree\n$/);
		const state = () => podman.run(['inspect', '-f', '{{.State.Status}}', 'p1']).out;
		podman.run(['pause', 'p1']);
		expect(state()).toBe('paused\n');
		podman.run(['unpause', 'p1']);
		expect(state()).toBe('running\n');
		podman.run(['stop', '-t', '0', 'p1']);
		expect(state()).toBe('exited\n');
		podman.run(['start', 'p1']);
		podman.run(['kill', 'p1']);
		podman.run(['rm', '-f', 'p1']);
		expect(podman.containers()).toEqual([]);
	});

	test('terminals are those of the container', async () => {
		const {onTerminal} = await import('./on-terminal.ts');
		const at = {folder: place.folder} as Parameters<typeof onTerminal>[0];
		const run = onTerminal(at, `stty rows 33 cols 77; ${podman.line} run --rm -it --network none bb sh`);
		await run.shows('#');
		run.type('stty size; tty\n');
		await run.shows(/33 77\r\n\/dev\/pts\/0/);
		run.type('exit 5\n');
		expect(await run.ended).toBe(5);
	});

	test('files, limits, and privileges are what the options say', () => {
		const folder = join(place.folder, 'podman-volume');
		mkdirSync(folder);
		writeFileSync(join(folder, 'file'), 'bound\n');
		expect(inside('cat /a/b/file; touch /a/b/x', '-v', `${folder}:/a/b:ro`)).toMatchObject({out: 'bound\n', status: 1});
		expect(inside('touch /tmp/x && touch /x', '--read-only').status).toBe(1);
		expect(inside('cat /sys/fs/cgroup/memory/memory.limit_in_bytes', '-m', '64m').out).toBe('67108864\n');
		expect(inside('grep CapEff /proc/self/status', '--cap-drop', 'ALL').out).toBe('CapEff:\t0000000000000000\n');
		expect(inside('mkdir /m; mount -t tmpfs x /m && echo mounted', '--privileged').out).toBe('mounted\n');
		expect(inside('id -u; echo $HOME', '-u', '1000').out).toBe('1000\n/home/app\n');
	});

	test('its default network, and a published port', async () => {
		const page = 'mkdir /w; echo page > /w/index.html; exec httpd -f -p 80 -h /w';
		podman.run(['run', '-d', '--name', 'web', '-p', '18198:80', 'bb', 'sh', '-c', page]);
		await until('the port is open', () => {
			try {
				return place.out('curl', '-sS', '-m', '5', 'http://localhost:18198/') === 'page\n';
			} catch {
				return false;
			}
		});
		const joined = ['run', '--rm', '--network', 'container:web', 'bb', 'wget', '-qO-', 'http://127.0.0.1/'];
		expect(podman.run(joined).out).toBe('page\n');
	});
});
