import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {has, hasPodman, type Machine, machine} from './engines.ts';
import {podmanWithTsbox, type RuntimeEngine} from './runtime-engines.ts';
import {until} from './until.ts';

/* Pods of Podman: containers in the namespaces of another, all of them made by tsbox. */

describe.runIf(hasPodman && has('catatonit'))('pods of Podman', () => {
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
		podman.run(['pod', 'rm', '-af', '-t', '0']);
	});
	const ok = (...words: readonly string[]): string => {
		const {status, out, err} = podman.run(words);
		if (status !== 0) throw new Error(`${words.join(' ')}: ${err}`);
		return out.trim();
	};
	const page = 'mkdir /w; echo page > /w/index.html; exec httpd -f -p 80 -h /w';

	test('containers of a pod share its network, its host name and its System V objects', () => {
		ok('pod', 'create', '--name', 'p', '--share', 'net,ipc,uts,pid');
		ok('run', '-d', '--pod', 'p', '--name', 'web', 'bb', 'sh', '-c', page);
		const inside = (script: string): string => ok('run', '--rm', '--pod', 'p', 'bb', 'sh', '-c', script);
		expect(inside('hostname; until wget -qO- http://127.0.0.1/; do usleep 10000; done')).toBe('p\npage');
		expect(inside('ps -o args | grep -c "[h]ttpd -f"')).toBe('1');
		const namespaces = (script: string): string => ok('exec', 'web', 'sh', '-c', script);
		const links = 'for each in net ipc uts pid; do readlink /proc/self/ns/$each; done';
		expect(namespaces(links)).toBe(inside(links));
		expect(podman.containers()).toHaveLength(2);
		for (const name of podman.containers()) expect(podman.tsbox('drift', name).out).toMatch(/^all \d+ checks agree\n$/);
	});

	test('a pod is stopped, started, paused and removed as one', () => {
		ok('pod', 'create', '--name', 'p');
		ok('run', '-d', '--pod', 'p', '--name', 'a', 'bb', 'sleep', '1000');
		ok('run', '-d', '--pod', 'p', '--name', 'b', 'bb', 'sleep', '1000');
		const states = () =>
			ok('ps', '-a', '--filter', 'pod=p', '--format', 'json')
				.match(/(?<="State": ")\w+/g)
				?.join(' ');
		expect(states()).toBe('running running running');
		ok('pod', 'pause', 'p');
		expect(states()).toBe('paused paused paused');
		ok('pod', 'unpause', 'p');
		ok('pod', 'stop', '-t', '0', 'p');
		expect(states()).toBe('exited exited exited');
		ok('pod', 'start', 'p');
		expect(states()).toBe('running running running');
		ok('pod', 'rm', '-f', '-t', '0', 'p');
		expect(podman.containers()).toEqual([]);
	});

	test('play kube runs the pods of a file, and takes them down', async () => {
		const file = join(place.folder, 'kube.yaml');
		writeFileSync(
			file,
			`apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data: {greeting: hello}
---
apiVersion: v1
kind: Pod
metadata: {name: site}
spec:
  volumes:
    - name: shared
      emptyDir: {}
  containers:
    - name: web
      image: localhost/bb:latest
      imagePullPolicy: Never
      command: [httpd, -f, -p, '80', -h, /w]
      ports: [{containerPort: 80, hostPort: 18197}]
      volumeMounts: [{name: shared, mountPath: /w}]
      resources: {limits: {memory: 64Mi}}
    - name: writer
      image: localhost/bb:latest
      imagePullPolicy: Never
      command: [sh, -c, 'echo $GREETING > /w/index.html; exec sleep 1000']
      env: [{name: GREETING, valueFrom: {configMapKeyRef: {name: words, key: greeting}}}]
      volumeMounts: [{name: shared, mountPath: /w}]
      securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`,
		);
		ok('play', 'kube', file);
		await until('the page is there', () => {
			try {
				return place.out('curl', '-sS', '-m', '5', 'http://localhost:18197/') === 'hello\n';
			} catch {
				return false;
			}
		});
		expect(ok('exec', 'site-web', 'cat', '/sys/fs/cgroup/memory/memory.limit_in_bytes')).toBe(String(64 * 2 ** 20));
		expect(ok('exec', 'site-writer', 'grep', 'CapBnd', '/proc/self/status')).toBe('CapBnd:\t0000000000000000');
		expect(podman.containers()).toHaveLength(3);
		ok('play', 'kube', '--down', file);
		expect(podman.containers()).toEqual([]);
	});
});
