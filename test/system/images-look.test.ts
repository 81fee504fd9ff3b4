import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {type LayerSource, opaque, whiteout} from '../images/layer.ts';
import {makeImage} from '../images/make-image.ts';
import {registryPrograms, startRegistry} from '../images/registry.ts';
import {canRun} from './can-run.ts';
import {testBox} from './box.ts';

const missing = process.getuid?.() === 0 ? registryPrograms.filter(name => !canRun(name)) : ['root'];
const needs = missing.length === 0 ? '' : ` (there is no ${missing.join(', ')})`;

const base: LayerSource = {
	createdBy: 'ADD base /',
	entries: [
		{name: 'etc/', type: '5', mode: 0o755},
		{name: 'etc/old', body: 'old'},
		{name: 'etc/kept', body: 'kept'},
		{name: 'opt/', type: '5', mode: 0o755},
		{name: 'opt/hidden', body: 'hidden'},
	],
};
const top: LayerSource = {
	createdBy: 'COPY \x1b new /',
	entries: [whiteout('etc/old'), opaque('opt'), {name: 'opt/new', body: 'new'}, {name: 'etc/kept', body: 'other'}],
};

describe.skipIf(missing.length > 0)(`the files of images${needs}`, () => {
	test('tree tells what each layer does, and diff what is between two images', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const run = (...words: readonly string[]) => box.tsbox(['images', ...words], {env: registry.environment});
		const below = await registry.push(makeImage({layers: [base]}), 'below:1');
		const above = await registry.push(makeImage({layers: [base, top]}), 'above:1');
		expect(await run('pull', '-q', below, above)).toMatchObject({status: 0});

		expect((await run('tree', above)).out.split('\n').map(line => line.replace(/^(layer \d  )\w+/, '$1ID'))).toEqual([
			'layer 1  ID  ADD base /',
			'  3 files added (13 B)',
			'  A  7 B  /etc/',
			'  A  4 B  /etc/kept',
			'  A  3 B  /etc/old',
			'  A  6 B  /opt/',
			'  A  6 B  /opt/hidden',
			'',
			'layer 2  ID  COPY \\x1b new /',
			'  1 file added (3 B), 1 file changed (5 B), 2 files removed (9 B), 13 B of lower layers wasted',
			'  C  5 B  /etc/',
			'  C  5 B  /etc/kept',
			'  D  3 B  /etc/old',
			'  C  3 B  /opt/',
			'  D  6 B  /opt/hidden',
			'  A  3 B  /opt/new',
			'',
			'13 B of 21 B are wasted (61.9 %)',
			'  6 B  1x  /opt/hidden',
			'  4 B  1x  /etc/kept',
			'  3 B  1x  /etc/old',
			'',
		]);
		expect(JSON.parse((await run('tree', '--json', '--depth', '0', above)).out)).toMatchObject({
			bytes: 21,
			wasted: 13,
			layers: [{changes: []}, {changes: []}],
		});

		const difference = await run('diff', below, above);
		expect(difference).toMatchObject({status: 0, err: ''});
		expect(difference.out.split('\n')).toEqual([
			'C  4 B -> 5 B  bytes  /etc/kept',
			'D  3 B                /etc/old',
			'D  6 B                /opt/hidden',
			'A  3 B                /opt/new',
			'',
			'1 file added (3 B), 1 file changed (5 B), 2 files removed (9 B)',
			'',
		]);
		expect(JSON.parse((await run('diff', '--json', above, above)).out)).toMatchObject({changes: [], added: {files: 0}});
	});

	test('diff compares an image with a container, whose image is then in use', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const env = registry.environment;
		const source = {layers: [{entries: readFileSync(box.rootfs)}, base], config: {Cmd: ['sleep', '100']}};
		const name = await registry.push(makeImage(source), 'app:1');
		const spec = box.file('spec.yaml', `name: ${box.name}\nimage: ${name}\n`);
		expect(await box.tsbox(['up', '-d', spec], {env})).toMatchObject({status: 0});
		const write = ['sh', '-c', 'echo more >> /etc/kept; rm /etc/old; echo new > /srv-new'];
		expect(await box.tsbox(['exec', box.name, '--', ...write], {env})).toMatchObject({status: 0});
		const {changes} = JSON.parse((await box.tsbox(['images', 'diff', '--json', name, box.name], {env})).out) as {
			readonly changes: readonly {readonly change: string; readonly path: string; readonly isFile: boolean}[];
		};
		expect(changes.filter(({isFile}) => isFile).map(({change, path}) => `${change} ${path}`)).toEqual([
			'C /etc/kept',
			'D /etc/old',
			'A /srv-new',
		]);
		expect(await box.tsbox(['images', 'rm', name], {env})).toMatchObject({
			status: 125,
			err: expect.stringContaining(`the container ${box.name} has it as root`),
		});
		expect(await box.tsbox(['images', 'prune', '--all'], {env})).toMatchObject({status: 0, out: ''});
		expect(await box.tsbox(['exec', box.name, '--', 'cat', '/srv-new'], {env})).toMatchObject({out: 'new\n'});
	});
});
