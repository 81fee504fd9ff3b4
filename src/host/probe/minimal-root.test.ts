import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {minimalRoot} from './minimal-root.ts';

test('a program that is no ELF file, or a static one, comes without libraries', async () => {
	const host = recordingHost({'/usr/bin/busybox': 'static'}, {run: () => ({stdout: '[\nbusybox\nls\nsh\n'})});
	const stat = host.stat.bind(host);
	const executable = {
		...host,
		stat: (path: string) => {
			const facts = stat(path);
			return facts && {...facts, mode: 0o100755};
		},
		realpath: (path: string) => (stat(path) === undefined ? undefined : path),
	};
	expect(await minimalRoot(executable)).toEqual({
		files: [{path: '/bin/busybox', from: '/usr/bin/busybox'}],
		links: ['[', 'ls', 'sh'].map(name => ({path: `/bin/${name}`, to: 'busybox'})),
	});
});
