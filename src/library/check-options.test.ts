import {expect, test} from 'vitest';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {diffRuns, exec, load, openMachine, plan, Pool, removeRun, run, listRuns, showRun, up} from '../index.ts';

/** A call as somebody makes it who has no types. */
type Loose = (...values: readonly unknown[]) => Promise<unknown>;

/** Nothing is opened or read before a call is refused: neither the folders nor the spec are there. */
const nowhere = '/proc/nowhere.yaml';
const pool = (options: unknown): Promise<unknown> =>
	Promise.resolve().then(() => new Pool(nowhere, options as object).close());

async function refusal(call: () => unknown): Promise<{code: string; message: string; hint: string | undefined}> {
	try {
		await call();
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		const {code, message, hint} = error;
		return {code, message, hint};
	}
	throw new Error('it was not refused');
}

test.each<readonly [call: string, first: readonly unknown[], loose: Loose]>([
	['openMachine', [], openMachine as Loose],
	['load', [nowhere], load as Loose],
	['plan', [nowhere], plan as Loose],
	['run', [nowhere], run as Loose],
	['up', [nowhere], up as Loose],
	['exec', ['name', ['true']], exec as Loose],
	['new Pool', [], pool as Loose],
	['listRuns', [], listRuns as Loose],
	['showRun', ['id'], showRun as Loose],
	['diffRuns', ['id', 'other'], diffRuns as Loose],
	['removeRun', ['id'], removeRun as Loose],
])('%s refuses what it does not have, and what is no set of options', async (call, first, loose) => {
	expect(await refusal(() => loose(...first, {nosuch: 1}))).toEqual({
		code: 'E_USAGE',
		message: `\`${call}\` has no option \`nosuch\``,
		hint: expect.stringMatching(/^it takes `/),
	});
	for (const [value, word] of [
		[null, 'null'],
		['text', 'the string `text`'],
		[5, '5'],
		[[], 'an array'],
	])
		expect(await refusal(() => loose(...first, value))).toMatchObject({
			code: 'E_USAGE',
			message: `the options of \`${call}\` must be an object, not ${String(word)}`,
		});
});

test('a similar option name is suggested', async () => {
	expect(await refusal(() => (run as Loose)(nowhere, {timeout: 5}))).toEqual({
		code: 'E_USAGE',
		message: '`run` has no option `timeout`',
		hint: 'did you mean `timeoutMs`?',
	});
	// Nothing that every object has is an option.
	expect(await refusal(() => (run as Loose)(nowhere, {constructor: 5}))).toMatchObject({code: 'E_USAGE'});
});

test.each<readonly [options: object, message: string]>([
	[
		{command: 'echo hi'},
		"`command` of `run` must be an array of words: `['sh', '-c', \"echo hi\"]` for a line of shell",
	],
	[{command: ['echo', 5]}, '`command` of `run` must hold strings only: its word 1 is a number'],
	[{command: []}, '`command` of `run` names no program'],
	[{command: ['a\0b']}, '`command` of `run` cannot hold a NUL byte'],
	[{env: {A: 5}}, '`env` of `run` must hold strings only: `A` is a number'],
	[{env: {A: undefined}}, '`env` of `run` must hold strings only: `A` is undefined'],
	[{env: ['A=5']}, "`env` of `run` must be an object, such as `{NAME: 'value'}`"],
	[{env: {'A=': 'x'}}, '`env` of `run` has a name that is empty or holds `=`'],
	[{cwd: 'tmp'}, '`cwd` of `run` must begin with /'],
	[
		{timeoutMs: Number.NaN},
		'`timeoutMs` of `run` must be a number of milliseconds (0 or more, or Infinity for no limit), not NaN',
	],
	[
		{timeoutMs: -1},
		'`timeoutMs` of `run` must be a number of milliseconds (0 or more, or Infinity for no limit), not -1',
	],
	[
		{maxOutput: '1m'},
		'`maxOutput` of `run` must be a number of bytes (0 or more, or Infinity for no limit), not the string `1m`',
	],
	[{signal: {}}, '`signal` of `run` must be an AbortSignal, not an object of another kind'],
	[
		{machine: Promise.resolve()},
		'`machine` of `run` must be the awaited result of `openMachine`, not an object of another kind',
	],
	[{store: 5}, '`store` of `run` must be a string, not 5'],
	[
		{name: '../x'},
		'`name` of `run` must begin with a letter or digit and hold at most 64 of `a-z A-Z 0-9 _ . -`, not `../x`',
	],
	[{record: 'yes'}, '`record` of `run` must be true or false, not the string `yes`'],
	[{buffer: null}, '`buffer` of `run` must be true or false, not null'],
	[{input: 5}, '`input` of `run` must be text, bytes, a stream, a Blob or an iterable of text or bytes, not 5'],
])('a value of the wrong kind is refused by name: %j', async (options, message) => {
	expect(await refusal(() => (run as Loose)(nowhere, options))).toMatchObject({code: 'E_USAGE', message});
});

test.each([null, undefined, 5, '', [], Promise.resolve({})])('%s is not a spec', async source => {
	for (const [call, loose] of [
		['run', run],
		['up', up],
		['plan', plan],
		['load', load],
	] as const)
		expect(await refusal(() => (loose as Loose)(source))).toMatchObject({
			code: 'E_USAGE',
			message: expect.stringContaining(`the spec of \`${call}\` must be `),
		});
	expect(() => new Pool(source as string)).toThrow('the spec of `new Pool` must be ');
});

test('a spec object that JSON cannot represent is refused', async () => {
	const circle: Record<string, unknown> = {rootfs: 'host'};
	circle['labels'] = circle;
	for (const source of [
		circle,
		{rootfs: 'host', command: () => {}},
		{rootfs: 'host', mem_limit: 1n},
		{rootfs: 'host', cpus: Number.NaN},
	])
		expect(await refusal(() => load(source))).toMatchObject({code: 'E_SPEC_INVALID'});
});

test('names and commands given as arguments are checked', async () => {
	for (const [call, message] of [
		[() => (exec as Loose)(5, ['true']), 'the name for `exec` must be a string, not 5'],
		[
			() => (exec as Loose)('name', 'true'),
			"the command for `exec` must be an array of words: `['sh', '-c', \"true\"]` for a line of shell",
		],
		[() => (showRun as Loose)(null), 'the run for `showRun` must be a string, not null'],
		[() => (diffRuns as Loose)('a', ''), 'a run for `diffRuns` cannot be empty'],
		[() => (removeRun as Loose)({}), 'the run for `removeRun` must be a string, not an object of another kind'],
	] as const)
		expect(await refusal(call)).toMatchObject({code: 'E_USAGE', message});
});
