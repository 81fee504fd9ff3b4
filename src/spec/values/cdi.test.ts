import {expect, test} from 'vitest';
import {cdiOf, cdiWord, parseReservation} from './cdi.ts';

test.each(['nvidia.com/gpu=0', 'nvidia.com/gpu=GPU-1a:0', 'vendor.com/net_card=all'])('%s is a device of CDI', name => {
	const request = cdiOf(name);
	expect(request === undefined ? undefined : cdiWord(request)).toBe(name);
});

test.each(['/dev/fuse', '/dev/a=b', 'nvidia.com=0', 'nvidia.com/gpu=', './x/y=z', 'a/b=c d'])('%s is none', name => {
	expect(cdiOf(name)).toBeUndefined();
});

test.each([
	[{}, [{kind: 'nvidia.com/gpu', count: -1}]],
	[{driver: 'nvidia', count: 2, capabilities: ['compute', 'gpu']}, [{kind: 'nvidia.com/gpu', count: 2}]],
	[{driver: 'amd', device_ids: ['0', '1']}, [{kind: 'amd.com/gpu', names: ['0', '1']}]],
	[{driver: 'cdi', device_ids: ['a.com/b=c']}, [{kind: 'a.com/b', names: ['c']}]],
	[{driver: 'google.com', capabilities: ['tpu']}, [{kind: 'google.com/tpu', count: -1}]],
] as const)('%j asks for these', (reservation, value) => {
	expect(parseReservation(reservation)).toEqual({ok: true, value});
});

test.each([
	[{count: 1, device_ids: ['0']}, 'has both `count` and `device_ids`'],
	[{driver: 'cdi', device_ids: ['0']}, 'without names of devices'],
	[{driver: '../x'}, 'has the driver'],
	[{capabilities: []}, 'has no capability'],
	[{device_ids: ['a b']}, 'has the device'],
	[{device_ids: []}, 'has no device'],
])('%j is refused', (reservation, problem) => {
	const parsed = parseReservation(reservation);
	expect(parsed.ok ? 'read' : parsed.problem).toContain(problem);
});
