import {expect, test} from 'vitest';
import type {UsageSample} from '../../container/observe/usage-samples.ts';
import {plotSvg} from './plot-svg.ts';
import {usagePlots} from './usage-plots.ts';

const mebibyte = 1024 * 1024;

/** A sample each half second: a whole processor from 0.5 to 1 s, and half a MiB written in that time. */
const samples: readonly UsageSample[] = [0, 0, 500, 500].map((cpuMs, index) => ({
	at: 10_000 + index * 500,
	cpuNs: cpuMs * 1e6,
	memory: (index + 1) * mebibyte,
	readBytes: 0,
	writeBytes: index < 2 ? 0 : mebibyte / 2,
}));

test('plots show CPU in percent, memory in use, and disk bytes per second', () => {
	const plots = usagePlots(samples, 9900, 7 * mebibyte);
	expect(plots.map(({title, points}) => [title, points.map(({value}) => value)])).toEqual([
		['CPU', [0, 100, 0]],
		['Memory, at most 7 MiB', [1, 2, 3, 4].map(count => count * mebibyte)],
		['Written to disks', [0, mebibyte, 0]],
	]);
	expect(plots.map(({words}) => words(mebibyte))).toEqual(['1048576 %', '1 MiB', '1 MiB/s']);
	expect(plots[0]?.time(500)).toBe('1.1 s');
});

test('values that were not measured and very short runs have no plot', () => {
	const uncounted = samples.map(({at}) => ({at, cpuNs: null, memory: null, readBytes: null, writeBytes: null}));
	expect(usagePlots(uncounted, 9900, null)).toEqual([]);
	expect(usagePlots(samples.slice(0, 1), 9900, null)).toEqual([]);
	expect(usagePlots([], 9900, null)).toEqual([]);
});

test('clocks and counters that go back give no negative values', () => {
	const [first, second, third] = samples;
	if (first === undefined || second === undefined || third === undefined) throw new Error('there are samples');
	const odd = [third, {...second, at: third.at + 10}, {...first, at: third.at - 500}, {...third, at: third.at + 20}];
	const values = usagePlots(odd, 9900, null).flatMap(({points}) => points.map(({value}) => value));
	expect(values.filter(value => !(value >= 0 && Number.isFinite(value)))).toEqual([]);
});

test('a plot stays within its axes, and its texts are escaped', () => {
	const svg = plotSvg({
		title: '<b>',
		points: [
			{at: 0, value: 0},
			{at: 100, value: 50},
		],
		atLeast: 100,
		words: value => `<${value}>`,
		time: ms => `${ms} ms`,
	});
	expect(svg).toContain('d="M80.0 104.0L860.0 56.0"');
	expect(svg).toContain('aria-label="&lt;b&gt;: at most &lt;50&gt;"');
	expect([...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual([
		'&lt;0&gt;',
		'&lt;50&gt;',
		'&lt;100&gt;',
		'0 ms',
		'25 ms',
		'50 ms',
		'75 ms',
		'100 ms',
	]);
});
