import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {sampleUsage} from './usage-samples.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unified = '/sys/fs/cgroup/tsbox/box';
const members = [{controller: '', cgroup: '/tsbox/box', path: unified}];

function machine() {
	return recordingHost({
		[`${unified}/cpu.stat`]: 'usage_usec 1500\n',
		[`${unified}/memory.current`]: '4096\n',
		[`${unified}/memory.max`]: 'max\n',
		[`${unified}/memory.stat`]: 'inactive_file 1024\n',
		[`${unified}/io.stat`]: '8:0 rbytes=10 wbytes=20 rios=1 wios=1\n',
	});
}

test('usage is sampled at the start, repeatedly, and at the end', () => {
	const host = machine();
	const watch = sampleUsage(host, members);
	vi.advanceTimersByTime(250);
	host.writeKernelFile(`${unified}/cpu.stat`, 'usage_usec 2500\n');
	const samples = watch.stop();
	expect(samples.map(({cpuNs}) => cpuNs)).toEqual([1_500_000, 1_500_000, 1_500_000, 2_500_000]);
	expect(samples[0]).toEqual({at: expect.any(Number), cpuNs: 1_500_000, memory: 3072, readBytes: 10, writeBytes: 20});
	vi.advanceTimersByTime(1000);
	expect(watch.stop().length).toBe(5);
});

test('a long run has no more samples than a short one, evenly spaced', () => {
	const host = {...machine(), now: () => Date.now()};
	const begun = Date.now();
	const watch = sampleUsage(host, members);
	vi.advanceTimersByTime(3_600_000);
	const samples = watch.stop();
	expect(samples.length).toBeGreaterThan(100);
	expect(samples.length).toBeLessThan(245);
	const pauses = samples.slice(1, -1).map(({at}, index) => at - (samples[index]?.at ?? 0));
	expect(new Set(pauses).size).toBe(1);
	expect([samples[0]?.at, samples.at(-1)?.at]).toEqual([begun, begun + 3_600_000]);
});

test('values that no controller counts are null', () => {
	const [sample] = sampleUsage(recordingHost({}), []).stop();
	expect(sample).toMatchObject({cpuNs: null, memory: null, readBytes: null, writeBytes: null});
});
