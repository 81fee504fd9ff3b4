import {expect, test} from 'vitest';
import {capabilitiesIn, capabilitiesUpTo} from './capabilities.ts';
import {countCpus, osName} from './os.ts';
import {statusFields} from './process-status.ts';
import {parseLimits} from './rlimits.ts';
import {idRanges} from './user-namespace.ts';

test('parses limits by the names of setrlimit, with unlimited as -1', () => {
	const text = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            1024                 524288               files     
Max nice priority         0                    0                    
Max something new         1                    2                    things`;
	expect(parseLimits(text)).toEqual({
		cpu: {soft: -1, hard: -1},
		nofile: {soft: 1024, hard: 524288},
		nice: {soft: 0, hard: 0},
	});
});

test('decodes a capability mask, also above bit 31', () => {
	const known = capabilitiesUpTo(40);
	expect(known).toHaveLength(41);
	expect(capabilitiesIn('0000010000000401', known)).toEqual([
		'CAP_CHOWN',
		'CAP_NET_BIND_SERVICE',
		'CAP_CHECKPOINT_RESTORE',
	]);
	expect(capabilitiesIn('', known)).toEqual([]);
});

test('names an unknown capability by its number', () => {
	expect(capabilitiesUpTo(41).at(-1)).toBe('CAP_41');
});

test('splits status fields at the first colon', () => {
	expect(statusFields('Name:\ta:b\nUid:\t0\t1\t2\t3\n')).toEqual({Name: 'a:b', Uid: '0\t1\t2\t3'});
});

test.each([
	['0', 1],
	['0-3', 4],
	['0-2,4,6-7', 6],
	['', 1],
])('the processor list %j has %i processors', (list, count) => {
	expect(countCpus(list)).toBe(count);
});

test('removes the quotes of the system name', () => {
	expect(osName('ID=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
	expect(osName('ID=x\n')).toBe('Linux');
});

test('collects subordinate ids by name and by uid, and ignores those of other users', () => {
	expect(idRanges('ann:100000:65536\n1000:300000:10\nanna:1:1\nann:x:1\nann:5:0\n', ['1000', 'ann'])).toEqual([
		{start: 100_000, count: 65_536},
		{start: 300_000, count: 10},
	]);
});
