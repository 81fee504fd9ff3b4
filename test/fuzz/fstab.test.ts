import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {MountRow} from '../../src/step/verbs/mounts.ts';
import {fstabText} from '../../src/step/verbs/fstab.ts';
import {budget, patience} from './budget.ts';

let folder = '';
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'fstab-'));
});
afterAll(() => {
	rmSync(folder, {recursive: true});
});

/** The rows as libmount, which mount(8) reads its tables with, understands them. */
function readByLibmount(rows: readonly MountRow[]): readonly unknown[] {
	const file = join(folder, 'table');
	writeFileSync(file, fstabText(rows));
	const text = execFileSync(
		'findmnt',
		['--tab-file', file, '--json', '--list', '--output', 'SOURCE,TARGET,FSTYPE,OPTIONS'],
		{
			encoding: 'utf8',
		},
	);
	return (JSON.parse(text) as {filesystems: unknown[]}).filesystems;
}

const letter = fc.oneof(
	fc.constantFrom(' ', '\t', '\n', '\\', '#', '"', "'", '0', '4', 'n', '=', ';', '$', '*'),
	fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}).filter(c => !/[\0-\x1f\x7f/]/.test(c)),
);
const name = fc
	.array(letter, {minLength: 1, maxLength: 8})
	.map(letters => letters.join(''))
	.filter(text => text !== '.' && text !== '..');
const path = fc.array(name, {minLength: 1, maxLength: 3}).map(names => `/${names.join('/')}`);

test(
	'libmount reads each row as it was meant, whatever its paths',
	() => {
		fc.assert(
			fc.property(fc.array(fc.record({source: path, target: path}), {minLength: 1, maxLength: 8}), pairs => {
				const rows = pairs.map(pair => ({...pair, type: 'none', options: ['bind', 'ro'], why: ''}));
				expect(readByLibmount(rows)).toEqual(
					pairs.map(({source, target}) => ({source, target, fstype: 'none', options: 'bind,ro'})),
				);
			}),
			budget,
		);
	},
	patience,
);
