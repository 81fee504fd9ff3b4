import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {expect, test} from 'vitest';
import {loadProject} from '../../src/spec/project/load.ts';

const here = import.meta.dirname;
const stacks = readdirSync(resolve(here, 'stacks')).map(name => `stacks/${name}`);
const examples = ['.', 'learn', 'services', ...stacks].flatMap(dir =>
	readdirSync(resolve(here, dir))
		.filter(name => name.endsWith('.yaml'))
		.map(name => `${dir}/${name}`),
);

test('the examples are found', () => {
	expect(examples.length).toBeGreaterThanOrEqual(15);
});

test.each(examples)('%s is a valid spec whose mounts and schema line are there', name => {
	const file = resolve(here, name);
	const text = readFileSync(file, 'utf8');
	const {services} = loadProject({
		file,
		cwd: here,
		env: {HOME: '/root', TERM: 'xterm'},
		readText: path => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
		// The reader brings the archive of the lessons.
		kindOf: path => (path.endsWith('/rootfs.tar.gz') ? 'file' : statSync(path).isDirectory() ? 'directory' : 'file'),
	});
	expect(services.length === 1).toBe(!/^(?:services|stacks)\//.test(name));
	const schema = /^# yaml-language-server: \$schema=(.*)\n/.exec(text)?.[1] ?? 'none';
	expect(existsSync(resolve(dirname(file), schema))).toBe(true);
	const sources = services.flatMap(({volumes}) => volumes.flatMap(v => (v.type === 'bind' ? [v.source] : [])));
	expect(sources.filter(source => !existsSync(source))).toEqual([]);
});
