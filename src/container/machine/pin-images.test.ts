import {expect, test} from 'vitest';
import {sampleService} from '../../../test/support/sample-input.ts';
import type {Project} from '../../spec/model/project.ts';
import {pinImages} from './pin-images.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

function pinned(reference: string, was = reference): unknown {
	const service = {...sampleService, rootfs: {kind: 'image', reference, pull: 'missing'} as const};
	const project = {services: [service]} as unknown as Project;
	const {rootfs} = pinImages(project, {[sampleService.service]: {reference: was, digest}}).services[0] ?? service;
	return 'reference' in rootfs ? rootfs.reference : undefined;
}

test('a digest takes the place of the tag, and files keep their names', () => {
	expect(pinned('docker.io/library/web:1.2')).toBe(`docker.io/library/web@${digest}`);
	expect(pinned('localhost:5000/web:1')).toBe(`localhost:5000/web@${digest}`);
	expect(pinned('oci:/srv/web:1')).toBe('oci:/srv/web:1');
});

test('a tag that the spec did not have then keeps its name', () => {
	expect(pinned('docker.io/library/web:2', 'docker.io/library/web:1')).toBe('docker.io/library/web:2');
});
