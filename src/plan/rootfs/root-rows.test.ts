import {expect, test} from 'vitest';
import {layeredImage, rowsOf, samplePlan, savedFacts, stepOf} from '../../../test/support/sample-input.ts';
import type {RangeMap} from '../../host/id-map.ts';

const facts = savedFacts('v2-trixie');
const layer = '/var/lib/tsbox/layers/demo';
const ids = [{inside: 0, outside: 100_000, count: 65_536}];
const map: RangeMap = {kind: 'range', uids: ids, gids: ids};
const idmapped = {...facts, overlay: {...facts.overlay, idmapped: true}};

test('the layers of an image lie in an overlay, topmost first', () => {
	const plan = samplePlan({image: layeredImage(3)});
	const lower = ['3', '2', '1'].map(number => `/var/lib/tsbox/lower/${number.padStart(16, '0')}/fs`).join(':');
	expect(rowsOf(plan, 'mounts.before')[0]).toBe(
		`overlay ${layer}/root overlay nodev,lowerdir=${lower},upperdir=${layer}/upper,workdir=${layer}/work`,
	);
	expect(stepOf(plan, 'mounts.before').action).not.toHaveProperty('cwd');
	expect(stepOf(plan, 'rootfs.folders').action).toMatchObject({roots: [`${layer}/upper`, ...lower.split(':')]});
});

test('127 layers fit the page of mount(2), relative to the folder that has them all', () => {
	const plan = samplePlan({image: layeredImage(127)});
	const {action} = stepOf(plan, 'mounts.before');
	expect(action).toMatchObject({cwd: '/var/lib/tsbox/lower'});
	const [row = ''] = rowsOf(plan, 'mounts.before');
	expect(row).toContain('lowerdir=000000000000007f/fs:000000000000007e/fs:');
	expect(row.split(' ')[3]?.length).toBeLessThan(4096);
});

test('layers that do not fit are refused with their size', () => {
	expect(() => samplePlan({image: layeredImage(200)})).toThrow(
		expect.objectContaining({
			code: 'E_HOST_UNSUPPORTED',
			message: 'an overlay of 200 layers does not fit into one mount',
		}),
	);
});

test('a layer that an image has twice lies in the overlay once, where it is topmost', () => {
	const {layers, ...image} = layeredImage(2);
	const plan = samplePlan({image: {...image, layers: layers.concat(layers.slice(0, 1))}});
	expect(rowsOf(plan, 'mounts.before')[0]).toContain(
		'lowerdir=/var/lib/tsbox/lower/0000000000000001/fs:/var/lib/tsbox/lower/0000000000000002/fs,',
	);
});

test('an image without layers is its writable layer alone', () => {
	const plan = samplePlan({image: layeredImage(0)});
	expect(rowsOf(plan, 'mounts.before')[0]).toBe(`${layer}/upper ${layer}/root none bind,nodev`);
	expect(plan.steps.map(({id}) => id)).not.toContain('rootfs.copy');
});

test('with a range of ids, one idmapped mount serves all layers', () => {
	const plan = samplePlan({image: layeredImage(2), map, facts: idmapped, service: {namespaces: ['mount', 'user']}});
	const rows = rowsOf(plan, 'mounts.gather');
	expect(rows[1]).toBe(
		`/var/lib/tsbox/lower ${layer}/root/image none bind,X-mount.idmap=u:0:100000:65536 g:0:100000:65536,X-mount.mkdir`,
	);
	expect(rows[2]).toContain(
		`lowerdir=${layer}/root/image/0000000000000002/fs:${layer}/root/image/0000000000000001/fs,`,
	);
});

test('many idmapped layers are mounted by a table of their own, from below the idmapped mount', () => {
	const plan = samplePlan({image: layeredImage(127), map, facts: idmapped, service: {namespaces: ['mount', 'user']}});
	const rows = rowsOf(plan, 'mounts.layers');
	expect(stepOf(plan, 'mounts.layers').action).toMatchObject({cwd: `${layer}/root/image`});
	expect(rows[0]).toContain('lowerdir=000000000000007f/fs:');
	// What covers /tmp must have the root in it.
	expect(rows[1]).toBe(`${layer}/root /tmp none rbind`);
	expect(rowsOf(plan, 'mounts.gather').some(row => row.startsWith('overlay '))).toBe(false);
});

test('layers whose owners are shifted on disk need no idmapped mount', () => {
	const plan = samplePlan({
		image: {...layeredImage(2), ids: map},
		map,
		facts,
		service: {namespaces: ['mount', 'user']},
	});
	expect(rowsOf(plan, 'mounts.gather')[1]).toContain('lowerdir=/var/lib/tsbox/lower/0000000000000002/fs:');
});

test('without overlay one layer is copied, and several are refused', () => {
	const none = {...facts, overlay: {...facts.overlay, store: false, tmpfs: false, why: 'unknown filesystem type'}};
	expect(stepOf(samplePlan({image: layeredImage(1), facts: none}), 'rootfs.copy').action).toMatchObject({
		from: '/var/lib/tsbox/lower/0000000000000001/fs',
	});
	expect(() => samplePlan({image: layeredImage(2), facts: none})).toThrow(
		expect.objectContaining({
			code: 'E_HOST_UNSUPPORTED',
			message: 'docker.io/library/web:1 needs overlay, and this host has none',
			why: 'it has 2 layers, and unknown filesystem type',
		}),
	);
});

test('an image that is not in the store is pulled first, and only missing layers are unpacked', () => {
	const {layers, ...image} = layeredImage(2);
	const missing = layers.map((each, at) => ({...each, stored: at === 0}));
	const step = stepOf(samplePlan({image: {...image, layers: missing, stored: false}}), 'image.pull');
	expect(step.checks).toEqual([{kind: 'folder', path: '/var/lib/tsbox/lower/0000000000000002/fs'}]);
	expect(step.why).toContain('1 of 2 layers is missing.');
	expect(samplePlan({image: layeredImage(2)}).steps.map(({id}) => id)).not.toContain('image.pull');
});
