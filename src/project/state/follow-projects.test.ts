import type {Machine} from '../../container/machine/machine.ts';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {followProjects} from './follow-projects.ts';
import {writeProject} from './project-folder.ts';
import {projectFolder} from '../../state/project-place.ts';

const host = realHost();

test('adding, changing, removing, and recreating projects is reported, and nothing else', async () => {
	const state = mkdtempSync(join(tmpdir(), 'tsbox-projects-'));
	onTestFinished(() => rmSync(state, {recursive: true}));
	let told = 0;
	let wake = (): void => {};
	const followed = followProjects({host, dirs: {store: '/store', state}} as unknown as Machine, () => {
		told++;
		wake();
	});
	onTestFinished(followed.close);
	const services = (): readonly string[] =>
		followed.projects().map(({name, services: own}) => `${name}: ${own.join(' ')}`);
	/** Reads the projects again at each change until they match. */
	const are = async (...expected: readonly string[]): Promise<void> => {
		for (;;) {
			const news = new Promise<void>(resolve => (wake = resolve));
			if (services().join('\n') === expected.join('\n')) return;
			await news;
		}
	};
	const write = (name: string, ...own: readonly string[]): void =>
		writeProject(host, state, {schema: 1, name, spec: {cwd: '/', env: {}}, services: own});
	const folder = (name: string): string => projectFolder(state, name);

	expect(services()).toEqual([]);
	write('shop', 'web');
	await are('shop: web');
	write('shop', 'web', 'db');
	await are('shop: web db');
	host.removeTree(folder('shop'));
	write('shop', 'cache');
	await are('shop: cache');
	write('shop', 'cache', 'web');
	await are('shop: cache web');

	const before = told;
	host.writeAtomic(`${folder('shop')}/supervisor.json`, '{}', 0o600);
	host.append(`${folder('shop')}/events`, 'a line\n');
	write('blog', 'web');
	await are('blog: web', 'shop: cache web');
	// The events of `blog` come last: the changes to other files caused no call.
	expect(told - before).toBeLessThanOrEqual(2);
	host.removeTree(folder('shop'));
	host.removeTree(folder('blog'));
	await are();
});
