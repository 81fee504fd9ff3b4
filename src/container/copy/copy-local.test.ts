import {expect, test} from 'vitest';
import {copyPath} from './copy-local.ts';

test.each([
	['etc/hosts', '/etc/hosts', ''],
	['/etc/', '/etc', '/'],
	['/etc/.', '/etc', '/.'],
	['/etc/./', '/etc', '/.'],
	['.', '', '/.'],
	['/', '', '/'],
	['/a/..', '', '/'],
	['/../../etc/../x', '/x', ''],
	['/a/.hidden', '/a/.hidden', ''],
	['/a/b.', '/a/b.', ''],
	['/a/b../', '/a/b..', '/'],
])('%s is %j with %j behind it', (text, path, ending) => {
	expect(copyPath(text, '/')).toEqual({path, ending});
});

test('a relative path starts in the working directory', () => {
	expect(copyPath('../x', '/a/b')).toEqual({path: '/a/x', ending: ''});
});
