import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {loadProject} from '../project/load.ts';
import type {Project} from '../model/project.ts';
import {isMeant, labelOf} from './replicas.ts';
import type {SpecOptions} from './request.ts';

const load = (services: string, options: SpecOptions = {}): Project =>
	loadProject({
		file: 'shop.yaml',
		cwd: '/h',
		env: {},
		readText: path => (path === '/h/shop.yaml' ? `services:\n${services}` : undefined),
		kindOf: () => 'file',
		options,
	});
const names = ({services}: Project): readonly string[] => services.map(({name}) => name);
const complaint = (services: string, options?: SpecOptions): string => {
	try {
		return names(load(services, options)).join();
	} catch (error) {
		return isTsboxError(error) ? `${error.message}: ${error.hint ?? ''}` : String(error);
	}
};

test('the containers of a service are numbered from 1 on, those of a file without services from 2 on', () => {
	expect(names(load('  web: {rootfs: host, scale: 3}\n'))).toEqual(['shop-web-1', 'shop-web-2', 'shop-web-3']);
	expect(names(load('  web: {rootfs: host, deploy: {replicas: 2}}\n'))).toEqual(['shop-web-1', 'shop-web-2']);
	expect(names(load('  web: {rootfs: host, scale: 2}\n', {scale: {web: 1}}))).toEqual(['shop-web-1']);
	expect(names(load('  web: {rootfs: host, container_name: mine}\n'))).toEqual(['mine']);
	expect(names(load('  web: {rootfs: host}\n', {name: 'other'}))).toEqual(['other']);
});

test('each container has its own host name, unless the spec sets one', () => {
	const hosts = (more: string): readonly (string | undefined)[] =>
		load(`  web: {rootfs: host, scale: 2${more}}\n`).services.map(({hostname}) => hostname);
	expect(hosts('')).toEqual(['shop-web-1', 'shop-web-2']);
	expect(hosts(', hostname: same')).toEqual(['same', 'same']);
});

test('no service waits for a service that is scaled to 0', () => {
	const {services} = load(
		'  web: {rootfs: host, depends_on: [db, log]}\n  db: {rootfs: host, scale: 0}\n  log: {rootfs: host}\n',
	);
	expect(services.map(({service, dependsOn}) => [service, dependsOn?.map(each => each.service)])).toEqual([
		['web', ['log']],
		['log', undefined],
	]);
});

test('a word names a service, a replica, or a container', () => {
	const [first, second] = load('  web: {rootfs: host, scale: 2}\n').services;
	if (first === undefined || second === undefined) throw new Error('there are two');
	expect([labelOf(first), labelOf(second)]).toEqual(['web', 'web-2']);
	expect(
		['web', 'web-1', 'web-2', 'shop-web-1', 'shop-web-2', 'shop-web'].map(word => [
			isMeant(word, first),
			isMeant(word, second),
		]),
	).toEqual([
		[true, true],
		[true, false],
		[false, true],
		[true, false],
		[false, true],
		[false, false],
	]);
});

test('each container of a service has its own anonymous volumes', () => {
	const {services} = load('  web: {rootfs: host, scale: 2, volumes: [/data]}\n');
	const volumes = services.map(({name, volumes: [mount]}) => ({
		name,
		volume: mount?.type === 'volume' && mount.volume,
	}));
	expect(volumes).toMatchObject(volumes.map(({name}) => ({volume: {container: name}})));
	expect(new Set(volumes.map(({volume}) => volume && volume.name)).size).toBe(2);
});

test('impossible scales are refused', () => {
	expect(complaint('  web: {rootfs: host, scale: 2, deploy: {replicas: 3}}\n')).toContain('differs from `scale`');
	expect(complaint('  web: {rootfs: host, scale: 2, container_name: x}\n')).toContain('2 containers cannot share');
	expect(complaint('  web: {rootfs: host}\n  other: {rootfs: host, container_name: shop-web-1}\n')).toContain(
		'two containers have the name',
	);
	expect(complaint('  web: {rootfs: host, scale: 1001}\n')).toContain('1000');
	expect(complaint('  web: {rootfs: host, scale: -1}\n')).toContain('scale');
	expect(complaint('  web: {rootfs: host}\n', {scale: {wev: 2}})).toContain('did you mean web?');
});

test('hooks are read as in the Compose Specification', () => {
	const {services} = load(
		'  web: {rootfs: host, post_start: [{command: "echo a b", user: 5, environment: {A: 1, B: }}], pre_stop: [{command: [x], working_dir: /y}]}\n',
	);
	expect(services[0]).toMatchObject({
		postStart: [{command: ['echo', 'a', 'b'], user: '5', environment: ['A=1', 'B=']}],
		preStop: [{command: ['x'], workingDir: '/y', environment: []}],
	});
	expect(complaint('  web: {rootfs: host, post_start: [{user: 5}]}\n')).toContain('has no `command`');
	expect(complaint('  web: {rootfs: host, post_start: [{command: x, privileged: true}]}\n')).toContain('powers');
	expect(complaint('  web: {rootfs: host, pre_stop: [{command: x, working_dir: y}]}\n')).toContain('absolute');
});
