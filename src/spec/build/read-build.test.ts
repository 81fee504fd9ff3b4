import {expect, test} from 'vitest';
import {loadProject} from '../project/load.ts';
import {complaintOf} from '../../../test/support/complaint.ts';

/** The project of a spec in /home/ada/box.yaml. */
function load(text: string, env: Record<string, string> = {}) {
	return loadProject({
		file: 'box.yaml',
		cwd: '/home/ada',
		env,
		readText: path => (path === '/home/ada/box.yaml' ? text : undefined),
		kindOf: () => undefined,
	});
}

const complaint = (text: string): string => complaintOf(() => load(text));

test('a folder is all that a build needs', () => {
	const {builds, services} = load('services: {web: {build: ./app}}');
	expect(builds?.['web']).toMatchObject({
		context: '/home/ada/app',
		dockerfile: {file: '/home/ada/app/Dockerfile'},
		names: ['docker.io/library/box-web:latest'],
	});
	expect(services[0]?.rootfs).toEqual({
		kind: 'image',
		reference: 'docker.io/library/box-web:latest',
		pull: 'missing',
		built: true,
	});
});

test('the command is that of the image, as it is with `image`', () => {
	const {services} = load('services: {web: {build: .}, same: {build: ., image: web}}');
	for (const service of services) {
		expect(service).toMatchObject({entrypoint: [], command: []});
		expect(service.origins['command']).toEqual({kind: 'default'});
	}
});

test('every key of the long form arrives', () => {
	const text = `
secrets:
  token: {environment: TOKEN}
  key: {file: ./key.pem}
services:
  base: {image: alpine}
  web:
    image: ghcr.io/ada/web:1
    platform: linux/amd64
    build:
      context: app
      dockerfile: ../Dockerfile.web
      target: out
      args: {A: 1.10, B: , C: }
      labels: [x=y, z]
      tags: [web:dev]
      additional_contexts: {lib: ./lib, alp: "docker-image://alpine:3", under: "service:base"}
      secrets: [token, {source: key, target: pem}]
      ssh: [default, work=./agent]
      network: none
      no_cache: true
      pull: true
      shm_size: 16m
      extra_hosts: ["db:10.0.0.5", "v6=[::1]", "me=host-gateway"]
      ulimits: {nofile: {soft: 10, hard: 20}}
      privileged: true
      entitlements: [network.host]
      cache_from: [web:old]
      cache_to: [type=local]
      provenance: false
      sbom: true
`;
	expect(load(text, {B: 'b'}).builds?.['web']).toMatchInlineSnapshot(`
		{
		  "args": {
		    "A": "1.10",
		    "B": "b",
		  },
		  "context": "/home/ada/app",
		  "contexts": {
		    "alp": {
		      "image": "alpine:3",
		    },
		    "lib": {
		      "folder": "/home/ada/lib",
		    },
		    "under": {
		      "service": "base",
		    },
		  },
		  "dockerfile": {
		    "file": "/home/ada/Dockerfile.web",
		  },
		  "labels": {
		    "x": "y",
		    "z": "",
		  },
		  "names": [
		    "ghcr.io/ada/web:1",
		    "docker.io/library/web:dev",
		  ],
		  "noCache": true,
		  "platforms": [
		    "linux/amd64",
		  ],
		  "pull": true,
		  "run": {
		    "extraHosts": [
		      {
		        "address": "10.0.0.5",
		        "name": "db",
		      },
		      {
		        "address": "::1",
		        "name": "v6",
		      },
		      {
		        "address": "host-gateway",
		        "name": "me",
		      },
		    ],
		    "network": "none",
		    "privileged": true,
		    "shmSize": 16777216,
		    "ulimits": [
		      {
		        "hard": 20,
		        "name": "nofile",
		        "soft": 10,
		      },
		    ],
		  },
		  "secrets": {
		    "pem": {
		      "file": "/home/ada/key.pem",
		    },
		    "token": {
		      "variable": "TOKEN",
		    },
		  },
		  "ssh": {
		    "default": undefined,
		    "work": "/home/ada/agent",
		  },
		  "target": "out",
		}
	`);
});

test('an image for several platforms is one for each of them', () => {
	const {builds} = load('services: {web: {build: {context: ., platforms: [linux/arm64/v8, linux/x86_64]}}}');
	expect(builds?.['web']?.platforms).toEqual(['linux/arm64/v8', 'linux/amd64']);
});

test('a file with one container builds too, and names its image by the project', () => {
	expect(load('name: solo\nbuild: {dockerfile_inline: "FROM alpine"}').builds?.['solo']).toMatchObject({
		context: '/home/ada',
		dockerfile: {inline: 'FROM alpine'},
		names: ['docker.io/library/solo:latest'],
	});
});

test.each([
	['an archive on the network', 'build: https://example.org/web.tar.gz'],
	['a folder out of the repository', 'build: https://github.com/ada/web.git#main:../etc'],
	['a reference with a blank', 'build: "https://github.com/ada/web.git#a b"'],
	['no value', 'build:'],
	['a list', 'build: [.]'],
	['a misspelt key', 'build: {contxt: .}'],
	['a Dockerfile twice', 'build: {dockerfile: A, dockerfile_inline: FROM scratch}'],
	['an image with a digest', `image: web@sha256:${'0'.repeat(64)}\nbuild: .`],
	['an image in a file', 'image: oci:/srv/image\nbuild: .'],
	['a rootfs', 'rootfs: host\nbuild: .'],
	['a name that no image can have', 'services: {web_: {build: .}}'],
	['a secret that is not declared', 'build: {secrets: [token]}'],
	['a secret of nowhere', 'secrets: {token: {}}\nservices: {web: {build: {context: ., secrets: [token]}}}'],
	[
		'an external secret',
		'secrets: {token: {external: true}}\nservices: {web: {build: {context: ., secrets: [token]}}}',
	],
	['a service that is not there', 'services: {web: {build: {context: ., additional_contexts: {a: "service:b"}}}}'],
	['a context on the network', 'build: {additional_contexts: {a: "https://example.com/a.tar"}}'],
	['a network of its own', 'build: {network: mynet}'],
	['a wrong address', 'build: {extra_hosts: [db=ten]}'],
	['a host without an address', 'build: {extra_hosts: [db]}'],
	['a platform of another system', 'build: {platforms: [windows/amd64]}'],
	['a bad tag', 'build: {tags: ["UPPER"]}'],
])('%s is refused', (_name, text) => {
	expect(complaint(text)).toMatchSnapshot();
});
