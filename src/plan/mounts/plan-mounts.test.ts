import {expect, test} from 'vitest';
import type {BindVolume} from '../../spec/model/project.ts';
import type {SourceFacts} from '../input/input.ts';
import {rowsOf, samplePlan, savedFacts, stepOf} from '../../../test/support/sample-input.ts';

const facts = savedFacts('v2-bookworm');

function bind(source: string, target: string, rest: Partial<BindVolume> = {}): BindVolume {
	return {
		type: 'bind',
		source,
		target,
		readOnly: false,
		createHostPath: false,
		propagation: 'rprivate',
		recursive: true,
		...rest,
	};
}

function folder(real: string, submounts: readonly string[] = []): SourceFacts {
	return {real, kind: 'folder', submounts, locked: []};
}

/** The rows of the user's mounts, which come last. */
function ownRows(volumes: readonly BindVolume[], sources: Readonly<Record<string, SourceFacts>>): readonly string[] {
	const rows = rowsOf(samplePlan({service: {volumes}, sources}), 'mounts.after');
	return rows.slice(rows.findLastIndex(row => row.includes(' /sys/firmware ')) + 1);
}

test('a folder is bound onto the stage from its real path, and from there into the new root', () => {
	const volumes = [bind('/srv/link', '/data')];
	const sources = {'/srv/link': folder('/srv/real')};
	const plan = samplePlan({service: {volumes}, sources});
	expect(rowsOf(plan, 'mounts.before').at(-1)).toBe(
		'/srv/real /var/lib/tsbox/layers/demo/root/dev/.box/d0 none rbind,X-mount.mkdir',
	);
	expect(ownRows(volumes, sources)).toEqual(['/dev/.box/d0 /data none bind,nodev']);
	expect(stepOf(plan, 'mounts.points').action).toEqual({kind: 'mountPoints', folders: ['/data'], files: []});
});

test('a read-only bind names each mount below its source, because the kernel makes only the top read-only', () => {
	expect(ownRows([bind('/srv', '/data', {readOnly: true})], {'/srv': folder('/srv', ['a', 'a/b'])})).toEqual([
		'/dev/.box/d0 /data none bind,ro,nodev',
		'/dev/.box/d0/a /data/a none bind,ro,nodev',
		'/dev/.box/d0/a/b /data/a/b none bind,ro,nodev',
	]);
});

test('a non-recursive bind leaves out the mounts below its source', () => {
	const volumes = [bind('/srv', '/data', {recursive: false})];
	const sources = {'/srv': folder('/srv')};
	expect(ownRows(volumes, sources)).toEqual(['/dev/.box/d0 /data none bind,nodev']);
	expect(rowsOf(samplePlan({service: {volumes}, sources}), 'mounts.before').at(-1)).toMatch(
		/ none bind,X-mount.mkdir$/,
	);
});

test('a file is bound on an empty file, on the stage and in the container', () => {
	const plan = samplePlan({
		service: {volumes: [bind('/etc/hosts', '/etc/hosts', {readOnly: true})]},
		sources: {'/etc/hosts': {real: '/etc/hosts', kind: 'file', submounts: [], locked: []}},
	});
	const staged = '/var/lib/tsbox/layers/demo/root/dev/.box/f0';
	expect(stepOf(plan, 'mounts.devices').action).toMatchObject({paths: expect.arrayContaining([staged])});
	expect(rowsOf(plan, 'mounts.sources')).toEqual([`/etc/hosts ${staged} none bind`]);
	expect(stepOf(plan, 'mounts.points').action).toMatchObject({files: ['/etc/hosts']});
	expect(rowsOf(plan, 'mounts.after').at(-1)).toBe('/dev/.box/f0 /etc/hosts none bind,ro,nodev');
});

test('a source with two targets is on the stage once', () => {
	const rows = ownRows([bind('/srv', '/b'), bind('/srv', '/a', {readOnly: true})], {'/srv': folder('/srv')});
	expect(rows).toEqual(['/dev/.box/d0 /b none bind,nodev', '/dev/.box/d0 /a none bind,ro,nodev']);
});

test('a nested mount comes after its parent, and mount(8) makes its mount point', () => {
	const volumes = [bind('/srv/in', '/data/deep/in'), bind('/srv', '/data')];
	const sources = {'/srv/in': folder('/srv/in'), '/srv': folder('/srv')};
	expect(ownRows(volumes, sources)).toEqual([
		'/dev/.box/d0 /data none bind,nodev',
		'/dev/.box/d1 /data/deep/in none bind,nodev,X-mount.mkdir',
	]);
	expect(stepOf(samplePlan({service: {volumes}, sources}), 'mounts.points').action).toMatchObject({folders: ['/data']});
});

test('a tmpfs of the spec replaces the default /dev/shm, and has a mount point', () => {
	const plan = samplePlan({
		service: {volumes: [{type: 'tmpfs', target: '/dev/shm', size: 4096, readOnly: false, options: ['exec']}]},
	});
	expect(rowsOf(plan, 'mounts.after').filter(row => row.includes('/dev/shm'))).toEqual([
		'tmpfs /dev/shm tmpfs nosuid,nodev,exec,size=4096,mode=1777',
	]);
	expect(stepOf(plan, 'mounts.points').action).toMatchObject({folders: ['/dev/shm']});
});

test('a container without volumes needs no mount points', () => {
	expect(samplePlan().steps.map(step => step.id)).not.toContain('mounts.points');
});

