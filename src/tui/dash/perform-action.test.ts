import {describe, expect, test, vi} from 'vitest';
import {plainText} from '../../../test/support/sample-frame.ts';
import {signalChoices} from './model/actions.ts';
import {handleInput} from './handle-input.ts';
import {sampleContainer, sampleDetail, sampleLook, sampleModel} from '../../../test/support/sample-dash.ts';
import {sampleDashboard, sampleKey} from '../../../test/support/fake-dashboard.ts';
import {screenOf} from './model/screen.ts';

const settled = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));

/** The commands and the sheet after keys, with the cursor on a row. */
async function did(cursor: string, keys: readonly string[], options: Parameters<typeof sampleDashboard>[1] = {}) {
	const {dashboard, record} = sampleDashboard(sampleModel({cursor}), options);
	for (const one of keys) handleInput(dashboard, sampleKey(one));
	await settled();
	const {model} = dashboard;
	return {ran: record.ran, lent: record.lent, sheet: model.sheet, notice: model.notice, model, dashboard, record};
}

const shell = ['sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'];

describe('actions that can be undone run at once', () => {
	test.each([
		['c:shop-web', 's', ['stop', 'shop-web']],
		['p:shop', 's', ['stop', 'shop']],
		['c:shop-job', 'S', ['start', 'shop-job']],
		['s:shop/cache', 'S', ['start', 'shop', 'cache']],
		['c:shop-web', 'r', ['restart', 'shop-web']],
		['c:shop-web', 'P', ['pause', 'shop-web']],
		['c:demo', 'P', ['unpause', 'demo']],
		['c:shop-web', 'u', ['up', '-d', '/srv/shop.yaml', 'web', 'db', 'job', 'mail', 'cache']],
	])('on %s %s', async (cursor, pressed, words) => {
		const {ran, sheet, notice} = await did(cursor, [pressed]);
		expect(ran).toEqual([words]);
		expect(sheet).toBeUndefined();
		expect(notice?.text).toMatch(/: done$/);
	});
});

describe('actions that lose data ask first', () => {
	test.each([
		['c:shop-web', ['d'], ['rm', 'shop-web']],
		['s:shop/cache', ['d'], ['rm', 'shop', 'cache']],
		['c:shop-web', ['D'], ['down', 'shop']],
		['c:demo', ['s'], ['down', 'demo']],
		['c:demo', ['d'], ['down', 'demo']],
		['c:shop-web', ['K', 'enter'], ['kill', '-s', 'TERM', 'shop-web']],
		['c:shop-web', ['K', 'H', 'U', 'P', 'enter'], ['kill', '-s', 'HUP', 'shop-web']],
		['p:shop', ['K', 'down', 'enter'], ['kill', '-s', 'KILL', 'shop-web', 'shop-db']],
		['c:demo', ['X', 'enter'], ['images', 'prune']],
		['c:demo', ['X', 'down', 'enter'], ['volume', 'prune']],
		['c:demo', ['X', 'end', 'down', 'down', 'enter'], ['gc']],
	])('on %s %j: yes runs the command, Esc and n run nothing', async (cursor, keys, words) => {
		const asked = await did(cursor, keys);
		expect(asked.ran).toEqual([]);
		expect(asked.sheet).toMatchObject({kind: 'confirm', commands: [words]});
		for (const no of ['esc', 'n', 'q', 'ctrl-c']) {
			const left = await did(cursor, [...keys, no]);
			expect([left.ran, left.sheet, left.record.done]).toEqual([[], undefined, []]);
		}
		const done = await did(cursor, [...keys, 'y']);
		expect([done.ran, done.sheet]).toEqual([[words], undefined]);
	});

	test('the confirmation says what is lost', async () => {
		expect((await did('c:demo', ['s'])).sheet).toMatchObject({
			title: 'stop?',
			loses: 'demo runs in the foreground of another terminal, and is gone when it ends',
		});
		expect((await did('c:shop-web', ['D'])).sheet).toMatchObject({title: 'down?'});
	});
});

test('the layers of an image are read in a sheet', async () => {
	const {ran, sheet, dashboard} = await did('c:shop-web', ['i']);
	expect(ran).toEqual([['images', 'tree', sampleContainer('shop-web').image]]);
	expect(sheet).toMatchObject({kind: 'text', title: `layers of ${sampleContainer('shop-web').image} (Esc leaves)`});
	expect(dashboard.model.showsCommands).toBe(false);
	expect((await did('s:shop/cache', ['i'])).notice?.text).toBe('that is for a container');
});

describe('impossible actions show the reason and run nothing', () => {
	test.each([
		['c:shop-job', 's', 'shop-job does not run'],
		['c:shop-web', 'S', 'shop-web runs'],
		['c:shop-job', 'K', 'nothing of it runs'],
		['c:shop-job', 'e', 'it does not run'],
		['p:shop', 'e', 'that is for one container at a time'],
		['s:shop/cache', 'A', 'it does not run'],
		['c:shop-job', 'L', 'limits are those of a container that runs'],
		['c:demo', 'u', 'that is of no detached project'],
	])('on %s %s', async (cursor, pressed, text) => {
		const {ran, lent, sheet, notice} = await did(cursor, [pressed]);
		expect([ran, lent, sheet, notice]).toEqual([[], [], undefined, {text, isError: true}]);
	});

	test('without any row', async () => {
		const {dashboard, record} = sampleDashboard(sampleModel({containers: [], projects: []}));
		for (const one of ['s', 'S', 'r', 'P', 'd', 'K', 'e', 'A', 'L', 'u', 'D', 'space', 'enter', 'left'])
			handleInput(dashboard, sampleKey(one));
		await settled();
		expect([record.ran, record.lent, dashboard.model.sheet]).toEqual([[], [], undefined]);
	});
});

