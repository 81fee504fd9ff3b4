import {expect, test} from 'vitest';
import {loopbackUp} from './drift.ts';

const head = 'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n';
const lo = '1\tlo        :     1      V3\n';
const eth0 = '2\teth0      :     2      V3\n';
const allHosts = '\t\t\t\t010000E0     1 0:00000000\t\t0\n';
const other = '\t\t\t\tFB0000E0     1 0:00000000\t\t0\n';

test.each([
	['up', head + lo + allHosts, true],
	['up, with another interface behind it', head + lo + other + allHosts + eth0 + allHosts, true],
	['up, on a big-endian machine', `${head}${lo}\t\t\t\tE0000001     1 0:00000000\t\t0\n`, true],
	['down', head, false],
	['down, and another interface is up', head + eth0 + allHosts, false],
	['down, though a program has joined a group on it', head + lo + other + eth0 + allHosts, false],
	['not to be known', '', undefined],
])('lo is %s', (_, igmp, up) => {
	expect(loopbackUp(igmp)).toBe(up);
});
