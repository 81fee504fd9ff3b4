import {expect, test} from 'vitest';
import {findSpec} from './find.ts';

const among =
	(...files: readonly string[]) =>
	(path: string): 'file' | undefined =>
		files.includes(path.replace('/a/', '')) ? 'file' : undefined;

test('tsbox.yaml is found before the others, and a folder of that name is skipped', () => {
	expect(findSpec('/a', path => (path === '/a/tsbox.yaml' ? 'directory' : 'file')).file).toBe('/a/tsbox.yml');
	expect(findSpec('/a', () => 'file')).toEqual({file: '/a/tsbox.yaml', others: []});
});

test('the names of Compose are found in its order, with the file that is merged onto them', () => {
	expect(findSpec('/a', among('docker-compose.yml', 'compose.yml')).file).toBe('/a/compose.yml');
	expect(findSpec('/a', among('docker-compose.yml', 'docker-compose.override.yml'))).toEqual({
		file: '/a/docker-compose.yml',
		others: ['/a/docker-compose.override.yml'],
	});
	expect(findSpec('/a', among('tsbox.yml', 'compose.override.yml')).others).toEqual([]);
});

test('a missing spec is an error that says what is looked for', () => {
	expect(() => findSpec('/a', () => undefined)).toThrow('there is no tsbox.yaml and no compose.yaml in /a');
});

test('parent folders are searched only where their files may be used', () => {
	const kindOf = (path: string) => (path === '/a/compose.yaml' || path === '/tsbox.yaml' ? 'file' : undefined);
	expect(() => findSpec('/a/b/c', kindOf)).toThrow('in /a/b/c');
	expect(findSpec('/a/b/c', kindOf, () => true).file).toBe('/a/compose.yaml');
	// A file of somebody else ends the search.
	expect(() => findSpec('/a/b/c', kindOf, path => path !== '/a/compose.yaml')).toThrow('in /a/b/c');
	expect(findSpec('/a', kindOf, () => false).file).toBe('/a/compose.yaml');
});
