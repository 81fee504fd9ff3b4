import {Deployment} from 'kubernetes-models/apps/v1';
import {Job} from 'kubernetes-models/batch/v1';
import {RuntimeClass} from 'kubernetes-models/node.k8s.io/v1';
import {ConfigMap, PersistentVolumeClaim, Service} from 'kubernetes-models/v1';
import {expect, test} from 'vitest';
import type {Key} from '../../spec/keys/key.ts';
import {serviceKeys} from '../../spec/keys/service-keys.ts';
import {loadProject} from '../../spec/project/load.ts';
import {type Manifest, manifests} from './manifests.ts';

/** What the objects of each kind are checked with: the schemas of the Kubernetes API. */
const kinds = {Deployment, Job, RuntimeClass, ConfigMap, PersistentVolumeClaim, Service};

function exported(text: string, files: Readonly<Record<string, string>> = {}) {
	const file = '/srv/shop.yaml';
	const project = loadProject({
		file,
		cwd: '/srv',
		env: {},
		readText: path => (path === file ? text : files[path]),
		kindOf: path => (path === file || path in files ? 'file' : undefined),
	});
	const active = project.active ?? project.services.map(({service}) => service);
	const made = manifests(project, active, path => {
		const found = files[path];
		return found === undefined ? undefined : Buffer.from(found, 'latin1');
	});
	for (const object of made.objects) {
		const kind = object.kind as keyof typeof kinds;
		// Throws for what the schema does not have.
		new kinds[kind](structuredClone(object) as never).validate();
	}
	const find = <Kind extends Manifest['kind']>(kind: Kind, name: string) =>
		made.objects.find(
			(object): object is Extract<Manifest, {kind: Kind}> => object.kind === kind && object.metadata?.name === name,
		);
	return {...made, find};
}

const all = `
name: shop
services:
  web:
    image: nginx:1.27
    entrypoint: [/docker-entrypoint.sh]
    command: [nginx, "$$(A)"]
    environment: {A: "1", B: "$$(A)"}
    ports: ["8080:80", "8443:443", "8443:443/udp", "9000"]
    expose: ["81", "90-91/udp"]
    volumes: ["data:/data", "./nginx.conf:/etc/nginx.conf:ro", "./dir:/dir", {type: tmpfs, target: /cache, tmpfs: {size: 1m}}, "/anonymous"]
    networks: {default: {aliases: [www, WWW_2]}}
    configs: [hello, {source: hello, target: /other, mode: 0400}]
    secrets: [pw]
    user: "33:34"
    group_add: ["5"]
    read_only: true
    cap_drop: [ALL]
    cap_add: [CAP_CHOWN, net_bind_service]
    sysctls: {net.ipv4.ip_unprivileged_port_start: "0"}
    dns: [10.0.0.1]
    dns_opt: ["ndots:2", "rotate"]
    dns_search: [a.test]
    extra_hosts: ["db.test:10.1.1.1", "up:host-gateway"]
    healthcheck: {test: [CMD, "true"], interval: 5s, timeout: 2s, retries: 4, start_period: 10s}
    post_start: [{command: [a, "b c"]}, {command: [d]}]
    pre_stop: [{command: [e]}]
    stop_grace_period: 1500ms
    hostname: www
    labels: {"my.label": "any text"}
    deploy: {replicas: 2, resources: {limits: {memory: 100m, cpus: "0.5"}, reservations: {memory: 50m}}}
    tty: true
    stdin_open: true
  db:
    image: postgres:16
    privileged: true
    security_opt: [seccomp=unconfined]
    userns_mode: host
    pid: host
    ipc: host
    shm_size: 64m
    network_mode: host
  job:
    image: alpine
    restart: on-failure:3
  once:
    image: alpine
    restart: "no"
    network_mode: none
configs: {hello: {content: "hi there"}}
secrets: {pw: {file: ./pw}}
volumes: {data: {}}
`;

const files = {'/srv/nginx.conf': 'events {}\n', '/srv/pw': 'secret text'};

