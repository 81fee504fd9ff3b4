import {describe, expect, test} from 'vitest';
import {sampleSteps} from '../../../test/support/sample-steps.ts';
import {sampleShownRun} from '../../../test/support/sample-shown-run.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {stepViews} from '../../view/records/step-views.ts';
import {measure} from '../draw/width.ts';
import {afterKey, atBegin, type Scrubber, scrubberLines} from './scrubber.ts';

const views = stepViews(sampleSteps());
const drawn = (
	place: Scrubber,
	columns = 60,
	rows = 24,
	of = views,
	env: Record<string, string> = {LANG: 'C.UTF-8'},
) => {
	const {lines, top} = scrubberLines(of, place, 'demo', {columns, rows, now: 0, glyphs: glyphs(env), width: measure});
	return {top, text: lines.map(line => line.map(({text}) => text).join(''))};
};

describe('keys move from step to step', () => {
	test.each([
		[['right'], 1],
		[['l', 'space'], 2],
		[['right', 'right', 'right', 'right'], 2],
		[['end', 'left'], 1],
		[['G', 'h', 'backspace', 'h'], 0],
		[['end', 'home'], 0],
	])('%j', (keys, at) => {
		let place = atBegin;
		for (const key of keys) place = afterKey(place, key, 3, 24) ?? place;
		expect(place).toEqual({at, top: 0});
	});

	test('another step begins at its top, and no step leaves the page as it is', () => {
		expect(afterKey({at: 0, top: 5}, 'right', 3, 24)).toEqual({at: 1, top: 0});
		expect(afterKey({at: 2, top: 5}, 'right', 3, 24)).toEqual({at: 2, top: 5});
		expect(afterKey({at: 0, top: 5}, 'pageup', 3, 24)).toEqual({at: 0, top: 0});
		expect(afterKey(atBegin, 'x', 3, 24)).toBeUndefined();
		expect(afterKey(atBegin, 'right', 0, 24)).toEqual(atBegin);
	});
});

test('a step with its command, its why, what changed, and what the kernel shows', () => {
	expect(drawn({at: 1, top: 0}).text.map(line => line.trimEnd())).toMatchInlineSnapshot(`
		[
		  "step 2 of 3  demo",
		  "░░░◆◆◆░░░",
		  "",
		  "set the hostname  done, 2 ms",
		  "  echo demo > /proc/sys/kernel/hostname",
		  "",
		  "changed",
		  "~ hostname      host -> demo",
		  "",
		  "the kernel shows of the first process",
		  "> process       pid 9, 1 inside, one of 3",
		  "  root          / (inode 2 of device 1)",
		  "  namespaces    mount 1, pid 2, uts 3, user 4",
		  "> hostname      demo",
		  "  mounts        /: ext4 /dev/vda (rw,shared)",
		  "  cgroups       memory: /",
		  "                cgroup.procs 9",
		  "  capabilities  effective, permitted, bounding: CAP_CHOWN",
		  "                CAP_KILL",
		  "                inheritable, ambient: none",
		  "  ids           uid 0, gid 0, groups none",
		  "                uid_map 0 0 4294967295",
		  "                gid_map 0 0 4294967295",
		  " ←→ step  home end first, last  ↑↓ scroll  2 more  q quit",
		]
	`);
	expect(drawn(atBegin).text.join('\n')).toContain('nothing changed that a snapshot shows');
});

test('ASCII only where the locale has no more', () => {
	expect(drawn({at: 1, top: 0}, 60, 24, views, {}).text.join('')).toMatch(/^[\x20-\x7e]*$/);
});

test.each([
	[1, 1],
	[10, 5],
	[40, 12],
	[200, 60],
])('%i columns and %i rows are filled exactly', (columns, rows) => {
	for (const at of views.keys()) {
		const {text} = drawn({at, top: 0}, columns, rows);
		expect(text.length).toBe(Math.max(rows, 5));
		expect(text.filter(line => measure(line) !== columns)).toEqual([]);
	}
});

test('a page is not scrolled beyond its end, and tells how much is left', () => {
	const {top, text} = drawn({at: 1, top: 999}, 60, 10);
	expect(text.at(-1)).not.toContain('more');
	expect(top).toBeGreaterThan(0);
	expect(drawn({at: 1, top: top - 1}, 60, 10).text.at(-1)).toContain('1 more');
});

test('many steps share the cells of a narrow bar', () => {
	const many = Array.from({length: 90}, (_, index) => views[index % 3]).flatMap(view => view ?? []);
	for (const at of [0, 44, 89]) expect(drawn({at, top: 0}, 40, 12, many).text[1]?.match(/◆/g)).toHaveLength(1);
});

test('records without snapshots or steps are shown too', () => {
	expect(drawn(atBegin, 60, 24, stepViews(sampleShownRun)).text.join('\n')).toContain('this record has no snapshots');
	expect(drawn(atBegin, 60, 24, []).text.join('\n')).toContain('this record has no steps');
});
