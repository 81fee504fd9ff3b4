import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type FeedLine, lineRing, type NewLine} from './line-ring.ts';

const line = (text: string, at?: number): NewLine => ({
	kind: 'line',
	service: 'web',
	stream: 'stdout',
	at,
	text: Buffer.from(text),
});
const all = (ring: ReturnType<typeof lineRing>) =>
	Array.from({length: ring.count()}, (_, index) => {
		const each = ring.at(index);
		return each?.kind === 'line' ? `${each.seq} ${each.text}` : `${each?.seq} -`;
	});

test('the oldest lines are dropped, and a line keeps its number', () => {
	const ring = lineRing({lines: 3, bytes: 100}, 0);
	expect([ring.count(), ring.first(), ring.at(0)]).toEqual([0, 0, undefined]);
	for (const text of ['a', 'b', 'c', 'd', 'e']) ring.add(line(text));
	expect(all(ring)).toEqual(['2 c', '3 d', '4 e']);
	expect([ring.first(), ring.at(-1), ring.at(3)]).toEqual([2, undefined, undefined]);
});

test('a long line drops several old lines, but the newest line stays', () => {
	const ring = lineRing({lines: 10, bytes: 10}, 0);
	for (const text of ['aaaa', 'bbbb', 'cccc']) ring.add(line(text));
	expect(all(ring)).toEqual(['1 bbbb', '2 cccc']);
	ring.add(line('x'.repeat(50)));
	expect(all(ring)).toEqual(['3 xxxxxxxxxx']);
	ring.add({kind: 'skipped', service: 'web', at: 1, bytes: 1000});
	ring.add(line('y'));
	expect(all(ring)).toEqual(['4 -', '5 y']);
});

test('indexAtTime finds the first line at or after a time', () => {
	const ring = lineRing({lines: 4, bytes: 100}, 35);
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

test('lines that wrap around the buffer stay whole, with their service and time', () => {
	fc.assert(
		fc.property(
			fc.array(fc.string({unit: 'binary', maxLength: 10}), {maxLength: 30}),
			fc.boolean(),
			(texts, isDated) => {
				const ring = lineRing({lines: 7, bytes: 300}, 0);
				const added = texts.map((text, seq): FeedLine => {
					const service = seq % 2 === 0 ? 'web' : 'db';
					if (seq % 5 === 4) return {kind: 'skipped', seq, service, at: seq, bytes: 2 ** 40 + seq};
					return {
						kind: 'line',
						seq,
						service,
						stream: seq % 3 === 0 ? 'stdout' : 'stderr',
						at: isDated ? seq : undefined,
						text,
					};
				});
				for (const each of added) ring.add(each.kind === 'line' ? {...each, text: Buffer.from(each.text)} : each);
				expect(Array.from({length: ring.count()}, (_, index) => ring.at(index))).toEqual(added.slice(ring.first()));
				expect(ring.count()).toBe(Math.min(7, texts.length));
			},
		),
	);
});

test('after 50 MB of short and long lines the ring stays within its bounds', () => {
	const bounds = {lines: 10_000, bytes: 2 ** 20};
	const ring = lineRing(bounds, 0);
	const lengths = [1, 80, 5000];
	let added = 0;
	for (let bytes = 0; bytes < 50e6; added++) {
		const text = 'y'.repeat(lengths[added % 3] ?? 0);
		ring.add(line(text));
		bytes += text.length;
	}
	const held = Array.from({length: ring.count()}, (_, index) => ring.at(index)).map(each =>
		each?.kind === 'line' ? each.text.length : 0,
	);
	expect(held.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(bounds.bytes);
	expect(held.at(-1)).toBe(lengths[(added - 1) % 3]);
	expect(ring.first() + ring.count()).toBe(added);
	for (let times = 0; times < 20_000; times++) ring.add(line('y'));
	expect(ring.count()).toBe(bounds.lines);
});
