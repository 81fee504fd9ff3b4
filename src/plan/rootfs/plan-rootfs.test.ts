import {expect, test} from 'vitest';
import {
	rowsOf,
	type SampleChanges,
	samplePlan,
	savedFacts,
	stepOf,
	storedImage,
} from '../../../test/support/sample-input.ts';

const facts = savedFacts('v2-bookworm');
const overlayIs = (overlay: Partial<typeof facts.overlay>): SampleChanges => ({
	facts: {...facts, overlay: {...facts.overlay, ...overlay}},
});
const none = overlayIs({store: false, tmpfs: false, hostLower: false, why: 'unknown filesystem type'});
const idsOf = (changes: SampleChanges): readonly string[] => samplePlan(changes).steps.map(step => step.id);

test('a new image is unpacked and stays; a stored image is not unpacked again', () => {
	expect(idsOf({})).not.toContain('image.unpack');
	const plan = samplePlan({image: {...storedImage, stored: false}});
	expect(plan.steps[0]).toMatchObject({id: 'image.unpack', action: {target: storedImage.path}, undo: {kind: 'none'}});
});

test('the root is an overlay whose writable layer is in the store and is removed at the end', () => {
	const plan = samplePlan();
	const layer = '/var/lib/tsbox/layers/demo';
	expect(rowsOf(plan, 'mounts.before')[0]).toBe(
		`overlay ${layer}/root overlay nodev,lowerdir=${storedImage.path},upperdir=${layer}/upper,workdir=${layer}/work`,
	);
	expect(stepOf(plan, 'rootfs.layer').undo).toEqual({kind: 'removeTree', path: layer});
});

test('a kept layer is in the store, and no undo removes it', () => {
	const plan = samplePlan({service: {keep: true}});
	expect(rowsOf(plan, 'mounts.before')[0]).toContain('upperdir=/var/lib/tsbox/kept/demo/upper');
	expect(plan.steps.filter(step => step.undo.kind === 'removeTree')).toEqual([]);
});

test('if only a tmpfs can hold an overlay, the writable layer is in the state folder', () => {
	const plan = samplePlan(overlayIs({store: false, hostLower: false}));
	expect(rowsOf(plan, 'mounts.before')[0]).toContain('upperdir=/run/tsbox/containers/demo/layer/upper');
	expect(stepOf(plan, 'rootfs.layer').undo).toEqual({kind: 'removeTree', path: '/run/tsbox/containers/demo/layer'});
});

test("an overlay over the host's root has its layer where the probe of the host succeeded", () => {
	const row = (changes: SampleChanges) => rowsOf(samplePlan({...changes, image: {kind: 'host'}}), 'mounts.before')[0];
	expect(row({})).toContain('lowerdir=/,upperdir=/var/lib/tsbox/layers/demo/upper');
	expect(row(overlayIs({hostLower: false}))).toContain('lowerdir=/,upperdir=/run/tsbox/containers/demo/layer/upper');
});

test('a host without overlay copies the image and uses the copy as root', () => {
	const plan = samplePlan(none);
	expect(stepOf(plan, 'rootfs.copy').action).toEqual({
		kind: 'copyTree',
		from: storedImage.path,
		to: '/var/lib/tsbox/layers/demo/upper',
	});
	expect(rowsOf(plan, 'mounts.before')[0]).toBe(
		'/var/lib/tsbox/layers/demo/upper /var/lib/tsbox/layers/demo/root none bind,nodev',
	);
	expect(stepOf(plan, 'rootfs.folders').action).toMatchObject({roots: ['/var/lib/tsbox/layers/demo/upper']});
});

test("the host's root is never copied", () => {
	expect(() => samplePlan({...none, image: {kind: 'host'}})).toThrow(
		expect.objectContaining({code: 'E_HOST_UNSUPPORTED', why: 'unknown filesystem type'}),
	);
});

test.each(['/srv/a,b', '/srv/a:b', '/srv/a"b', '/srv/a\\b'])(
	"a root folder %s is refused, because overlay's options cannot carry it",
	path => {
		expect(() => samplePlan({image: {kind: 'directory', path}})).toThrow(
			expect.objectContaining({code: 'E_SPEC_INVALID'}),
		);
	},
);

test('proc, sys, and dev must be plain folders in the image and in the layer', () => {
	expect(stepOf(samplePlan({service: {keep: true}}), 'rootfs.folders').action).toEqual({
		kind: 'plainFolders',
		roots: ['/var/lib/tsbox/kept/demo/upper', storedImage.path],
		names: ['proc', 'sys', 'dev'],
	});
});

test('the tools are copied into the store, once', () => {
	const plan = samplePlan({toolsSealed: false});
	const to = '/var/lib/tsbox/tools/0123456789abcdef';
	expect(plan.steps[0]).toMatchObject({id: 'rootfs.tools', action: {kind: 'copyTools', to}, undo: {kind: 'none'}});
	expect(rowsOf(plan, 'mounts.before').some(row => row.startsWith(`${to} `))).toBe(true);
	expect(idsOf({})).not.toContain('rootfs.tools');
});

test('a host without the tools is refused, with the reason', () => {
	expect(() => samplePlan({facts: {...facts, toolbox: {kind: 'none', why: 'no setpriv'}}})).toThrow(
		expect.objectContaining({code: 'E_HOST_UNSUPPORTED', why: 'no setpriv'}),
	);
});