test('each object is one of the API, and says what the spec says', () => {
	const {find, objects} = exported(all, files);
	expect(objects.map(({kind, metadata}) => `${kind} ${metadata?.name ?? ''}`)).toMatchInlineSnapshot(`
		[
		  "RuntimeClass tsbox",
		  "PersistentVolumeClaim shop-data",
		  "ConfigMap shop-nginx-conf-b2496c33",
		  "ConfigMap shop-hello",
		  "Deployment web",
		  "Service web",
		  "Service www",
		  "Service www-2",
		  "Service web-published",
		  "Deployment db",
		  "Service db",
		  "Job job",
		  "Service job",
		  "Job once",
		]
	`);
	expect(find('Deployment', 'web')?.spec).toMatchInlineSnapshot(`
		{
		  "replicas": 2,
		  "selector": {
		    "matchLabels": {
		      "app.kubernetes.io/name": "web",
		      "app.kubernetes.io/part-of": "shop",
		    },
		  },
		  "strategy": {
		    "type": "Recreate",
		  },
		  "template": {
		    "metadata": {
		      "annotations": {
		        "my.label": "any text",
		      },
		      "labels": {
		        "app.kubernetes.io/name": "web",
		        "app.kubernetes.io/part-of": "shop",
		      },
		    },
		    "spec": {
		      "containers": [
		        {
		          "args": [
		            "nginx",
		            "$$(A)",
		          ],
		          "command": [
		            "/docker-entrypoint.sh",
		          ],
		          "env": [
		            {
		              "name": "A",
		              "value": "1",
		            },
		            {
		              "name": "B",
		              "value": "$$(A)",
		            },
		          ],
		          "image": "docker.io/library/nginx:1.27",
		          "imagePullPolicy": "IfNotPresent",
		          "lifecycle": {
		            "postStart": {
		              "exec": {
		                "command": [
		                  "/bin/sh",
		                  "-c",
		                  "a 'b c' && d",
		                ],
		              },
		            },
		            "preStop": {
		              "exec": {
		                "command": [
		                  "e",
		                ],
		              },
		            },
		          },
		          "livenessProbe": {
		            "exec": {
		              "command": [
		                "true",
		              ],
		            },
		            "failureThreshold": 4,
		            "initialDelaySeconds": 10,
		            "periodSeconds": 5,
		            "timeoutSeconds": 2,
		          },
		          "name": "web",
		          "ports": [
		            {
		              "containerPort": 80,
		              "protocol": "TCP",
		            },
		            {
		              "containerPort": 443,
		              "protocol": "TCP",
		            },
		            {
		              "containerPort": 443,
		              "protocol": "UDP",
		            },
		            {
		              "containerPort": 9000,
		              "protocol": "TCP",
		            },
		            {
		              "containerPort": 81,
		              "protocol": "TCP",
		            },
		            {
		              "containerPort": 90,
		              "protocol": "UDP",
		            },
		            {
		              "containerPort": 91,
		              "protocol": "UDP",
		            },
		          ],
		          "readinessProbe": {
		            "exec": {
		              "command": [
		                "true",
		              ],
		            },
		            "failureThreshold": 4,
		            "periodSeconds": 5,
		            "timeoutSeconds": 2,
		          },
		          "resources": {
		            "limits": {
		              "cpu": "0.5",
		              "memory": "104857600",
		            },
		            "requests": {
		              "memory": "52428800",
		            },
		          },
		          "securityContext": {
		            "allowPrivilegeEscalation": false,
		            "capabilities": {
		              "add": [
		                "CHOWN",
		                "NET_BIND_SERVICE",
		              ],
		              "drop": [
		                "ALL",
		              ],
		            },
		            "readOnlyRootFilesystem": true,
		            "runAsGroup": 34,
		            "runAsUser": 33,
		            "seccompProfile": {
		              "type": "RuntimeDefault",
		            },
		          },
		          "stdin": true,
		          "tty": true,
		          "volumeMounts": [
		            {
		              "mountPath": "/data",
		              "name": "v0",
		            },
		            {
		              "mountPath": "/etc/nginx.conf",
		              "name": "v1",
		              "readOnly": true,
		              "subPath": "text",
		            },
		            {
		              "mountPath": "/dir",
		              "name": "v2",
		            },
		            {
		              "mountPath": "/cache",
		              "name": "v3",
		            },
		            {
		              "mountPath": "/anonymous",
		              "name": "v4",
		            },
		            {
		              "mountPath": "/run/secrets/pw",
		              "name": "v5",
		              "readOnly": true,
		              "subPath": "text",
		            },
		            {
		              "mountPath": "/hello",
		              "name": "g0",
		              "readOnly": true,
		              "subPath": "text",
		            },
		            {
		              "mountPath": "/other",
		              "name": "g1",
		              "readOnly": true,
		              "subPath": "text",
		            },
		          ],
		        },
		      ],
		      "dnsConfig": {
		        "nameservers": [
		          "10.0.0.1",
		        ],
		        "options": [
		          {
		            "name": "ndots",
		            "value": "2",
		          },
		          {
		            "name": "rotate",
		          },
		        ],
		        "searches": [
		          "a.test",
		        ],
		      },
		      "dnsPolicy": "None",
		      "hostAliases": [
		        {
		          "hostnames": [
		            "db.test",
		          ],
		          "ip": "10.1.1.1",
		        },
		      ],
		      "hostname": "www",
		      "restartPolicy": "Always",
		      "runtimeClassName": "tsbox",
		      "securityContext": {
		        "supplementalGroups": [
		          5,
		        ],
		        "sysctls": [
		          {
		            "name": "net.ipv4.ip_unprivileged_port_start",
		            "value": "0",
		          },
		        ],
		      },
		      "terminationGracePeriodSeconds": 2,
		      "volumes": [
		        {
		          "name": "v0",
		          "persistentVolumeClaim": {
		            "claimName": "shop-data",
		          },
		        },
		        {
		          "configMap": {
		            "items": [
		              {
		                "key": "text",
		                "path": "text",
		              },
		            ],
		            "name": "shop-nginx-conf-b2496c33",
		          },
		          "name": "v1",
		        },
		        {
		          "hostPath": {
		            "path": "/srv/dir",
		          },
		          "name": "v2",
		        },
		        {
		          "emptyDir": {
		            "medium": "Memory",
		            "sizeLimit": "1048576",
		          },
		          "name": "v3",
		        },
		        {
		          "emptyDir": {},
		          "name": "v4",
		        },
		        {
		          "name": "v5",
		          "secret": {
		            "items": [
		              {
		                "key": "text",
		                "path": "text",
		              },
		            ],
		            "secretName": "shop-web-pw",
		          },
		        },
		        {
		          "configMap": {
		            "items": [
		              {
		                "key": "text",
		                "path": "text",
		              },
		            ],
		            "name": "shop-hello",
		          },
		          "name": "g0",
		        },
		        {
		          "configMap": {
		            "items": [
		              {
		                "key": "text",
		                "mode": 256,
		                "path": "text",
		              },
		            ],
		            "name": "shop-hello",
		          },
		          "name": "g1",
		        },
		      ],
		    },
		  },
		}
	`);
	expect(find('Deployment', 'db')?.spec?.template.spec).toMatchInlineSnapshot(`
		{
		  "containers": [
		    {
		      "image": "docker.io/library/postgres:16",
		      "imagePullPolicy": "IfNotPresent",
		      "name": "db",
		      "securityContext": {
		        "privileged": true,
		      },
		      "volumeMounts": [
		        {
		          "mountPath": "/dev/shm",
		          "name": "shm",
		        },
		      ],
		    },
		  ],
		  "hostIPC": true,
		  "hostNetwork": true,
		  "hostPID": true,
		  "restartPolicy": "Always",
		  "runtimeClassName": "tsbox",
		  "terminationGracePeriodSeconds": 10,
		  "volumes": [
		    {
		      "emptyDir": {
		        "medium": "Memory",
		        "sizeLimit": "67108864",
		      },
		      "name": "shm",
		    },
		  ],
		}
	`);
	expect(find('Job', 'job')?.spec).toMatchObject({
		backoffLimit: 3,
		template: {spec: {restartPolicy: 'OnFailure'}},
	});
	expect(find('Job', 'once')?.spec).toMatchObject({backoffLimit: 0, template: {spec: {restartPolicy: 'Never'}}});
});

