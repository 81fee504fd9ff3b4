import {expect, test} from 'vitest';
import {parseLimitChanges} from './limit-changes.ts';

test('limits are read in the format of a spec', () => {
	expect(
		parseLimitChanges({
			memory: '200m',
			memorySwap: '-1',
			memoryReservation: '1g',
			cpus: '1.5',
			cpuShares: '512',
			cpusetCpus: '4,1-2,0,1',
			pidsLimit: '-1',
			blkioWeight: '300',
		}),
	).toEqual({
		memory: 209_715_200,
		memorySwap: -1,
		memoryReservation: 1_073_741_824,
		cpus: 1.5,
		cpuShares: 512,
		cpusetCpus: '0-2,4',
		pidsLimit: -1,
		blkioWeight: 300,
	});
	expect(parseLimitChanges({cpus: '2', memory: undefined})).toEqual({cpus: 2});
});

test.each([
	[{}, 'no limit is named'],
	[{memory: 'much'}, '--memory must be a size'],
	[{memory: '0'}, '--memory must be above 0'],
	[{memory: '100'}, '--memory must be at least 4096 bytes'],
	[{memory: '-1'}, '--memory must be a size'],
	[{memorySwap: '0'}, '--memory-swap must be above 0'],
	[{cpus: '0'}, '--cpus must be a number from 0.01'],
	[{cpuShares: '1'}, '--cpu-shares must be a whole number from 2'],
	[{cpusetCpus: '3-1'}, '--cpuset-cpus must be a list'],
	[{pidsLimit: '0'}, '--pids-limit must be a whole number from 1 to 4194304, or -1'],
	[{blkioWeight: '5'}, '--blkio-weight must be a whole number from 10'],
])('%j is refused: %s', (texts, message) => {
	expect(() => parseLimitChanges(texts)).toThrow(
		expect.objectContaining({code: 'E_USAGE', message: expect.stringContaining(message)}),
	);
});
