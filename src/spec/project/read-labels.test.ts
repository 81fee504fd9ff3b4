import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Service} from '../model/project.ts';
import {loadProject} from './load.ts';

const files: Readonly<Record<string, string>> = {
	'/h/a.labels': 'team=web\ntier=${TIER}\n',
	'/h/b.labels': "team=shop\nraw='${TIER}'\n",
	'/h/bad.labels': 'no label\n',
};

function load(text: string): Service | undefined {
	return loadProject({
		file: 'a.yaml',
		cwd: '/h',
		env: {TIER: 'front'},
		readText: path => (path === '/h/a.yaml' ? `services: {web: {${text}}}` : files[path]),
		kindOf: () => undefined,
	}).services[0];
}

function complaint(text: string): string {
	try {
		load(text);
	} catch (error) {
		if (isTsboxError(error)) return [error.message, error.hint].join('\n');
		throw error;
	}
	return '';
}

test('later files win over earlier ones, and labels over all', () => {
	expect(load('image: a, label_file: [a.labels, b.labels], labels: {raw: own}')?.labels).toEqual({
		team: 'shop',
		tier: 'front',
		raw: 'own',
	});
	expect(load('image: a, label_file: ./a.labels')?.origins['labels.team']).toEqual({
		kind: 'env_file',
		file: '/h/a.labels',
		line: 1,
	});
});

test('a file that is missing, or holds something else, is refused', () => {
	expect(complaint('image: a, label_file: ./none')).toContain('there is no file `none`\nwrite it, or correct the path');
	expect(complaint('image: a, label_file: [bad.labels]')).toContain('bad.labels:1:1');
});

test('pull_policy: refresh has its time in pull_refresh_after, and nothing else has one', () => {
	const day = {pull: {everyMs: 86_400_000}};
	expect(load('image: a, pull_policy: refresh, pull_refresh_after: 1d')?.rootfs).toMatchObject(day);
	expect(load('image: a, pull_refresh_after: 24h')?.rootfs).toMatchObject(day);
	expect(complaint('image: a, pull_policy: refresh')).toContain('`pull_policy: refresh` needs `pull_refresh_after`');
	expect(complaint('image: a, pull_policy: always, pull_refresh_after: 1d')).toContain('is for `pull_policy: refresh`');
	expect(complaint('rootfs: host, pull_refresh_after: 1d')).toContain('needs `image` or `build`');
});

test('external_links need a network, and names that containers can have', () => {
	expect(load('image: a, external_links: [db, "other-db:store"]')?.externalLinks).toEqual(['db:db', 'other-db:store']);
	expect(complaint('image: a, network_mode: none, external_links: [db]')).toContain('needs a network that both are on');
	expect(complaint('image: a, external_links: ["a:b:c"]')).toContain('must be `CONTAINER` or `CONTAINER:ALIAS`');
});