test('names of services lead to the ports that are open, and published ports to the same from outside', () => {
	const {find} = exported(all, files);
	const ports = find('Service', 'web')?.spec?.ports?.map(({port, protocol}) => `${port}/${protocol}`);
	expect(ports).toEqual(['80/TCP', '443/TCP', '443/UDP', '9000/TCP', '81/TCP', '90/UDP', '91/UDP']);
	for (const alias of ['www', 'www-2']) expect(find('Service', alias)?.spec).toEqual(find('Service', 'web')?.spec);
	expect(find('Service', 'web-published')?.spec?.ports).toMatchObject([
		{port: 8080, targetPort: 80},
		{port: 8443, targetPort: 443, protocol: 'TCP'},
		{port: 8443, targetPort: 443, protocol: 'UDP'},
	]);
	expect(find('Service', 'job')?.spec).toMatchObject({clusterIP: 'None'});
	expect(find('Service', 'once')).toBeUndefined();
});

test('texts of secrets are in no object: a note says how to make them', () => {
	const {objects, notes} = exported(all, files);
	expect(JSON.stringify(objects)).not.toContain('secret text');
	expect(notes).toContain('web: make the secret: kubectl create secret generic shop-web-pw --from-file=text=/srv/pw');
});

test('files of the same name that differ are ConfigMaps of their own; bytes stay bytes', () => {
	const {objects} = exported(
		`
name: two
services:
  a: {image: x, volumes: ["./a/conf:/conf:ro"]}
  b: {image: x, volumes: ["./b/conf:/conf:ro"]}
  c: {image: x, volumes: ["./a/conf:/conf:ro"]}
`,
		{'/srv/a/conf': 'one\n', '/srv/b/conf': '\xff\xfe'},
	);
	const maps = objects.filter(({kind}) => kind === 'ConfigMap');
	expect(maps).toMatchObject([{data: {text: 'one\n'}}, {binaryData: {text: '//4='}}]);
});

