import {expect, test} from 'vitest';
import {lineRing, type NewLine} from './line-ring.ts';

const line = (text: string, at?: number): NewLine => ({kind: 'line', service: 'web', stream: 'stdout', at, text});
const all = (ring: ReturnType<typeof lineRing>) =>
	Array.from({length: ring.count()}, (_, index) => {
		const each = ring.at(index);
		return each?.kind === 'line' ? `${each.seq} ${each.text}` : `${each?.seq} -`;
	});

test('the oldest lines make way, and a line keeps its number', () => {
	const ring = lineRing({lines: 3, characters: 100}, 0);
	expect([ring.count(), ring.first(), ring.at(0)]).toEqual([0, 0, undefined]);
	for (const text of ['a', 'b', 'c', 'd', 'e']) ring.add(line(text));
	expect(all(ring)).toEqual(['2 c', '3 d', '4 e']);
	expect([ring.first(), ring.at(-1), ring.at(3)]).toEqual([2, undefined, undefined]);
});

test('long lines make more of them go, but the newest stays', () => {
	const ring = lineRing({lines: 10, characters: 10}, 0);
	for (const text of ['aaaa', 'bbbb', 'cccc']) ring.add(line(text));
	expect(all(ring)).toEqual(['1 bbbb', '2 cccc']);
	ring.add(line('x'.repeat(50)));
	expect(ring.count()).toBe(1);
	ring.add({kind: 'skipped', service: 'web', at: 1, bytes: 1000});
	ring.add(line('y'));
	expect(all(ring)).toEqual(['4 -', '5 y']);
});

test('a time leads to the first line that came then or later', () => {
	const ring = lineRing({lines: 4, characters: 100}, 35);
	for (const [text, at] of [
		['gone', 5],
		['a', 10],
		['b', 20],
		['clock set back', 15],
		['undated', undefined],
	] as const)
		ring.add(line(text, at));
	expect([0, 10, 11, 20, 21, 35, 36].map(ring.indexAtTime)).toEqual([0, 0, 1, 1, 3, 3, 4]);
});