test('every signal on offer can be sent', async () => {
	for (const signal of signalChoices)
		expect((await did('c:demo', ['K', ...signal.split(''), 'enter', 'y'])).ran).toEqual([
			['kill', '-s', signal, 'demo'],
		]);
});

describe('a command that has the terminal', () => {
	test.each([
		['e', ['exec', 'shop-web', '--', ...shell]],
		['A', ['attach', 'shop-web']],
	])('%s', async (pressed, words) => {
		const {lent, ran, model, notice} = await did('c:shop-web', [pressed]);
		expect([lent, ran, notice]).toEqual([[words], [], undefined]);
		expect(model.commands).toMatchObject([{words, status: 0, output: ''}]);
	});

	test('the dashboard shows a failure to run it, but not the status of its last command', async () => {
		expect((await did('c:shop-web', ['e'], {lend: () => 1})).notice).toBeUndefined();
		expect((await did('c:shop-web', ['e'], {lend: () => 127})).notice).toMatchObject({
			text: expect.stringContaining('ended with status 127'),
			isError: true,
		});
	});
});

describe('limits', () => {
	const typed = (text: string) =>
		did('c:shop-web', [
			'L',
			'ctrl-u',
			...text
				.replaceAll(' ', '\0')
				.split('')
				.map(one => (one === '\0' ? 'space' : one)),
			'enter',
		]);

	test.each([
		['--memory 200m', ['update', '--memory', '200m', 'shop-web']],
		['--memory  1g --memory-swap -1 ', ['update', '--memory', '1g', '--memory-swap', '-1', 'shop-web']],
		['--cpus=1.5 -m 1g', ['update', '--cpus=1.5', '-m', '1g', 'shop-web']],
	])('%s', async (text, words) => {
		expect((await typed(text)).ran).toEqual([words]);
	});

	test.each(['--memory', 'shop-db --memory 1g', '--memory 1g shop-db', '--memory --cpus 1', '1g', '--memory 1g --'])(
		'%s is rejected, because it would name another container or none',
		async text => {
			const {ran, notice} = await typed(text);
			expect([ran, notice?.isError]).toEqual([[], true]);
		},
	);

	test('empty input and Esc change nothing', async () => {
		expect((await typed(' ')).ran).toEqual([]);
		expect((await did('c:shop-web', ['L', '1', 'esc'])).ran).toEqual([]);
	});
});

describe('marked rows', () => {
	test('run one command each, and lose their marks if all commands succeed', async () => {
		const {ran, model, notice} = await did('c:shop-db', ['space', 'space', 'space', 'r']);
		expect(ran).toEqual([
			['restart', 'shop-db'],
			['restart', 'shop-job'],
			['restart', 'shop-mail'],
		]);
		await vi.waitFor(() => expect(model.marked.size).toBe(0));
		expect(notice?.text ?? model.notice?.text).toBe('3 commands: done');
		expect(model.commands.map(({status}) => status)).toEqual([0, 0, 0]);
	});

	test('keep their marks if a command fails, and the failure is shown', async () => {
		const run = (words: readonly string[]) =>
			words[1] === 'shop-job' ? {status: 1, output: 'error: no\nmore\n'} : {status: 0, output: ''};
		const {model, dashboard} = await did('c:shop-db', ['space', 'space', 'r'], {run});
		expect(model.marked.size).toBe(2);
		expect(model.notice).toEqual({text: 'tsbox restart shop-job: error: no', isError: true});
		const {commands, footer} = screenOf(dashboard.model, sampleDetail, sampleLook());
		expect(plainText(commands)).toMatchInlineSnapshot(`
			"────────────────────────────────────────────────────────────────────────────────────────────────────
			 ✔ $ tsbox restart shop-db
			 ✘ $ tsbox restart shop-job  exit 1
			     error: no
			     more"
		`);
		expect(plainText(footer)).toContain('✘ tsbox restart shop-job: error: no');
	});

	test('run a few commands at a time', async () => {
		const containers = Array.from({length: 30}, (_, at) =>
			sampleContainer(`c${at}`, {project: 'shop', service: `c${at}`}),
		);
		const {dashboard, record} = sampleDashboard(sampleModel({containers, cursor: 'p:shop'}));
		handleInput(dashboard, sampleKey('space'));
		handleInput(dashboard, sampleKey('r'));
		expect(record.ran).toHaveLength(4);
		await vi.waitFor(() => expect(record.ran).toHaveLength(30));
	});

	test('receive a signal with one command', async () => {
		const {ran} = await did('c:shop-db', ['space', 'end', 'space', 'K', 'enter', 'y']);
		expect(ran).toEqual([['kill', '-s', 'TERM', 'shop-db', 'demo']]);
	});
});

test('a command that failed without output is shown as failed', async () => {
	const {notice} = await did('c:shop-web', ['s'], {run: () => ({status: 125, output: ' \n'})});
	expect(notice).toEqual({text: 'tsbox stop shop-web: failed', isError: true});
});

test('the log shows a running command', () => {
	const {dashboard} = sampleDashboard(sampleModel({cursor: 'c:shop-web'}));
	handleInput(dashboard, sampleKey('s'));
	expect(plainText(screenOf(dashboard.model, sampleDetail, sampleLook()).commands)).toContain(
		'· $ tsbox stop shop-web',
	);
});

test('the log keeps the last 100 commands', async () => {
	const {dashboard} = sampleDashboard(sampleModel({cursor: 'c:shop-web'}));
	for (let count = 0; count < 120; count++) handleInput(dashboard, sampleKey('s'));
	await vi.waitFor(() => expect(dashboard.model.commands.every(({status}) => status === 0)).toBe(true));
	expect(dashboard.model.commands).toHaveLength(100);
});
