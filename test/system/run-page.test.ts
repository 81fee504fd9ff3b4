import {existsSync} from 'node:fs';
import {join} from 'node:path';
import puppeteer, {type Browser, type Page} from 'puppeteer-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* The page of a recorded run, in a browser that has neither a screen nor a network. */

const browsers = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].filter(path => existsSync(path));

let at: TestBox;
let browser: Browser;
let file: string;
beforeAll(async () => {
	at = await testBox();
	file = join(at.folder, 'run.html');
	const command =
		'n=0; while [ $$n -lt 200000 ]; do n=$$((n+1)); done; echo "<b>bold</b>"; sleep 0.3; echo made > /made';
	await at.tsbox(['run', '--record', at.spec(`command: [sh, -c, '${command}']\n`)]);
	const [run] = JSON.parse((await at.tsbox(['runs', 'ls', '--json'])).out) as readonly {readonly id: string}[];
	await at.tsbox(['runs', 'show', '--html', file, run?.id ?? '']);
	browser = await puppeteer.launch({
		executablePath: browsers[0] ?? 'chromium is missing: apt-get install chromium-headless-shell',
		headless: 'shell',
		args: ['--no-sandbox', '--disable-gpu'],
	});
}, 60_000);
afterAll(async () => {
	await browser?.close();
	await at?.[Symbol.asyncDispose]();
});

/** The page, and all that it asked for or complained of. */
async function opened(width: number): Promise<{readonly page: Page; readonly noted: readonly string[]}> {
	const page = await browser.newPage();
	await page.setViewport({width, height: 900});
	const noted: string[] = [];
	page.on('request', request => noted.push(request.url()));
	page.on('console', message => noted.push(message.text()));
	page.on('pageerror', error => noted.push(String(error)));
	await page.goto(`file://${file}`);
	return {page, noted};
}

/** What an expression of the page's own language gives; `all` finds elements. */
async function inPage<T>(page: Page, expression: string): Promise<T> {
	const all = 'const all = selector => [...document.querySelectorAll(selector)]';
	return (await page.evaluate(`(() => { ${all}; return ${expression}; })()`)) as T;
}

test('it asks for nothing but itself, and has nothing to complain of', async () => {
	const {page, noted} = await opened(1200);
	expect(noted).toEqual([`file://${file}`]);
	expect(await page.title()).toContain(at.name);
});

test('it shows each step as a bar and as a row, what was used, what was written, and the output as text', async () => {
	const {page} = await opened(1200);
	const seen = await inPage<{
		readonly headings: readonly string[];
		readonly bars: number;
		readonly steps: number;
		readonly tall: boolean;
		readonly whys: number;
		readonly plots: readonly string[];
		readonly lines: readonly number[];
		readonly printed: string;
		readonly bold: number;
	}>(
		page,
		`({
			headings: all('h2').map(each => each.textContent),
			bars: all('svg rect').filter(each => each.getBoundingClientRect().width > 0).length,
			steps: all('.steps tr').length - 1,
			tall: all('.steps code').some(each => each.textContent.includes('\\n') && each.getClientRects().length > 1),
			whys: all('.steps small').filter(each => each.textContent !== '').length,
			plots: all('figure').map(each => each.textContent),
			lines: all('svg.plot .line').map(each => each.getBoundingClientRect().height),
			printed: all('pre').at(-1).textContent,
			bold: all('b').length,
		})`,
	);
	expect(seen.headings).toEqual([
		'Steps of the start',
		'Step by step',
		'All steps',
		'Resource usage',
		'Files written',
		'Standard output',
		'Standard error',
	]);
	expect(seen.steps).toBeGreaterThan(10);
	// A command of several lines is shown as several, and each step says why it is there.
	expect(seen.tall).toBe(true);
	expect(seen.whys).toBe(seen.steps);
	expect(seen.bars).toBe(seen.steps);
	expect(seen.plots[0]).toMatch(/^CPU/);
	expect(seen.plots[1]).toMatch(/^Memory, at most [0-9.]+ .iB/);
	// The loop kept a processor busy, and then it slept: the line goes up and down.
	expect(seen.lines[0]).toBeGreaterThan(10);
	expect([seen.printed, seen.bold]).toEqual(['<b>bold</b>\n', 0]);
});

test('the steps are moved through with the keys, the bar, and the buttons, and what the kernel showed follows', async () => {
	const {page} = await opened(1200);
	const seen = () =>
		inPage<{readonly titles: readonly string[]; readonly kernel: string}>(
			page,
			`({
				titles: all('.scrub h3').filter(each => each.getClientRects().length > 0).map(each => each.textContent),
				kernel: all('.scrub .kernel').filter(each => each.getClientRects().length > 0).map(each => each.textContent).join(),
			})`,
		);
	const steps = await inPage<readonly string[]>(page, `all('.scrub h3').map(each => each.textContent)`);
	expect((await seen()).titles).toEqual([steps[0]]);
	await page.click('.scrub section label');
	await page.keyboard.press('ArrowRight');
	expect((await seen()).titles).toEqual([steps[2]]);
	await page.keyboard.press('ArrowLeft');
	expect((await seen()).titles).toEqual([steps[1]]);
	const pivot = steps.findIndex(title => title.includes('make it the root'));
	await page.click(`#step-${pivot - 1}`);
	expect((await seen()).kernel).toContain('/root/proc: proc');
	await page.click(`label[for="step-${pivot}"]`);
	expect((await seen()).titles).toEqual([steps[pivot]]);
	expect((await seen()).kernel).toMatch(/ \/proc: proc/);
});

test.each(['print', 'no styles'])('%s: all steps are shown one after another', async how => {
	const {page} = await opened(1200);
	if (how === 'print') await page.emulateMediaType('print');
	else await inPage(page, `all('style').forEach(each => each.remove())`);
	const [shown, all] = await inPage<readonly number[]>(
		page,
		`[all('.scrub h3').filter(each => each.getClientRects().length > 0).length, all('.scrub h3').length]`,
	);
	expect(shown).toBe(all);
	expect(shown).toBeGreaterThan(10);
});

test('no label of the time line is cut', async () => {
	const {page} = await opened(1200);
	const titles = await inPage<readonly string[]>(page, `all('.timeline td:first-child').map(each => each.textContent)`);
	const steps = await inPage<readonly string[]>(page, `all('.steps td:nth-child(3)').map(each => each.textContent)`);
	expect(titles.filter((title, index) => steps[index]?.startsWith(title) !== true)).toEqual([]);
	expect(titles).toHaveLength(steps.length);
});

test.each([1200, 400])('%i pixels are wide enough, and no word is broken into letters', async width => {
	const {page} = await opened(width);
	const {overflow, narrow} = await inPage<{readonly overflow: number; readonly narrow: number}>(
		page,
		`({
			overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
			narrow: all('.steps td').filter(each => {
				const {width, height} = each.getBoundingClientRect();
				return width < 30 && height > 60;
			}).length,
		})`,
	);
	expect({overflow, narrow}).toEqual({overflow: 0, narrow: 0});
});

test('in the dark its text is light', async () => {
	const {page} = await opened(1200);
	const colours = async (scheme: string): Promise<readonly number[]> => {
		await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
		const [text, ground] = await inPage<readonly string[]>(
			page,
			'[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
		);
		return [text, ground].map(colour => Number(/\d+/.exec(colour ?? '')?.[0]));
	};
	const [[darkText = 0, lightGround = 0], [lightText = 0, darkGround = 0]] = [
		await colours('light'),
		await colours('dark'),
	];
	expect([darkText < lightGround, lightText > darkGround]).toEqual([true, true]);
});
