import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {loadProject} from '../container/machine/load-project.ts';
import type {SpecRequest} from '../container/machine/spec-request.ts';
import {portableProject, withShownPaths} from './portable.ts';

const files = {
	'/w/shop/compose.yaml': `include: [db/compose.yaml]
services:
  web: {extends: {file: base/common.yaml, service: app}, image: one, volumes: [./data:/data]}
`,
	'/w/shop/compose.override.yaml': 'services: {web: {image: two, volumes: [./more:/more]}}\n',
	'/w/shop/other.yaml': 'services: {web: {image: "three:${TAG}"}}\n',
	'/w/shop/db/compose.yaml': 'services: {db: {image: db, volumes: [./files:/files]}}\n',
	'/w/shop/base/common.yaml': 'services: {app: {volumes: [./base:/base]}}\n',
	'/w/shop/.env': 'TAG=env\n',
	'/w/shop/second.env': 'TAG=second\n',
};

async function portable(request: Partial<SpecRequest>): Promise<readonly unknown[]> {
	const machine = {host: recordingHost(files)};
	const whole = {cwd: '/w/shop', env: {}, ...request};
	const {services} = await portableProject(machine, whole, await loadProject(whole, machine));
	return services.map(({rootfs, volumes}) =>
		withShownPaths([
			rootfs.kind === 'image' ? rootfs.reference : rootfs.kind,
			...volumes.map(mount => (mount.type === 'bind' ? mount.source : '')),
		]),
	);
}

test.each<[string, Partial<SpecRequest>, string]>([
	['an override beside the first file', {}, 'docker.io/library/two:latest'],
	['files that are named', {file: 'compose.yaml', others: ['other.yaml']}, 'docker.io/library/three:env'],
	['files of a variable', {env: {COMPOSE_FILE: 'compose.yaml:other.yaml'}}, 'docker.io/library/three:env'],
	[
		'another file with variables',
		{file: 'compose.yaml', others: ['other.yaml'], envFiles: ['second.env']},
		'docker.io/library/three:second',
	],
])('a project of several files is read as if it lay elsewhere: %s', async (_, request, image) => {
	const [web, db] = await portable(request);
	const more = image.includes('two') ? ['./more'] : [];
	expect(web).toEqual([image, './base/base', './data', ...more]);
	expect(db).toEqual(['docker.io/library/db:latest', './db/files']);
});

test('paths begin at the folder of the project', async () => {
	const [web] = await portable({file: 'compose.yaml', others: ['other.yaml'], projectDirectory: '/w'}).catch(
		(error: unknown) => [String(error)],
	);
	// What the file includes is looked for there too.
	expect(web).toContain('there is no file');
	const host = {
		host: recordingHost({...files, '/w/shop/alone.yaml': 'services: {a: {image: x, volumes: [./d:/d]}}\n'}),
	};
	const request = {cwd: '/w', env: {}, file: 'shop/alone.yaml', projectDirectory: '/w'};
	const {services} = await portableProject(host, request, await loadProject(request, host));
	expect(withShownPaths(services[0]?.volumes)).toMatchObject([{source: './d'}]);
});
