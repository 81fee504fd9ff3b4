import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {atMostEvery} from './at-most-every.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('requests are merged into one run, and runs keep their distance', () => {
	const work = vi.fn<() => void>();
	const paced = atMostEvery(50, work);
	paced.soon();
	paced.soon();
	vi.advanceTimersByTime(1);
	expect(work).toHaveBeenCalledTimes(1);
	paced.soon();
	vi.advanceTimersByTime(40);
	expect(work).toHaveBeenCalledTimes(1);
	vi.advanceTimersByTime(20);
	expect(work).toHaveBeenCalledTimes(2);
});

test('stop cancels scheduled work', () => {
	const work = vi.fn<() => void>();
	const paced = atMostEvery(50, work);
	paced.soon();
	paced.stop();
	paced.soon();
	vi.advanceTimersByTime(1000);
	expect(work).not.toHaveBeenCalled();
});
