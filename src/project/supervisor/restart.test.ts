import {expect, test} from 'vitest';
import {nextStart, noRestarts, type RestartCount} from './restart.ts';

test.each([
	[undefined, 1, false],
	[{kind: 'no'} as const, 1, false],
	[{kind: 'always'} as const, 0, true],
	[{kind: 'unless-stopped'} as const, 1, true],
	[{kind: 'on-failure'} as const, 0, false],
	[{kind: 'on-failure'} as const, 1, true],
])('%j after status %i', (policy, code, again) => {
	expect(nextStart(policy, code, 5, noRestarts) !== undefined).toBe(again);
});

test('the pause doubles up to a minute and starts over after a long enough run', () => {
	const pauses: number[] = [];
	let counted: RestartCount = noRestarts;
	for (let n = 0; n < 12; n += 1) {
		const next = nextStart({kind: 'always'}, 1, 5, counted);
		if (next === undefined) throw new Error('it ends');
		pauses.push(next.pause);
		counted = next.counted;
	}
	expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]);
	expect(nextStart({kind: 'always'}, 1, 10_000, counted)?.pause).toBe(100);
});

test('on-failure:2 allows two consecutive restarts', () => {
	const policy = {kind: 'on-failure', most: 2} as const;
	const first = nextStart(policy, 1, 5, noRestarts);
	const second = nextStart(policy, 1, 5, first?.counted ?? noRestarts);
	expect(second).toBeDefined();
	expect(nextStart(policy, 1, 5, second?.counted ?? noRestarts)).toBeUndefined();
	expect(nextStart(policy, 1, 60_000, second?.counted ?? noRestarts)).toBeDefined();
});