test('only paths that this kernel has are masked or made read-only', () => {
	const throttle = '/sys/devices/system/cpu/cpu0/thermal_throttle';
	const kernelPaths = {
		'/proc/kcore': 'file',
		'/sys/firmware': 'folder',
		'/proc/sys': 'folder',
		[throttle]: 'folder',
	} as const;
	const rows = rowsOf(samplePlan({facts: {...facts, kernelPaths}}), 'mounts.after');
	expect(rows.filter(row => /^\S+ \/(proc|sys\/(firm|dev))/.test(row))).toEqual([
		'/proc/sys /proc/sys none bind,ro,nosuid,nodev,noexec',
		'/dev/.box/dev/null /proc/kcore none bind,nosuid,noexec',
		`tmpfs ${throttle} tmpfs ro,nosuid,nodev,noexec,size=4k,nr_inodes=4`,
		'tmpfs /sys/firmware tmpfs ro,nosuid,nodev,noexec,size=4k,nr_inodes=4',
	]);
});

test('every mount has a check, and a last check finds no other mount', () => {
	const volumes = [bind('/srv', '/data')];
	const plan = samplePlan({service: {volumes}, sources: {'/srv': folder('/srv')}, tty: true});
	const checked = plan.steps.flatMap(step =>
		step.checks.flatMap(check => (check.kind === 'mount' ? [check.target] : [])),
	);
	const [only] = stepOf(plan, 'stage.remove').checks;
	expect(only?.kind === 'onlyMounts' ? [...only.targets].toSorted() : only).toEqual([...new Set(checked)].toSorted());
	expect(checked).toEqual(expect.arrayContaining(['/', '/proc', '/dev', '/dev/null', '/dev/console', '/sys', '/data']));
});

test('without a mount namespace the undo unmounts all, and no kernel path is hidden because the host would lose it too', () => {
	const plan = samplePlan({service: {namespaces: [], root: 'chroot'}});
	const unmounts = plan.steps.filter(step => step.undo.kind === 'unmountTree');
	expect(unmounts.map(step => step.id)).toEqual(['mounts.before', 'mounts.after']);
	expect(unmounts[0]?.undo).toEqual({kind: 'unmountTree', path: '/var/lib/tsbox/layers/demo/root'});
	expect(rowsOf(plan, 'mounts.after').map(row => row.split(' ')[1])).toEqual(facts.devices);
	expect(JSON.stringify(plan)).not.toContain('mount namespace');
	expect(plan.steps.flatMap(step => step.checks).filter(check => check.kind === 'onlyMounts')).toEqual([]);
});

test('with a mount namespace no undo has to unmount', () => {
	expect(samplePlan().steps.filter(step => step.undo.kind === 'unmountTree')).toEqual([]);
});

test('a terminal is bound onto the stage and becomes /dev/console', () => {
	const plan = samplePlan({tty: true});
	const target = '/var/lib/tsbox/layers/demo/root/dev/.box/console';
	expect(stepOf(plan, 'mounts.terminal').action).toEqual({kind: 'bindTerminal', target});
	expect(rowsOf(plan, 'mounts.after')).toContain('/dev/.box/console /dev/console none bind,nosuid,noexec');
	expect(stepOf(plan, 'mounts.devices').action).toMatchObject({
		paths: expect.arrayContaining(['/var/lib/tsbox/layers/demo/root/dev/console', target]),
	});
	expect(JSON.stringify(samplePlan())).not.toContain('console');
});

test('pivot unmounts the root of the host; chroot cannot', () => {
	const ids = (root: 'pivot' | 'chroot') => samplePlan({service: {root}}).steps.map(step => step.id);
	expect(ids('pivot')).toEqual(expect.arrayContaining(['root.pivot', 'root.release']));
	expect(ids('chroot')).toContain('root.chroot');
	expect(ids('chroot')).not.toContain('root.release');
});

test('no path of the container is resolved before the root of the host is unmounted', () => {
	const volumes = [bind('/srv', '/data')];
	const {steps} = samplePlan({service: {volumes, workingDir: '/data'}, sources: {'/srv': folder('/srv')}});
	const at = (id: string): number => steps.findIndex(step => step.id === id);
	for (const id of ['mounts.points', 'mounts.after', 'process.directory'])
		expect(at(id)).toBeGreaterThan(at('root.release'));
	expect(at('stage.release')).toBeGreaterThan(at('mounts.after'));
});

test('the root becomes read-only after everything in it has been made', () => {
	const {steps} = samplePlan({service: {readOnly: true, workingDir: '/w'}});
	const ids = steps.map(step => step.id);
	expect(ids.indexOf('root.readonly')).toBeGreaterThan(ids.indexOf('process.directory'));
	expect(stepOf(samplePlan({service: {readOnly: true}}), 'root.readonly').checks).toEqual([
		{kind: 'mount', target: '/', type: '', options: ['ro']},
	]);
});

test('the cgroup filesystem shows only the joined hierarchies', () => {
	const rows = (machine: 'v1-bookworm' | 'v2-bookworm') =>
		rowsOf(samplePlan({facts: savedFacts(machine)}), 'mounts.after').filter(row => row.includes('cgroup'));
	expect(rows('v2-bookworm')).toEqual(['cgroup2 /sys/fs/cgroup cgroup2 nosuid,noexec,nodev,ro']);
	expect(rows('v1-bookworm').map(row => row.split(' ')[1])).toEqual([
		'/sys/fs/cgroup',
		...['memory', 'cpu', 'cpuacct', 'pids', 'freezer', 'devices', 'unified'].map(name => `/sys/fs/cgroup/${name}`),
	]);
});
