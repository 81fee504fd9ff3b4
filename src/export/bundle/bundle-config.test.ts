import {expect, test} from 'vitest';
import {sampleService} from '../../../test/support/sample-input.ts';
import {toOciConfig} from '../../oci/lower.ts';
import {readBundleConfig} from '../../spec/bundle/bundle-config.ts';
import type {Service} from '../../spec/model/project.ts';
import {type BundleParts, bundleConfig} from './bundle-config.ts';

const parts: BundleParts = {
	user: {uid: 0, gid: 0, groups: [0], home: '/root'},
	files: [],
	seccomp: null,
	devices: [],
	privileged: false,
	volumes: new Map(),
	hostname: 'demo',
	annotations: {},
};

/** The rules of devices in the bundle of a service. */
function rules(changes: Partial<Service>, more: Partial<BundleParts> = {}): unknown {
	const config = bundleConfig(toOciConfig({...sampleService, ...changes}, '/'), {...parts, ...more});
	return readBundleConfig(JSON.stringify(config), 'config.json').linux.resources?.devices;
}

const none = {allow: false, type: 'a', access: 'rwm'};

test('devices of the spec are let in after all others were shut out', () => {
	const device = {source: '/dev/fuse', target: '/dev/fuse', permissions: 'rw'};
	const facts = {real: 'fuse', type: 'c', major: 10, minor: 229} as const;
	expect(rules({deviceRules: ['c 1:* r', 'b *:* m']}, {devices: [{device, facts}]})).toEqual([
		none,
		{allow: true, type: 'c', major: 10, minor: 229, access: 'rw'},
		{allow: true, type: 'c', major: 1, access: 'r'},
		{allow: true, type: 'b', access: 'm'},
	]);
});

test('a rule for both kinds of devices is two: the kernel would take it for all devices', () => {
	expect(rules({deviceRules: ['a 10:* rwm']})).toEqual([
		none,
		{allow: true, type: 'c', major: 10, access: 'rwm'},
		{allow: true, type: 'b', major: 10, access: 'rwm'},
	]);
});

test('a privileged container may open every device', () => {
	expect(rules({privileged: true}, {privileged: true})).toEqual([{allow: true, type: 'a', access: 'rwm'}]);
});

test('of an ordinary user with one id nothing names another one: a runtime could not set it', () => {
	const config = toOciConfig(sampleService, '/');
	const one = [{containerID: 0, hostID: 1000, size: 1}];
	const written = (linux: object) =>
		readBundleConfig(
			JSON.stringify(bundleConfig({...config, linux: {...config.linux, ...linux}}, parts)),
			'config.json',
		);
	const {process, mounts} = written({uidMappings: one, gidMappings: one});
	expect(process.user.additionalGids).toEqual([]);
	const devpts = (all: typeof mounts) => all.find(({type}) => type === 'devpts')?.options ?? [];
	expect(devpts(mounts)).not.toContain('gid=5');
	expect(devpts(mounts)).toContain('ptmxmode=0666');
	const many = [{containerID: 0, hostID: 1000, size: 10}];
	expect(devpts(written({uidMappings: many, gidMappings: many}).mounts)).toContain('gid=5');
	expect(devpts(written({}).mounts)).toContain('gid=5');
});

test('a time namespace is left out: lowered configurations have no offsets, and runc 1.1 refuses it', () => {
	const config = bundleConfig(toOciConfig({...sampleService, namespaces: ['mount', 'pid', 'time']}, '/'), parts);
	const {namespaces} = readBundleConfig(JSON.stringify(config), 'config.json').linux;
	expect(namespaces.map(({type}) => type)).toEqual(['mount', 'pid']);
});
