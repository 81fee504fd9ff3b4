import {expect, test} from 'vitest';
import {findSpec} from './find.ts';

test('tsbox.yaml is found before the others, and a folder of that name is no spec', () => {
	expect(findSpec('/a', path => (path === '/a/tsbox.yaml' ? 'directory' : 'file'))).toBe('/a/tsbox.yml');
	expect(findSpec('/a', () => 'file')).toBe('/a/tsbox.yaml');
});

test('where there is none the error says what was looked for', () => {
	expect(() => findSpec('/a', () => undefined)).toThrow('there is no tsbox.yaml, tsbox.yml, tsbox.json in /a');
});
