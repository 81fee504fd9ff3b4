import {execFileSync} from 'node:child_process';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {capabilityMask, capabilityNames} from './capabilities.ts';

test.each([
	[[], '0000000000000000'],
	[['CAP_CHOWN'], '0000000000000001'],
	[['CAP_CHECKPOINT_RESTORE', 'CAP_CHOWN'], '0000010000000001'],
	[['CAP_NONE'], '0000000000000000'],
	[capabilityNames, '000001ffffffffff'],
] as const)('the mask of %j is %s', (names, mask) => {
	expect(capabilityMask(names)).toBe(mask);
});

const capsh = '/usr/sbin/capsh';
const there = ((): boolean => {
	try {
		execFileSync(capsh, ['--help'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
})();

test.skipIf(!there)('capsh decodes the mask to the same names', () => {
	fc.assert(
		fc.property(fc.subarray([...capabilityNames], {minLength: 1}), names => {
			const said = execFileSync(capsh, [`--decode=${capabilityMask(names)}`], {encoding: 'utf8'}).trim();
			expect(said.split('=')[1]?.toUpperCase().split(',')).toEqual(names);
		}),
		{numRuns: 40},
	);
});
