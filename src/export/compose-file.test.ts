import {expect, test} from 'vitest';
import {serviceKeys as composeKeys} from '../../test/compose/keys.ts';
import {messageOf} from '../errors/is-error.ts';
import type {Key} from '../spec/keys/key.ts';
import {serviceKeys} from '../spec/keys/service-keys.ts';
import {loadProject} from '../spec/project/load.ts';
import {plainOf} from '../spec/resolved/resolved.ts';
import {resolveModel} from '../spec/resolved/resolve-model.ts';
import {composeFile} from './compose-file.ts';

function requestOf(text: string) {
	return {
		file: 'shop.yaml',
		cwd: '/srv',
		env: {HOME: '/root'},
		profiles: [],
		readText: (path: string) => (path === '/srv/shop.yaml' ? text : undefined),
		kindOf: (path: string) => (path.startsWith('/srv/') ? ('file' as const) : undefined),
	};
}

/** The file as Compose reads it, and the notes. */
function exported(text: string) {
	const request = requestOf(text);
	const project = loadProject(request);
	const {model, notes} = composeFile(resolveModel(request, {}, project), project);
	return {file: plainOf(model) as {readonly services: Readonly<Record<string, object>>}, notes};
}

test('a project is written in the forms that all versions of Compose know', () => {
	const {file, notes} = exported(`
name: shop
services:
  web:
    image: nginx:1.27
    depends_on: [db]
    environment: {A: "$$x"}
    mem_limit: 64m
    ports: ["80", "127.0.0.1:8080:80", "[::1]:53:53/udp", "127.0.0.1::81", {target: 9, name: x}]
    volumes: ["data:/data", "./conf:/conf:ro", "./own:/own:ro,Z", "./r:/r:rslave", {type: bind, source: /srv/x, target: /x, bind: {create_host_path: false}}]
  db:
    image: ghcr.io/me/db:1
    depends_on: {web2: {condition: service_healthy, required: false}}
  web2: {image: "nginx:1.27"}
volumes: {data: {}}
`);
	expect(notes).toEqual([]);
	expect(file).toMatchObject({name: 'shop', volumes: {data: {name: 'shop_data'}}});
	expect(file.services['web']).toEqual({
		image: 'nginx:1.27',
		depends_on: {db: {condition: 'service_started'}},
		environment: {A: '$$x'},
		mem_limit: String(64 * 2 ** 20),
		networks: {default: null},
		ports: [
			'80',
			'127.0.0.1:8080:80',
			'[::1]:53:53/udp',
			'127.0.0.1::81',
			{mode: 'ingress', target: 9, protocol: 'tcp', name: 'x'},
		],
		volumes: [
			{type: 'volume', source: 'data', target: '/data'},
			'/srv/conf:/conf:ro',
			'/srv/own:/own:ro,Z',
			'/srv/r:/r:rslave',
			{type: 'bind', source: '/srv/x', target: '/x', bind: {create_host_path: false}},
		],
	});
	expect(file.services['db']).toMatchObject({depends_on: {web2: {condition: 'service_healthy', required: false}}});
});

test('keys of tsbox are left out, and named with what there is instead', () => {
	const {file, notes} = exported(`
services:
  web:
    image: nginx
    userns_mode: auto
    keep: true
    record: false
    reproducible: true
    landlock: [{path: /usr, access: [read-file]}]
    root: chroot
`);
	expect(Object.keys(file.services['web'] ?? {}).toSorted()).toEqual(['environment', 'image', 'networks']);
	const named = notes.map(note => /^web: `([^`]+)` is left out: ./.exec(note)?.[1]);
	expect(new Set(named)).toEqual(new Set(['keep', 'landlock', 'reproducible', 'root', 'userns_mode: auto']));
});

test('a file with one container is a service with its name', () => {
	const {file} = exported('name: demo\nimage: busybox:1.37\ncommand: [echo, "$$A"]\nvolumes: [./x:/x]\n');
	expect(file).toEqual({
		name: 'demo',
		services: {
			demo: {
				container_name: 'demo',
				image: 'busybox:1.37',
				command: ['echo', '$$A'],
				network_mode: 'none',
				volumes: ['/srv/x:/x'],
			},
		},
	});
});

const ownKeys = Object.entries<Key>(serviceKeys).filter(
	([key]) => !Object.keys(composeKeys).some(each => each.split('.')[0] === key),
);

test.each(ownKeys)('%s, which is no key of Compose, is not in the file', (key, {example, exampleWith}) => {
	const service = {...(key === 'rootfs' ? {} : {image: 'nginx'}), ...exampleWith, [key]: example};
	let said: string;
	try {
		const {file, notes} = exported(JSON.stringify({services: {web: service}}));
		expect(file.services['web']).not.toHaveProperty(key);
		said = notes.join();
	} catch (error) {
		said = messageOf(error);
	}
	// What goes only with another key is refused with that one.
	expect(said).toMatch(new RegExp([key, ...Object.keys(exampleWith ?? {}), 'no image'].join('|')));
});

test.each([
	['services: {web: {rootfs: ./web.tar}}', 'web has no image of a registry'],
	['services: {web: {image: ./web.tar}}', 'web has no image of a registry'],
	['services: {web: {image: a, namespaces: [mount]}}', 'web has `namespaces`, and Compose has no word for it'],
	['services: {web: {image: a, profile: bare}}', 'web has `profile`, and Compose has no word for it'],
])('%s is refused', (text, said) => {
	expect(() => exported(text)).toThrow(said);
});
