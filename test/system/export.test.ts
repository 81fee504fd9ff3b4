import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {makeImage} from '../images/make-image.ts';
import {registryPrograms, startRegistry} from '../images/registry.ts';
import {testBox} from './box.ts';
import {canRun} from './can-run.ts';

const wanted = [...registryPrograms, 'runc'];
const missing = process.getuid?.() === 0 ? wanted.filter(name => !canRun(name)) : ['root'];

/** What the command sees of its container: the same under each runtime. */
const look = [
	'id',
	'pwd',
	'echo $HOME $A',
	'grep -E "^(Cap|NoNew|Seccomp:|Umask)" /proc/self/status',
	'cat /hello',
	'ls -ln /hello /srv',
	'ls -lnd /data',
	'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
	'ulimit -n; ulimit -c',
	'ls /proc/sys/kernel/ns_last_pid >/dev/null; echo 1 2>/dev/null > /proc/sys/kernel/panic || echo read-only',
	'ls /proc/acpi 2>&1 | wc -l',
].join('; ');

const spec = (image: string): string =>
	`
services:
  job:
    image: ${image}
    command: [sh, -c, ${JSON.stringify(look.replaceAll('$', () => '$$'))}]
    environment: {A: b}
    user: www
    working_dir: /srv
    mem_limit: 64m
    ulimits: {nofile: 100, core: -1}
    cap_drop: [CHOWN]
    volumes: ["data:/data"]
    configs: [{source: hello, mode: 0440, uid: "33", gid: "34"}]
    ports: ["80"]
    networks: [default]
  other:
    image: ${image}
    secrets: [{source: pw, mode: 0400}]
configs: {hello: {content: "hi there\\n"}}
secrets: {pw: {content: secret text}}
volumes: {data: {}}
`.replace('content: secret text', 'environment: PW');

describe.runIf(canRun('docker-compose'))('specs as Compose files', () => {
	test('docker-compose 1.29 reads the file, but for `name`, which it does not know', async () => {
		await using box = await testBox();
		const spec = box.file(
			'shop.yaml',
			`name: shop
services:
  web:
    image: nginx:1.27
    depends_on: {db: {condition: service_healthy}}
    ports: ["127.0.0.1:8080:80", "53/udp"]
    volumes: ["data:/data", "./conf:/conf:ro,z"]
    environment: {A: "$$$$x", B: off}
    mem_limit: 64m
    cpus: 0.5
    ulimits: {nofile: {soft: 10, hard: 20}}
    tmpfs: [/tmp]
    secrets: [key]
    networks: {front: {aliases: [www]}}
    deploy: {replicas: 2}
    logging: {driver: json-file, options: {max-size: 1m}}
    keep: true
  db:
    image: postgres:16
    healthcheck: {test: [CMD, pg_isready], interval: 5s, retries: 3}
    restart: on-failure:3
    cap_drop: [ALL]
    networks: [front]
networks: {front: {internal: true, ipam: {config: [{subnet: 10.5.0.0/24}]}}}
volumes: {data: {}}
secrets: {key: {file: ./shop.yaml}}
`,
		);
		const said = await box.tsbox(['export', 'compose', spec]);
		expect(said).toMatchObject({status: 0});
		expect(said.err).toMatch(/^note: web: `keep` is left out: .*\n$/);
		const file = box.file('docker-compose.yaml', said.out.replace(/^name: .*\n/m, ''));
		const read = spawnSync('docker-compose', ['-f', file, 'config', '--services'], {encoding: 'utf8'});
		expect(read).toMatchObject({status: 0, stderr: '', stdout: expect.stringContaining('web') as string});
		// What Compose reads is a spec again, and the same one.
		const again = await box.tsbox(['export', 'compose', box.file('again.yaml', said.out)]);
		expect(again).toMatchObject({status: 0, out: said.out, err: ''});
	});
});

