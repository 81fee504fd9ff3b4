import fc from 'fast-check';
import {expect, test} from 'vitest';
import {hostileArchives} from '../archives/hostile.ts';
import {long, pax, tar} from '../archives/tar-writer.ts';
import {walk} from '../archives/walk.ts';
import {budget, mutatedBytes, orRefused, patience} from './budget.ts';

const whole = tar(
	{name: 'folder/', type: '5'},
	{name: 'folder/file', body: 'x'.repeat(700)},
	pax({path: 'a/long/name', size: '3'}),
	{name: 'b', body: 'abc'},
	long('L', `${'n'.repeat(150)}`),
	{name: 'c', type: '2', link: '../x'},
	{name: 'd', type: '1', link: 'folder/file'},
);
const archives = [whole, ...hostileArchives.map(({bytes}) => bytes()).filter(bytes => bytes.length < 20_000)];

test(
	'a damaged archive is refused, or has the same entries however it is cut into pieces',
	() => {
		fc.assert(
			fc.property(mutatedBytes(archives), fc.integer({min: 1, max: 1500}), (bytes, step) => {
				expect(orRefused(() => walk(bytes, {}, step).entries)).toEqual(
					orRefused(() => walk(bytes, {}, bytes.length + 1).entries),
				);
			}),
			budget,
		);
	},
	patience,
);

test(
	'no entry that is let through leads out of the folder',
	() => {
		fc.assert(
			fc.property(mutatedBytes(archives), bytes => {
				const entries = orRefused(() => walk(bytes, {}, 4096).entries) ?? [];
				const paths = entries.flatMap(({name, kind, link}) => (kind === 'hardlink' ? [name, link] : [name]));
				expect(paths.filter(path => path.split('/').includes('..'))).toEqual([]);
			}),
			budget,
		);
	},
	patience,
);
