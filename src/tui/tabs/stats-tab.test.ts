import {expect, test} from 'vitest';
import type {Sample} from './rates.ts';
import {plainText, sampleFrame, sampleNow} from '../../../test/support/sample-frame.ts';
import {statsTab} from './stats-tab.ts';

const samples: readonly Sample[] = Array.from({length: 60}, (_, second) => ({
	at: sampleNow - (59 - second) * 1000,
	cpuPercent: 40 + 35 * Math.sin(second / 6),
	memoryUsed: 2 ** 20 * (10 + second),
	memoryLimit: 2 ** 20 * 100,
	rxRate: second < 30 ? null : second * 100,
	txRate: second < 30 ? null : 1000,
	readRate: null,
	writeRate: null,
	cpuPressure: 1.25,
	memoryPressure: 0,
	pids: 3,
}));

function draw(columns: number, rows: number, locale?: string): string {
	return plainText(statsTab(samples, {windowMs: 60_000}, sampleFrame(columns, rows, locale)).lines);
}

test('at 80 columns, the plots are below each other, and plots without room are one line', () => {
	expect(draw(80, 20)).toMatchInlineSnapshot(`
		"the last 1 min, 3 threads now
		cpu  26.1 % of one processor
		100 % ┤        ⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀                                    ⢀⣀⣀⣀⣀⣀⣀⣀⣀
		      │ ⣀⣤⣴⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣶⣤⣀⣀⡀                   ⣀⣤⣤⣴⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣤⣤⣄⡀
		  0 % ┤ ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣶⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣶⣶⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		       -1 min                                                                now
		memory  69 MiB of 100 MiB (69 %)
		100 MiB ┤                                                                      ⢀
		        │                           ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣠⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣴⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		    0 B ┤ ⣤⣤⣤⣤⣴⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		         -1 min                                                              now
		network  ⠤⠤ received 5.8 KiB/s  ⠄⠄ sent 1000 B/s
		8 KiB/s ┤                                                                   ⣀⣀⣀⣀
		        │                                    ⢀⣀⣀⣀⣀⠤⠤⠤⠤⠤⠤⠤⠤⠔⠒⠒⠒⠒⠒⠒⠒⠒⠒⠉⠉⠉⠉⠉⠉⠉⠉
		  0 B/s ┤                                    ⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠⠠
		         -1 min                                                              now
		block  ⠤⠤ read -  ⠄⠄ written -
		pressure  ⠤⠤ waits for cpu 1.3 %  ⠄⠄ for memory 0 %"
	`);
});

test('at 120 columns, two plots are side by side', () => {
	expect(draw(120, 24)).toMatchInlineSnapshot(`
		"the last 1 min, 3 threads now
		cpu  26.1 % of one processor                                 memory  69 MiB of 100 MiB (69 %)
		100 % ┤                                                      100 MiB ┤
		      │    ⣀⣤⣴⣶⣶⣶⣶⣶⣄⣀⡀                      ⣀⣤⣴⣶⣶⣶⣶⣶⣄⡀               │                                           ⣀⣀⣀⣀⣤⣤⣤
		 50 % ┤⢀⣠⣴⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣤                ⢀⣠⣴⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣦⣀     50 MiB ┤                         ⢀⣀⣀⣀⣠⣤⣤⣤⣤⣶⣶⣶⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		      │⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣄⡀         ⣀⣤⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣦          │        ⣀⣀⣀⣀⣤⣤⣤⣤⣴⣶⣶⣶⣶⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		  0 % ┤⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣤⣤⣤⣤⣴⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿      0 B ┤⢰⣶⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		       -1 min                                           now           -1 min                                         now
		network  ⠤⠤ received 5.8 KiB/s  ⠄⠄ sent 1000 B/s             block  ⠤⠤ read -  ⠄⠄ written -
		8 KiB/s ┤                                                    1 KiB/s ┤
		        │                                          ⣀⣀⣀⡠⠤⠤⠤⠔          │
		4 KiB/s ┤                            ⣀⣀⣀⡠⠤⠤⠔⠒⠒⠒⠒⠉⠉⠉          512 B/s ┤
		        │                         ⠈⠉⠉                                │
		  0 B/s ┤                         ⠐⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂    0 B/s ┤
		         -1 min                                         now           -1 min                                         now
		pressure  ⠤⠤ waits for cpu 1.3 %  ⠄⠄ for memory 0 %
		10 % ┤
		     │
		 5 % ┤
		     │
		 0 % ┤⢐⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒⡒
		      -1 min                                            now"
	`);
});

test('without room for plots, each is one line', () => {
	expect(draw(80, 6)).toMatchInlineSnapshot(`
		"the last 1 min, 3 threads now
		cpu  26.1 % of one processor
		memory  69 MiB of 100 MiB (69 %)
		network  ⠤⠤ received 5.8 KiB/s  ⠄⠄ sent 1000 B/s
		block  ⠤⠤ read -  ⠄⠄ written -
		pressure  ⠤⠤ waits for cpu 1.3 %  ⠄⠄ for memory 0 %"
	`);
});

test('without a UTF-8 locale all text is ASCII', () => {
	for (const columns of [80, 120]) expect(draw(columns, 40, 'C')).toMatch(/^[\n\x20-\x7e]*$/);
});

test.each([6, 10, 20, 33, 60])('the plots fit into %d rows', rows => {
	for (const columns of [80, 120]) {
		const lines = draw(columns, rows).split('\n');
		expect(lines.length).toBeLessThanOrEqual(rows);
		for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
	}
});

test('the memory limit is the top of its plot once half of it is used', () => {
	expect(draw(80, 40)).toContain('100 MiB ┤');
	const low = samples.map(sample => ({...sample, memoryLimit: 2 ** 30}));
	const text = plainText(statsTab(low, {windowMs: 60_000}, sampleFrame(80, 40)).lines);
	expect(text).toContain('memory  69 MiB of 1 GiB (6.7 %)');
	expect(text).toContain('128 MiB ┤');
});

test('before the first reading there is a message', () => {
	expect(plainText(statsTab([], {windowMs: 60_000}, sampleFrame()).lines)).toBe(
		'nothing is known yet: the first reading takes a second',
	);
});
