import {expect, test} from 'vitest';
import {parseRepository} from './repository.ts';

test.each([
	['https://github.com/ada/web.git', {url: 'https://github.com/ada/web.git'}],
	[
		'https://github.com/ada/web.git#v1.2:docker/app',
		{url: 'https://github.com/ada/web.git', ref: 'v1.2', folder: 'docker/app'},
	],
	[
		'https://ada:token@git.example.org/web.git#:app/',
		{url: 'https://ada:token@git.example.org/web.git', folder: 'app'},
	],
	['git://git.example.org/web#main', {url: 'git://git.example.org/web', ref: 'main'}],
	['git@github.com:ada/web.git', {url: 'git@github.com:ada/web.git'}],
	['ssh://git@example.org:2222/web', {url: 'ssh://git@example.org:2222/web'}],
	['github.com/ada/web#main', {url: 'https://github.com/ada/web', ref: 'main'}],
])('%s', (text, value) => {
	expect(parseRepository(text)).toEqual({ok: true, value});
});

test.each([
	['https://example.org/web.tar.gz', 'fetches repositories of Git'],
	['ftp://example.org/web.git', 'fetches repositories of Git'],
	['https://example.org/web.git?branch=main', 'fetches repositories of Git'],
	['https://example.org/web.git#--upload-pack=x', 'has `--upload-pack=x`'],
	['https://example.org/web.git#$(id)', 'has `$(id)`'],
	['https://example.org/web.git#main:a/../../b', 'has the folder'],
])('%s is refused', (text, problem) => {
	const parsed = parseRepository(text);
	expect(parsed.ok ? '' : parsed.problem).toContain(problem);
});
