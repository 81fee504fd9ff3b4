import {expect, test} from 'vitest';
import type {BindVolume} from '../../spec/model/project.ts';
import type {HostView} from '../input/input.ts';
import {rowsOf, type SampleChanges, samplePlan, stepOf} from '../../../test/support/sample-input.ts';

const hostView: HostView = {
	hidden: [
		{path: '/etc/shadow', kind: 'file', why: 'hashes'},
		{path: '/home', kind: 'folder', mode: 0o755, why: 'people'},
		{path: '/var/lib/docker', kind: 'folder', why: 'others'},
	],
	shown: ['/home/ada/app'],
};
const host = {image: {kind: 'host'}, hostView} as const satisfies SampleChanges;
const volume = (target: string): BindVolume => ({
	type: 'bind',
	source: '/s',
	target,
	readOnly: false,
	createHostPath: false,
	propagation: 'rprivate',
	recursive: true,
});
const onto = (target: string): SampleChanges => ({
	...host,
	service: {volumes: [volume(target)]},
	sources: {'/s': {real: '/s', kind: 'folder', submounts: [], locked: []}},
});

test('hidden paths are covered after the pivot while the stage holds the shown paths, and each mount is checked', () => {
	const plan = samplePlan(host);
	expect(rowsOf(plan, 'mounts.hide')).toEqual([
		'/home/ada/app /dev/.box/shown0 none bind,X-mount.mkdir',
		'/dev/.box/dev/null /etc/shadow none bind,nosuid,noexec',
		'tmpfs /home tmpfs nosuid,nodev,mode=755',
		'/dev/.box/shown0 /home/ada/app none bind,nosuid,nodev,X-mount.mkdir',
		'tmpfs /var/lib/docker tmpfs ro,nosuid,nodev,noexec,size=4k,nr_inodes=4',
	]);
	const checked = ['/etc/shadow', '/home', '/home/ada/app', '/var/lib/docker'];
	expect(stepOf(plan, 'mounts.hide').checks).toMatchObject(checked.map(target => ({kind: 'mount', target})));
	const ids = plan.steps.map(({id}) => id);
	expect(ids.indexOf('mounts.hide')).toBe(ids.indexOf('root.release') + 1);
	const [only] = stepOf(plan, 'stage.remove').checks;
	expect(only).toMatchObject({kind: 'onlyMounts', targets: expect.arrayContaining(checked)});
});

test('a mount of the spec may lie in a hidden folder, or in its place', () => {
	expect(rowsOf(samplePlan(onto('/var/lib/docker/volumes')), 'mounts.hide')).toContain(
		'tmpfs /var/lib/docker tmpfs nosuid,nodev,mode=755',
	);
	for (const target of ['/home', '/home/ada/app', '/var'])
		expect(rowsOf(samplePlan(onto(target)), 'mounts.hide').join('\n')).not.toContain(` ${target} `);
	expect(rowsOf(samplePlan(onto('/var')), 'mounts.hide').join('\n')).not.toContain('docker');
});

test('a read-only root makes the empty folders and the shown paths read-only too', () => {
	const {steps} = samplePlan({...host, service: {readOnly: true}});
	const remounted = steps.flatMap(({id, checks}) =>
		id.startsWith('root.readonly') ? checks.map(check => ('target' in check ? check.target : '')) : [],
	);
	expect(remounted).toEqual(['/', '/home', '/home/ada/app']);
});

test('a working directory or command below a hidden path causes a warning', () => {
	const warned = (service: NonNullable<SampleChanges['service']>) => samplePlan({...host, service}).warnings;
	expect(warned({workingDir: '/home/bob'})).toEqual([expect.stringMatching(/^`working_dir` \/home\/bob is hidden/)]);
	expect(warned({command: ['/home/bob/run']})).toEqual([expect.stringMatching(/^\/home\/bob\/run is hidden/)]);
	for (const workingDir of ['/home/ada/app/app', '/home', '/srv']) expect(warned({workingDir})).toEqual([]);
});

test('the protections list what is hidden and what is open', () => {
	const [row] = samplePlan(host).protections.filter(({name}) => name === 'files of the host');
	expect(row).toMatchObject({
		name: 'files of the host',
		on: true,
		stops:
			'Hidden: /etc/shadow, /home, /var/lib/docker; /home/ada/app is shown again. Open: every other file of the host that its user may read.',
	});
	expect(samplePlan().protections.map(({name}) => name)).not.toContain('files of the host');
});
