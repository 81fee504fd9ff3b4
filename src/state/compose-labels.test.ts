import {expect, test} from 'vitest';
import {configHash} from '../spec/merge/config-hash.ts';
import type {Project} from '../spec/model/project.ts';
import {loadProject} from '../spec/project/load.ts';
import {containerLabels, networkLabels, volumeLabels} from './compose-labels.ts';

const load = (text: string): Project =>
	loadProject({
		file: 'compose.yaml',
		others: ['more.yaml'],
		envFiles: ['of.env'],
		cwd: '/h/shop',
		env: {},
		readText: path =>
			path === '/h/shop/compose.yaml' ? `services:\n${text}` : path.endsWith('more.yaml') ? 'services: {}' : '',
		kindOf: () => 'file',
	});
const hashes = (text: string): readonly string[] => load(text).services.map(configHash);
const compose = (values: Readonly<Record<string, string>>) =>
	Object.fromEntries(Object.entries(values).map(([name, value]) => [`com.docker.compose.${name}`, value]));

test('a container has the labels of Compose', () => {
	const project = load(
		'  web: {rootfs: host, scale: 2, depends_on: {db: {condition: service_healthy, restart: true}, log: {condition: service_started}}}\n  db: {rootfs: host, healthcheck: {test: "true"}}\n  log: {rootfs: host}\n',
	);
	const [, second] = project.services;
	if (second === undefined) throw new Error('there are two');
	expect(containerLabels({project, service: second, hash: 'abc', image: 'sha256:def'})).toEqual(
		compose({
			project: 'shop',
			service: 'web',
			version: 'dev',
			'config-hash': 'abc',
			'container-number': '2',
			oneoff: 'False',
			depends_on: 'db:service_healthy:true,log:service_started:false',
			image: 'sha256:def',
			'project.config_files': '/h/shop/compose.yaml,/h/shop/more.yaml',
			'project.working_dir': '/h/shop',
			'project.environment_file': '/h/shop/of.env',
		}),
	);
});

test('the hash of a configuration changes with what makes another container, and with nothing else', () => {
	const [one] = hashes('  web: {rootfs: host, command: [a], volumes: [/data]}\n');
	expect(one).toMatch(/^[0-9a-f]{64}$/);
	const same = hashes(
		'  web: {rootfs: host, command: [a], volumes: [/data], scale: 2, profiles: [x], depends_on: [db]}\n  db: {rootfs: host}\n',
	);
	expect(same.slice(0, 2)).toEqual([one, one]);
	for (const changed of ['command: [b]', 'command: [a], hostname: web', 'command: [a], labels: {a: b}'])
		expect(hashes(`  web: {rootfs: host, ${changed}, volumes: [/data]}\n`)).not.toContain(one);
});

test('networks and volumes of a project have labels, those of others have none', () => {
	const network = {
		schema: 1,
		name: 'shop_front',
		project: 'shop',
		key: 'front',
		driver: 'bridge',
		bridge: 'br0',
		subnets: [],
		internal: false,
		labels: {},
	} as const;
	expect(networkLabels(network)).toMatchObject(compose({project: 'shop', network: 'front', version: 'dev'}));
	expect(networkLabels({...network, project: null})).toEqual({});
	const volume = {
		schema: 1,
		name: 'shop_data',
		project: 'shop',
		volume: 'data',
		labels: {},
		root: 0,
		created: 1,
	} as const;
	expect(volumeLabels(volume)).toMatchObject(compose({project: 'shop', volume: 'data', version: 'dev'}));
	expect(volumeLabels({...volume, project: null, volume: null})).toEqual({});
	expect(volumeLabels({...volume, container: 'shop-web-1'})).toEqual({'com.docker.volume.anonymous': ''});
});
