import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {abortAfter, after, pauseFor} from './timer.ts';

beforeEach(() => void vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']}));
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;

test('waits longer than a Node timer can, and not too long', () => {
	const act = vi.fn<() => void>();
	after(60 * day, act);
	const signal = abortAfter(60 * day);
	vi.advanceTimersByTime(59 * day);
	expect([act.mock.calls.length, signal.aborted]).toEqual([0, false]);
	vi.advanceTimersByTime(day);
	expect([act.mock.calls.length, signal.aborted]).toEqual([1, true]);
});

test('never fires for Infinity, and leaves no timer', () => {
	after(Infinity, () => {});
	expect(abortAfter(Infinity).aborted).toBe(false);
	expect(vi.getTimerCount()).toBe(0);
});

test('a canceled call never happens, not even in its second timer', () => {
	const act = vi.fn<() => void>();
	const callOff = after(30 * day, act);
	vi.advanceTimersByTime(29 * day);
	callOff();
	vi.advanceTimersByTime(29 * day);
	expect(act).not.toHaveBeenCalled();
	expect(vi.getTimerCount()).toBe(0);
});

test('a pause ends at its time or signal, and leaves no timer', async () => {
	const over = new AbortController();
	const long = pauseFor(60 * day, over.signal);
	over.abort();
	await long;
	await pauseFor(60 * day, over.signal);
	expect(vi.getTimerCount()).toBe(0);
	const short = pauseFor(5, new AbortController().signal);
	vi.advanceTimersByTime(5);
	await short;
});
