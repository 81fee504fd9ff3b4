import {expect, test} from 'vitest';
import {findSpec} from './find.ts';

test('tsbox.yaml is found before the others, and a folder of that name is skipped', () => {
	expect(findSpec('/a', path => (path === '/a/tsbox.yaml' ? 'directory' : 'file'))).toBe('/a/tsbox.yml');
	expect(findSpec('/a', () => 'file')).toBe('/a/tsbox.yaml');
});

test('a missing spec is an error that lists the default names', () => {
	expect(() => findSpec('/a', () => undefined)).toThrow('there is no tsbox.yaml, tsbox.yml, tsbox.json in /a');
});
