import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Target, target} from './attack.ts';

interface Parts {
	readonly run: Record<string, unknown>;
	readonly spec: {readonly service: Record<string, unknown>};
}

/** A record of a run, changed by somebody else, as a folder. */
async function recordOf({box}: Target, change: (parts: Parts) => void): Promise<string> {
	const recorded = await box.tsbox(['run', '--record', box.spec('command: [ls, /]\n')]);
	const id = /recorded as (\S+);/.exec(recorded.err)?.[1] ?? '';
	const folder = join(box.folder, 'record', id);
	cpSync(join(box.folder, 'store/runs', id), folder, {recursive: true});
	chmodSync(folder, 0o755);
	const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as never;
	const parts: Parts = {run: read('run.json'), spec: read('spec.json')};
	change(parts);
	for (const [name, value] of Object.entries(parts)) writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
	return folder;
}

/** The same, exported. */
function packed({box}: Target, folder: string): string {
	const file = join(box.folder, 'foreign.tar.gz');
	execFileSync('tar', ['-czf', file, '-C', join(folder, '..'), folder.split('/').at(-1) ?? '']);
	return file;
}

test('a policy sees the root filesystem that a record is run with', async () => {
	await using at = await target();
	const policy = at.box.file('policy.yaml', 'policy: {allowed_binds: [], forbid_rootfs_host: true}\n');
	const outside = join(at.canary.path, '..');
	for (const image of [{kind: 'host'}, {kind: 'directory', path: '/'}, {kind: 'directory', path: outside}]) {
		const folder = await recordOf(at, ({run, spec}) => {
			run['image'] = image;
			spec.service['origins'] = {rootfs: {kind: 'file', file: at.canary.path, line: 1, column: 1}};
		});
		for (const record of [folder, packed(at, folder)]) {
			const {status, out, err} = await at.box.tsbox(['--config', policy, 'replay', record]);
			expect({status, out}).toEqual({status: 125, out: ''});
			expect(err).toMatch(/(?:allowed_binds|forbid_rootfs_host)` of/);
			// No file of this machine is shown because a record names it.
			expect(err).not.toContain(readFileSync(at.canary.path, 'utf8').trim());
		}
	}
	at.canary.isUntouched();
});

test('a record says nothing that a spec could not say', async () => {
	await using at = await target();
	const way = join(at.box.folder, 'way');
	mkdirSync(way);
	symlinkSync(join(at.canary.path, '..'), join(way, '_data'));
	const mount = {type: 'volume', target: '/mnt', readOnly: false, nocopy: true};
	const up = '../'.repeat(20);
	const changes: readonly Record<string, unknown>[] = [
		{volumes: [{...mount, volume: {key: 'v', name: `${up}${way}`, project: 'p', labels: {}}}]},
		{volumes: [{type: 'tmpfs', target: '/proc/sys', readOnly: false, options: []}]},
		{volumes: [{type: 'tmpfs', target: '/x', readOnly: false, options: ['noexec,mode=4777']}]},
		{sysctls: {'kernel.core_pattern': '|/x'}},
		{name: '../../x'},
	];
	for (const change of changes) {
		const folder = await recordOf(at, ({spec}) => Object.assign(spec.service, change));
		for (const record of [folder, packed(at, folder)])
			expect(await at.box.tsbox(['replay', record])).toMatchObject({
				status: 125,
				out: '',
				err: expect.stringContaining('spec.json is not a valid spec'),
			});
		expect((await at.box.tsbox(['runs', 'import', packed(at, folder)])).status).not.toBe(0);
	}
	at.canary.isUntouched();
});

test('a folder in which somebody else could change the record is not read', async () => {
	await using at = await target();
	const folder = await recordOf(at, () => {});
	expect((await at.box.tsbox(['runs', 'show', folder])).status).toBe(0);
	chmodSync(folder, 0o777);
	expect((await at.box.tsbox(['replay', folder])).err).toContain('it is writable by everyone');
	chmodSync(folder, 0o755);
	chownSync(folder, 61_235, 61_235);
	expect((await at.box.tsbox(['replay', folder])).err).toContain('it belongs to another user');
	expect((await at.box.tsbox(['runs', 'show', folder])).err).toContain('it belongs to another user');
});
