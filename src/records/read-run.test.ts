import {describe, expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {sampleShownRun} from '../../test/support/sample-shown-run.ts';
import {findRunId, listRuns, removeRun} from './list-runs.ts';
import {readRun, readRunFiles} from './read-run.ts';
import {readRunSpec} from './read-run-spec.ts';

const {run, files} = sampleShownRun;
const folder = `/store/runs/${run.id}`;

function hostWith(name: string, text: string) {
	return recordingHost({[`${folder}/${name}`]: text}, {});
}

test('a complete record is read', () => {
	expect(readRun(hostWith('run.json', JSON.stringify(run)), folder)).toEqual(run);
	expect(readRunFiles(hostWith('files.json', JSON.stringify(files)), folder)).toEqual(files);
});

describe('an invalid record says why', () => {
	test.each([
		['an empty folder', 'other', '', 'it has no run.json'],
		['one cut short', 'run.json', '{"schema": 1, "id"', 'run.json is truncated or not JSON'],
		['a list', 'run.json', '[]', 'run.json is not an object'],
		['one of a newer tsbox', 'run.json', '{"schema": 7}', 'it was made by a newer tsbox (schema 7)'],
		['one of another program', 'run.json', '{"name": "x"}', 'run.json lacks required fields'],
		['an id that is a path', 'run.json', JSON.stringify({...run, id: '../../x'}), 'run.json lacks required fields'],
		[
			'a time that no calendar has',
			'run.json',
			JSON.stringify(run).replace('1000060', '1e999'),
			'run.json lacks required fields',
		],
		[
			'a status that is none',
			'run.json',
			JSON.stringify({...run, steps: [{...run.steps[0], status: '\u001b[2J'}]}),
			'run.json lacks required fields',
		],
		[
			'a restart that is no number',
			'run.json',
			JSON.stringify({...run, detached: {project: 'shop', service: 'web', restarts: 'many'}}),
			'run.json lacks required fields',
		],
		[
			'more levels than a stack has',
			'run.json',
			`{"schema": 1, "x": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
			'run.json is nested too deeply',
		],
		[
			'more steps than a page can draw',
			'run.json',
			JSON.stringify({...run, steps: Array.from({length: 10_001}, () => run.steps[0])}),
			'run.json lacks required fields',
		],
		['steps without titles', 'run.json', JSON.stringify({...run, steps: [{}]}), 'run.json lacks required fields'],
		[
			'a digest that is a path',
			'run.json',
			JSON.stringify({...run, image: {kind: 'archive', archive: '/x', digest: '../x'}}),
			'run.json lacks required fields',
		],
		[
			'an image without a digest',
			'run.json',
			JSON.stringify({...run, image: {kind: 'image', reference: 'x', digest: 'latest', manifest: 'x', bytes: 0}}),
			'run.json lacks required fields',
		],
	])('%s', (_, name, text, why) => {
		expect(() => readRun(hostWith(name, text), folder)).toThrow(expect.objectContaining({code: 'E_RUN_INVALID', why}));
	});
});

test('a spec with a path as container name is refused, and so is a path as content', () => {
	const spec = {project: {name: 'x', file: '/x'}, service: {name: '../../etc'}};
	expect(() => readRunSpec(hostWith('spec.json', JSON.stringify(spec)), folder)).toThrow(
		expect.objectContaining({code: 'E_RUN_INVALID', why: 'spec.json is not a valid spec'}),
	);
	expect(() => readRunFiles(hostWith('files.json', '[{"path": "/x", "digest": "sha256:../../x"}]'), folder)).toThrow(
		expect.objectContaining({code: 'E_RUN_INVALID', why: 'files.json is not a list of files'}),
	);
});

describe('ids', () => {
	const ids = ['20261127t015033-1f0a9c', '20261127t015034-1f77aa', '20270101t000000-abcdef'] as const;
	const machine = {
		host: recordingHost(
			Object.fromEntries(
				[...ids, '.new-1-2-3'].map(id => [`/store/runs/${id}/run.json`, JSON.stringify({...run, id})]),
			),
			{},
		),
		dirs: {store: '/store', state: '/state'},
	};

	test.each([
		[ids[0], ids[0]],
		['2027', ids[2]],
		['20261127t015034', ids[1]],
		['1F0', ids[0]],
		['abcdef', ids[2]],
	])('%s means one', (word, id) => {
		expect(findRunId(machine, word)).toBe(id);
	});

	test('an ambiguous id is refused with its matches, an unknown one with a similar id', () => {
		expect(() => findRunId(machine, '1f')).toThrow(
			expect.objectContaining({code: 'E_USAGE', hint: `type more of the id: ${ids[0]}, ${ids[1]}`}),
		);
		expect(() => findRunId(machine, 'abcdee')).toThrow(
			expect.objectContaining({code: 'E_RUN_NOT_FOUND', hint: 'did you mean abcdef?'}),
		);
		for (const word of ['', 'nothing', '.new', '..'])
			expect(() => findRunId(machine, word)).toThrow(
				expect.objectContaining({code: 'E_RUN_NOT_FOUND', hint: 'list the records with `listRuns()`'}),
			);
	});

	test('a list has the newest records first, including damaged ones', () => {
		machine.host.writeAtomic(`/store/runs/${ids[1]}/run.json`, 'x');
		expect(listRuns(machine).map(each => ('problem' in each ? each.problem : each.id))).toEqual([
			ids[2],
			'run.json is truncated or not JSON',
			ids[0],
		]);
		expect(removeRun(machine, '1f77')).toBe(ids[1]);
		expect(listRuns(machine).map(({id}) => id)).toEqual([ids[2], ids[0]]);
	});
});
