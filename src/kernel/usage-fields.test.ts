import {expect, test} from 'vitest';
import {
	blkioBytes,
	ioStatBytes,
	limitNumber,
	namedNumber,
	networkBytes,
	somePressure,
	usedMemory,
	wholeNumber,
} from './usage-fields.ts';

test('parses a file with one number', () => {
	expect(wholeNumber('123\n')).toBe(123);
	for (const text of [undefined, '', 'max\n', '-1\n', '1 2\n']) expect(wholeNumber(text)).toBeNull();
});

test('finds a named line by its whole name', () => {
	const text = 'inactive_file 1\ntotal_inactive_file 22\nusage_usec 333\n';
	expect(namedNumber(text, 'inactive_file')).toBe(1);
	expect(namedNumber(text, 'total_inactive_file')).toBe(22);
	expect(namedNumber(text, 'usage_usec')).toBe(333);
	expect(namedNumber(text, 'file')).toBeNull();
	expect(namedNumber(undefined, 'file')).toBeNull();
});

test.each([
	['67108864\n', 67_108_864],
	['0\n', 0],
	['max\n', null],
	// v1's value for "no limit", with pages of 4 KiB and of 64 KiB.
	['9223372036854771712\n', null],
	['9223372036854710272\n', null],
	[undefined, null],
])('the limit %j is %s', (text, limit) => {
	expect(limitNumber(text)).toBe(limit);
});

test('sums the block I/O of all devices, v1 and v2; null when v1 counts no device', () => {
	const v1 = '8:0 Read 4096\n8:0 Write 10\n8:0 Sync 5000\n8:0 Total 4106\n259:1 Read 4\n259:1 Write 0\nTotal 4110\n';
	expect(blkioBytes(v1)).toEqual({in: 4100, out: 10});
	expect(blkioBytes('8:0 Read 0\n8:0 Write 0\nTotal 0\n')).toEqual({in: 0, out: 0});
	expect(blkioBytes('Total 0\n')).toBeNull();
	expect(
		ioStatBytes('8:0 rbytes=4096 wbytes=10 rios=1 wios=1 dbytes=7 dios=0\n259:1 rbytes=4 wbytes=0 rios=1\n'),
	).toEqual({
		in: 4100,
		out: 10,
	});
	expect(ioStatBytes('')).toEqual({in: 0, out: 0});
	expect([blkioBytes(undefined), ioStatBytes(undefined)]).toEqual([null, null]);
});

test('sums the network traffic of all interfaces but lo, also when a number touches the name', () => {
	const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    9579      87    0    0    0     0          0         0     9579      87    0    0    0     0       0          0
  eth0:1711496825   46576    0    0    0     0          0         0  3778987   34294    0    0    0     0       0          0
  eth1:       5       1    0    0    0     0          0         0        3       1    0    0    0     0       0          0
`;
	expect(networkBytes(text)).toEqual({in: 1_711_496_830, out: 3_778_990});
	expect(networkBytes(undefined)).toBeNull();
});

test('reads the `some` line of a pressure file', () => {
	const text = 'some avg10=2.93 avg60=27.72 avg300=37.09 total=1532\nfull avg10=0.10 avg60=0.00 avg300=0.00 total=0\n';
	expect(somePressure(text)).toBe(2.93);
	expect(somePressure('full avg10=0.10 avg60=0.00\n')).toBeNull();
	expect(somePressure(undefined)).toBeNull();
});

test('subtracts reclaimable page cache, unless it exceeds the usage', () => {
	expect(usedMemory(100, 30)).toBe(70);
	expect(usedMemory(100, 100)).toBe(0);
	expect(usedMemory(100, 101)).toBe(100);
	expect(usedMemory(100, null)).toBe(100);
	expect(usedMemory(null, 1)).toBeNull();
});
