import fc from 'fast-check';
import {expect, test} from 'vitest';
import {recordingHost} from '../support/recording-host.ts';
import {readRecord as readImage, recordText} from '../../src/image/store/record.ts';
import {openJournal, readJournal} from '../../src/execute/journal.ts';
import {readRecord, writeRecord} from '../../src/state/record.ts';
import {sampleRecord} from '../support/sample-record.ts';
import {budget, mutated, orRefused, patience} from './budget.ts';

const folder = '/run/tsbox/containers/demo';
const written = (): string => {
	const host = recordingHost({[folder]: 'dir'});
	writeRecord(host, folder, sampleRecord);
	return host.readText(`${folder}/record.json`) ?? '';
};

test('a record that is cut at any byte is damaged, and never half believed', () => {
	const text = written().trimEnd();
	for (let at = 0; at < text.length; at += 1) {
		const host = recordingHost({[`${folder}/record.json`]: text.slice(0, at)});
		expect(orRefused(() => readRecord(host, folder))).toBeUndefined();
	}
});

test('a journal that is cut at any byte has its whole lines', () => {
	const host = recordingHost({[folder]: 'dir'});
	const journal = openJournal(host, folder);
	for (const id of ['one', 'two', 'three']) journal.willDo(id, {kind: 'removeTree', path: `/${id}`});
	const text = host.readText(`${folder}/journal`) ?? '';
	const all = readJournal(host, folder);
	for (let at = 0; at <= text.length; at += 1) {
		const cut = readJournal(recordingHost({[`${folder}/journal`]: text.slice(0, at)}), folder);
		expect(cut).toEqual(all.slice(0, cut.length));
		expect(cut.length).toBeGreaterThanOrEqual(text.slice(0, at).split('\n').length - 1);
	}
});

test('an image record that is cut at any byte is none', () => {
	const digest = `sha256:${'ab'.repeat(32)}`;
	const file = `/s/images/sha256-${'ab'.repeat(32)}/image.json`;
	const text = recordText({schema: 1, digest, archive: '/a.tar', bytes: 1, entries: 1, created: 1}).trimEnd();
	expect(readImage(recordingHost({[file]: text}), '/s', {digest})).toBeDefined();
	for (let at = 0; at < text.length; at += 1)
		expect(orRefused(() => readImage(recordingHost({[file]: text.slice(0, at)}), '/s', {digest}))).toBeUndefined();
});

test(
	'a damaged record is read or refused, and nothing else',
	() => {
		fc.assert(
			fc.property(mutated([written()], ['null', '[]', '{}', '"', '1e999', '-1', '__proto__']), text => {
				const found = orRefused(() => readRecord(recordingHost({[`${folder}/record.json`]: text}), folder));
				expect(found === undefined || typeof found.owner.pid === 'number').toBe(true);
			}),
			budget,
		);
	},
	patience,
);
