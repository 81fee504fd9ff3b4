import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import type {Plan} from '../step/verbs/step.ts';
import {readStory, type StartStory, writeStory} from './start-story.ts';

const folder = '/run/tsbox/containers/demo';
const file = `${folder}/start.json`;
const plan: Plan = {
	schema: 1,
	name: 'demo',
	spec: '/srv/demo.yaml',
	namespaces: [],
	steps: [],
	warnings: [],
	protections: [],
};
const story: StartStory = {schema: 1, plan, startedAt: 5, ms: 7, outcome: 'started', steps: {}};

test('a report is read back as written', () => {
	const host = recordingHost({[folder]: 'dir'});
	writeStory(host, folder, story);
	expect(readStory(host, folder)).toEqual(story);
	expect(readStory(host, folder, 'other.json')).toBeUndefined();
});

test.each([
	['cut short', '{"schema":1'],
	['of a later version', JSON.stringify({...story, schema: 2})],
	['without a plan', JSON.stringify({...story, plan: null})],
	['without steps', JSON.stringify({...story, steps: null})],
	['no story at all', 'null'],
])('ignores a report that is %s', (_, text) => {
	expect(readStory(recordingHost({[file]: text}), folder)).toBeUndefined();
});

test('a full disk drops the new report and the old one, and nothing else', () => {
	const host = recordingHost({[file]: JSON.stringify(story)});
	const full = {
		...host,
		writeAtomic: () => {
			throw Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC'});
		},
	};
	expect(() => writeStory(full, folder, {...story, ms: 8})).not.toThrow();
	expect(readStory(host, folder)).toBeUndefined();
});
