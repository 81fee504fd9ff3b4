import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import type {Plan} from '../step/verbs/step.ts';
import {readStartReport, type StartReport, writeStartReport} from './start-report.ts';

const folder = '/run/tsbox/containers/demo';
const file = `${folder}/start.json`;
const plan: Plan = {
	schema: 1,
	name: 'demo',
	spec: '/srv/demo.yaml',
	namespaces: [],
	executor: 'commands',
	steps: [],
	warnings: [],
	protections: [],
};
const report: StartReport = {schema: 1, plan, startedAt: 5, ms: 7, outcome: 'started', steps: {}};

test('a report is read back as written', () => {
	const host = recordingHost({[folder]: 'dir'});
	writeStartReport(host, folder, report);
	expect(readStartReport(host, folder)).toEqual(report);
	expect(readStartReport(host, folder, 'other.json')).toBeUndefined();
});

test.each([
	['cut short', '{"schema":1'],
	['of a later version', JSON.stringify({...report, schema: 2})],
	['without a plan', JSON.stringify({...report, plan: null})],
	['without steps', JSON.stringify({...report, steps: null})],
	['no report at all', 'null'],
])('ignores a report that is %s', (_, text) => {
	expect(readStartReport(recordingHost({[file]: text}), folder)).toBeUndefined();
});

test('a full disk drops the new report and the old one, and nothing else', () => {
	const host = recordingHost({[file]: JSON.stringify(report)});
	const full = {
		...host,
		writeAtomic: () => {
			throw Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC'});
		},
	};
	expect(() => writeStartReport(full, folder, {...report, ms: 8})).not.toThrow();
	expect(readStartReport(host, folder)).toBeUndefined();
});
