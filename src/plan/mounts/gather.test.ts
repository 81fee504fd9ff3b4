import {expect, test} from 'vitest';
import {rangeMapOf} from '../../host/id-map.ts';
import {
	rowsOf,
	type SampleChanges,
	samplePlan,
	savedFacts,
	stepOf,
	storedImage,
} from '../../../test/support/sample-input.ts';

const namespaces = ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const;

/** A container with a user namespace that root starts. */
function mapped(machine: 'v2-bookworm' | 'v2-trixie', {service, ...changes}: SampleChanges = {}): SampleChanges {
	const facts = savedFacts(machine);
	const map = rangeMapOf(facts) ?? null;
	return {facts, map, ...changes, service: {namespaces, ...service}};
}

const layer = '/var/lib/tsbox/layers/demo';
const overlay = (lower: string): string =>
	`overlay ${layer}/root/rootfs overlay nodev,lowerdir=${lower},upperdir=${layer}/upper,workdir=${layer}/work,X-mount.mkdir`;

test('a host with idmapped mounts mounts the image with the ids of the container, and reads that back', () => {
	const plan = samplePlan(mapped('v2-trixie'));
	expect(rowsOf(plan, 'mounts.gather')).toContain(
		`${storedImage.path} ${layer}/root/image none bind,X-mount.idmap=u:0:100000:65536 g:0:100000:65536,X-mount.mkdir`,
	);
	expect(rowsOf(plan, 'mounts.gather')).toContain(overlay(`${layer}/root/image`));
	expect(stepOf(plan, 'mounts.gather').checks).toContainEqual({
		kind: 'readBack',
		path: `${layer}/root/image`,
		equals: 'idmapped',
	});
});

test('a host without idmapped mounts unpacks an archive with those ids, and copies a folder', () => {
	const facts = savedFacts('v2-bookworm');
	const ids = rangeMapOf(facts);
	const archive = samplePlan(mapped('v2-bookworm', {image: {...storedImage, stored: false, ...(ids && {ids})}}));
	expect(stepOf(archive, 'image.unpack').action).toMatchObject({kind: 'unpack', ids});
	expect(rowsOf(archive, 'mounts.gather')).toContain(overlay(storedImage.path));
	const folder = samplePlan(mapped('v2-bookworm', {image: {kind: 'directory', path: '/srv/root'}}));
	expect(stepOf(folder, 'rootfs.copy').action).toEqual({
		kind: 'copyTree',
		from: '/srv/root',
		to: `${layer}/upper`,
		ids,
	});
});

test('host root is given up after its mounts and before the mounts of the container', () => {
	const ids = samplePlan(mapped('v2-trixie')).steps.map(({id}) => id);
	const at = (id: string): number => ids.indexOf(id);
	expect(at('namespaces.start')).toBeLessThan(at('mounts.gather'));
	expect(at('mounts.gather')).toBeLessThan(at('namespaces.user'));
	expect(at('namespaces.user')).toBeLessThan(at('mounts.before'));
});

test('steps that need privileges over the host come before host root is given up', () => {
	const facts = savedFacts('v2-trixie');
	const plan = samplePlan(
		mapped('v2-trixie', {
			facts: {...facts, rlimits: {...facts.rlimits, nofile: 1000}},
			service: {namespaces, oomScoreAdj: -500, ulimits: [{name: 'nofile', soft: 10, hard: 2000}]},
		}),
	);
	const ids = plan.steps.map(({id}) => id);
	expect(ids.indexOf('process.oom')).toBeLessThan(ids.indexOf('namespaces.user'));
	expect(stepOf(plan, 'process.raise').action).toMatchObject({limits: [{name: 'nofile', hard: 2000}], hardOnly: true});
	expect(ids.indexOf('process.raise')).toBeLessThan(ids.indexOf('namespaces.user'));
	expect(ids.indexOf('process.rlimits')).toBeGreaterThan(ids.indexOf('namespaces.user'));
});

test('ids that another user shares cause a warning', () => {
	const facts = savedFacts('v2-trixie');
	const shared = {...facts, userNamespace: {...facts.userNamespace, sharers: ['alice']}};
	expect(samplePlan(mapped('v2-trixie', {facts: shared})).warnings.join()).toContain(
		'alice on this host has some of them',
	);
	expect(samplePlan(mapped('v2-trixie')).warnings).toEqual([]);
});

test('the checks expect the ids of the host, because the kernel shows those', () => {
	const {checks} = stepOf(
		samplePlan(mapped('v2-trixie', {service: {namespaces, user: '1000:1000'}})),
		'process.privileges',
	);
	expect(checks).toContainEqual({
		kind: 'status',
		fields: expect.objectContaining({Uid: '101000 101000 101000 101000', Gid: '101000 101000 101000 101000'}),
	});
});
