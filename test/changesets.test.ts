import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.changeset');
const changes = readdirSync(folder).filter(name => name.endsWith('.md') && name !== 'README.md');

test.each(changes)('%s says which part of the version it raises, and why', name => {
	const text = readFileSync(join(folder, name), 'utf8');
	expect(text).toMatch(/^---\n"tsbox": (patch|minor|major)\n---\n\n\S[^]*\n$/);
});

test('the change log has the version of the package', () => {
	const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string};
	expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}\n`);
});
