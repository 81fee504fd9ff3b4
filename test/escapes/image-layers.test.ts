import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {pax} from '../archives/tar-writer.ts';
import {makeImage} from '../images/make-image.ts';
import {writeLayout} from '../images/write-image.ts';
import {starters, target} from './attack.ts';

/** What overlayfs would obey: overlayfs.rst. The second kind is that of mounts in a user namespace. */
const orders = ['trusted', 'user'].flatMap(kind =>
	Object.entries({
		redirect: '/etc/passwd',
		metacopy: '',
		opaque: 'y',
		whiteout: '',
		origin: 'x',
		'overlay.opaque': 'y',
	}).map(([name, value]) => [`SCHILY.xattr.${kind}.overlay.${name}`, value] as const),
);
const hostile = pax({
	...Object.fromEntries(orders),
	'SCHILY.xattr.user.note': 'kept',
	'SCHILY.xattr.trusted.other': 'x',
});

test.each(starters)(
	'%s %j: no attribute, device, or set-user-ID bit of a layer counts on the host',
	async (_, user) => {
		await using at = await target(user);
		const {box, canary} = at;
		const [major, minor] = (readFileSync('/proc/partitions', 'utf8').trim().split('\n').at(-1) ?? '')
			.trim()
			.split(/\s+/)
			.map(Number);
		const evil = [
			hostile,
			{name: 'etc/', type: '5', mode: 0o755},
			hostile,
			{name: 'moved', body: 'mine\n'},
			hostile,
			{name: 'empty', body: ''},
			{name: 'su', body: '#!/bin/sh\n', mode: 0o6755},
		];
		// A user namespace has none: layers with them are refused.
		const devices = [
			{name: 'memory', type: '3', device: [1, 1], mode: 0o666},
			{name: 'disk', type: '4', device: [major ?? 8, minor ?? 0], mode: 0o666},
			{name: 'fuse', type: '3', device: [10, 229], mode: 0o666},
		] as const;
		const layers = [{entries: readFileSync(box.rootfs)}, {entries: [...evil, ...(user === undefined ? devices : [])]}];
		const [reference = ''] = writeLayout(join(box.folder, 'layout'), {t: makeImage({layers})});
		const look =
			'cat /etc/passwd /moved; for f in memory disk fuse; do head -c 1 /$$f >/dev/null 2>&1 && echo opens $$f; done; ls /empty';
		const spec = box.file(
			'spec.yaml',
			`name: ${box.name}\nimage: ${reference}\n${box.head}command: [sh, -c, "${look}"]\n`,
		);
		const {status, out, err} = await box.tsbox(['run', spec]);
		expect({status, out: status === 0 ? out : err}).toEqual({
			status: 0,
			out: expect.stringMatching(/^root:[^]*\nmine\n\/empty\n$/),
		});
		const attributes = execFileSync('getfattr', ['-R', '-h', '-d', '-m', '-', join(box.folder, 'store/lower')], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		expect(attributes).toContain('user.note="kept"');
		expect(attributes).not.toMatch(/overlay|trusted/);
		// Whoever may enter the folder of the store's owner still may not enter the store.
		chmodSync(box.folder, 0o755);
		const stranger = ['--reuid=61238', '--regid=61238', '--clear-groups', 'ls', join(box.folder, 'store/lower')];
		expect(spawnSync('setpriv', stranger, {encoding: 'utf8'}).stderr).toContain('Permission denied');
		canary.isUntouched();
		expect(box.leftovers()).toEqual([]);
	},
);