describe.skipIf(missing.length > 0)(`specs as OCI bundles (${missing.join(', ') || 'with runc'})`, () => {
	test('runc makes of the bundle what tsbox makes of the spec', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const image = makeImage({
			layers: [
				{entries: readFileSync(box.rootfs)},
				{
					entries: [
						{name: 'etc/passwd', body: 'root:x:0:0::/root:/bin/sh\nwww:x:33:34::/var/www:/bin/sh\n'},
						{name: 'etc/group', body: 'root:x:0:\nwww:x:34:\naudio:x:29:www\n'},
						{name: 'srv/', type: '5', mode: 0o755},
						{name: 'srv/own', body: 'x', uid: 33, gid: 34, mode: 0o640},
					],
				},
			],
			config: {Cmd: ['sh']},
		});
		const reference = await registry.push(image, 'job:1');
		const file = box.file('job.yaml', spec(reference));
		const env = {...registry.environment, PW: 'secret text'};
		const bundle = join(box.folder, 'bundle');
		const said = await box.tsbox(['export', 'oci', file, bundle, 'job'], {env});
		expect(said).toMatchObject({status: 0, out: ''});
		expect(said.err).toContain('a bundle has none of: ports, networks');
		expect(said.err).toContain('the volume data is the empty folder volumes/data');
		expect(readdirSync(bundle).toSorted()).toEqual(['config.json', 'files', 'rootfs', 'tsbox.lock', 'volumes']);
		expect(statSync(join(bundle, 'rootfs/srv/own'))).toMatchObject({uid: 33, gid: 34});
		// The lock is that of the spec, so that a bundle can be compared with it.
		const lock = JSON.parse(readFileSync(join(bundle, 'tsbox.lock'), 'utf8')) as {services: object};
		expect(Object.keys(lock.services)).toEqual(['job']);

		const id = `${box.name}-bundle`;
		const ran = spawnSync('runc', ['run', '--bundle', bundle, id], {encoding: 'utf8'});
		expect(ran).toMatchObject({status: 0, stderr: ''});
		const own = await box.tsbox(['run', file, 'job'], {env});
		expect(own).toMatchObject({status: 0});
		expect(ran.stdout).toBe(own.out);
		expect(await box.tsbox(['volume', 'rm', 'job_data'])).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});

	test('an ordinary user runs the bundle of an ordinary user', async () => {
		const user = {uid: 61_301, gid: 61_301};
		await using box = await testBox(user);
		const bundle = join(box.folder, 'bundle');
		const said = await box.tsbox(['export', 'oci', box.spec('command: [id, -u]\n'), bundle]);
		expect(said).toMatchObject({status: 0});
		const words = ['--root', join(box.folder, 'runc'), 'run', '--bundle', bundle, 'c'];
		const ran = spawnSync('runc', words, {encoding: 'utf8', ...user, cwd: box.folder});
		expect(ran).toMatchObject({status: 0, stdout: '0\n', stderr: ''});
	});

	test('what a bundle cannot hold is refused, and nothing is left', async () => {
		await using box = await testBox();
		const refused = async (text: string, said: string): Promise<void> => {
			const bundle = join(box.folder, 'bundle');
			const ended = await box.tsbox(['export', 'oci', box.file('spec.yaml', text), bundle], {env: {PW: 'secret text'}});
			expect(ended.status).not.toBe(0);
			expect(ended.err).toContain(said);
			expect(existsSync(bundle)).toBe(false);
			expect(readdirSync(box.folder).filter(name => name.endsWith('.tsbox-export'))).toEqual([]);
		};
		await refused('rootfs: host\ncommand: [id]\n', '`rootfs: host`');
		await refused(
			`services: {a: {rootfs: ${box.rootfs}, secrets: [{source: pw, mode: 0400}]}}\nsecrets: {pw: {environment: PW}}\n`,
			'cannot hold the text of the secret pw',
		);
		await refused(`rootfs: ${box.rootfs}\nuser: nobody-there\n`, 'no user `nobody-there` in /etc/passwd');
		await refused(`services: {a: {rootfs: ${box.rootfs}, pid: "container:x"}}\n`, 'has `pid: container:x`');
	});

	test('a folder that is there is not written to', async () => {
		await using box = await testBox();
		const before = readdirSync(box.folder).toSorted();
		const ended = await box.tsbox(['export', 'oci', box.spec(), box.folder]);
		expect(ended).toMatchObject({status: 2});
		expect(ended.err).toContain('is not empty');
		expect(readdirSync(box.folder).filter(name => !before.includes(name))).toEqual(
			['spec.yaml'].filter(name => !before.includes(name)),
		);
	});
});
