import {expect, test} from 'vitest';
import {parseDriverOptions} from './driver-options.ts';

test.each([
	[{}, undefined],
	[
		{type: 'nfs', o: 'addr=10.0.0.5,rw,nfsvers=4', device: ':/srv'},
		{kind: 'filesystem', filesystem: {type: 'nfs', device: ':/srv', options: ['addr=10.0.0.5', 'rw', 'nfsvers=4']}},
	],
	[
		{type: 'tmpfs', device: 'tmpfs'},
		{kind: 'filesystem', filesystem: {type: 'tmpfs', device: 'tmpfs', options: []}},
	],
	[
		{type: 'none', o: 'bind', device: './data'},
		{kind: 'bind', source: './data', readOnly: false, recursive: false},
	],
	[
		{o: 'rbind,ro', device: '/srv'},
		{kind: 'bind', source: '/srv', readOnly: true, recursive: true},
	],
] as const)('%j', (options, value) => expect(parseDriverOptions(options)).toEqual({ok: true, value}));

test.each([
	[{type: 'nfs', device: ':/srv'}, 'has no `addr=` in `o`'],
	[{type: 'nfs', o: 'addr=nas.local', device: ':/srv'}, 'has the address'],
	[{type: 'tmpfs'}, 'has no `device`'],
	[{device: '/dev/sda1'}, 'has no `type`'],
	[{type: 'none', device: '/srv'}, 'neither a type nor `o: bind`'],
	[{type: 'ext4', device: '-o'}, 'has `-o`'],
	[{type: 'ext4', device: '/dev/sda1', o: 'loop'}, 'none of a file system'],
	[{type: 'ext4', device: '/dev/sda1', o: 'X-mount.mkdir'}, 'none of a file system'],
	[{type: 'ext4;x', device: '/dev/sda1'}, 'has the type'],
	[{type: 'none', o: 'bind,size=1', device: '/srv'}, 'beside `bind`'],
	[{size: '1g'}, 'has the option `size`'],
] as const)('%j is refused', (options, problem) => {
	const parsed = parseDriverOptions(options);
	expect(parsed.ok ? 'read' : parsed.problem).toContain(problem);
});