test('what a pod cannot say is told of', () => {
	const {notes} = exported(`
name: odd
services:
  web:
    image: x
    ulimits: {nofile: 10}
    init: true
    user: www
    devices: [/dev/fuse]
    depends_on: [db]
    pids_limit: 5
    networks: [inner]
    extra_hosts: ["up:host-gateway"]
  db: {image: x, networks: [inner]}
networks: {inner: {internal: true}}
`);
	const keys = notes.filter(note => note.startsWith('web:')).map(note => /`([^`]*)`/.exec(note)?.[1] ?? '');
	expect(keys.toSorted()).toEqual(
		['depends_on', 'devices', 'host-gateway', 'init', 'networks', 'pids_limit', 'ulimits', 'user: www'].toSorted(),
	);
});

test('a service without an image of a registry is refused', () => {
	expect(() => exported('name: x\nservices:\n  web: {rootfs: minimal}\n')).toThrow('web has no image of a registry');
});

/** Keys that are of no account in a cluster. */
const noAccount = ['container_name', 'attach', 'develop', 'profiles', 'networks', 'cpu_rt_period'];

/** What an example of a key needs beside it. */
const besides: Readonly<Record<string, object>> = {
	configs: {configs: {app: {file: './x'}}},
};

/** Examples of more account than the one in the documentation. */
const examples: Readonly<Record<string, unknown>> = {ipc: 'host'};

const told = (key: string, service: object): string => {
	const top = {volumes: {data: {}}, secrets: {password: {file: './x'}}, ...besides[key]};
	const text = JSON.stringify({name: 'shop', services: {web: {image: 'nginx', ...service}, db: {image: 'a'}}, ...top});
	const {objects, notes} = exported(text, {'/srv/x': 'text', '/srv/app.env': 'A=b', '/srv/app.labels': 'a=b'});
	return JSON.stringify({objects, notes: notes.filter(note => note.startsWith('web'))});
};

test.each(
	Object.entries<Key>(serviceKeys).filter(
		([key, {exampleWith = {}}]) => !noAccount.includes(key) && key !== 'rootfs' && !('rootfs' in exampleWith),
	),
)('%s is in the objects, or a note says that it is left out', (key, {example, exampleWith}) => {
	expect(told(key, {...exampleWith, [key]: examples[key] ?? example})).not.toBe(told(key, {...exampleWith}));
});
