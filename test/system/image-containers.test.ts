import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {type LayerSource, opaque, whiteout} from '../images/layer.ts';
import {makeImage} from '../images/make-image.ts';
import {startRegistry} from '../images/registry.ts';
import {writeLayout} from '../images/write-image.ts';
import {type Starter, type TestBox, testBox} from './box.ts';
import {fronted} from './fronted.ts';

/* What the verbs make of a container whose image has several layers. */

const root = process.getuid?.() === 0;
const folder = (name: string, mode = 0o755) => ({name, type: '5', mode});

const layers: readonly LayerSource[] = [
	{entries: readFileSync(await busyboxFixture())},
	{
		entries: [
			folder('data/'),
			{name: 'data/old', body: 'base\n'},
			{name: 'data/kept', body: 'base\n'},
			{name: 'gone', body: 'x'},
			folder('opq/'),
			{name: 'opq/hidden', body: ''},
		],
	},
	{
		entries: [
			whiteout('data/old'),
			{name: 'data/kept', body: 'top\n'},
			whiteout('gone'),
			folder('opq/'),
			opaque('opq'),
			{name: 'opq/shown', body: ''},
		],
	},
];

/** The line of a spec with an image of three layers, or more that have a file each. */
function imageLine(box: TestBox, more = 0): string {
	const others = Array.from({length: more}, (_, at) => ({entries: [folder('many/'), {name: `many/${at}`, body: ''}]}));
	const [reference] = writeLayout(join(box.folder, 'layout'), {one: makeImage({layers: [...layers, ...others]})});
	return `image: ${reference}\n`;
}

/** A spec of one service. */
function specOf(box: TestBox, text: string, more = 0): string {
	return box.file('spec.yaml', `name: ${box.name}\n${imageLine(box, more)}${box.head}${text}`);
}

async function output(box: TestBox, args: readonly string[]): Promise<string> {
	const {status, out, err} = await box.tsbox(args);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	return out;
}

const starters: readonly (readonly [string, Starter])[] = [
	['root', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_239, gid: 61_239}],
];

describe.skipIf(!root).each(starters)('%s', (_, starter) => {
	test('the layers are one tree, however many', async () => {
		await using box = await testBox(starter);
		// As root, test/system/image-layers.test.ts has many.
		const many = starter === undefined || starter === 'mapped' ? 2 : 80;
		const script = 'ls / /data /opq | grep -v -e bin -e dev -e proc; cat /data/kept; touch /data/new; ls /many | wc -l';
		const out = await output(box, ['run', specOf(box, '', many), '--', 'sh', '-c', script]);
		expect(out).toContain(`/data:\nkept\n\n/opq:\nshown\ntop\n${many}\n`);
		expect(out).not.toContain('gone');
		expect(box.leftovers()).toEqual([]);
	});

	test('diff compares with what all layers show, and cp reads and writes, also after the end', async () => {
		await using box = await testBox(starter);
		const script =
			'echo x > /data/old; echo x > /data/kept; rm /opq/shown; echo x > /opq/hidden; echo x > /gone; rm /etc/group; echo is up; exec sleep 1000';
		const spec = box.file(
			'compose.yaml',
			`name: ${box.name}\nservices: {a: {${imageLine(box, 1).trim()}, ${box.head.trim()}${box.head === '' ? '' : ','} command: [sh, -c, '${script}']}}\n`,
		);
		await output(box, ['up', '-d', spec]);
		const name = `${box.name}-a`;
		for (;;) if ((await box.tsbox(['logs', name])).out.includes('is up')) break;
		const changes = [
			'C /data',
			'C /data/kept',
			'A /data/old',
			'C /etc',
			'D /etc/group',
			'A /gone',
			'C /opq',
			'A /opq/hidden',
			'D /opq/shown',
		];
		expect((await output(box, ['diff', name])).trimEnd().split('\n')).toEqual(changes);
		expect(await output(box, ['ps', '--json'])).toContain('layout:one');
		await output(box, ['stop', '-t', '0', name]);
		expect((await output(box, ['diff', name])).trimEnd().split('\n')).toEqual(changes);
		expect(await output(box, ['cp', `${name}:/many/0`, join(box.folder, 'out')])).toBe('');
		expect(existsSync(join(box.folder, 'out'))).toBe(true);
		writeFileSync(join(box.folder, 'in'), 'from the host\n');
		await output(box, ['cp', join(box.folder, 'in'), `${name}:/opq/in`]);
		expect(await output(box, ['diff', name])).toContain('A /opq/in\n');
		await output(box, ['down', box.name]);
		expect(box.leftovers()).toEqual([]);
	});

	test('an empty volume begins with what all layers show', async () => {
		await using box = await testBox(starter);
		const spec = box.file(
			'compose.yaml',
			`name: ${box.name}\nvolumes: {data: {}, opq: {}}\nservices:\n  a:\n    ${imageLine(box, starter === undefined ? 80 : 1).trim()}\n    ${box.head.trim()}\n    volumes: [data:/data, opq:/opq]\n`,
		);
		const script = 'ls /data /opq; cat /data/kept; stat -c %u /data/kept /opq';
		expect(await output(box, ['run', '-T', spec, 'a', '--', 'sh', '-c', script])).toBe(
			'/data:\nkept\n\n/opq:\nshown\ntop\n0\n0\n',
		);
		await output(box, ['down', '-v', box.name]);
	});
});

describe.skipIf(!root)('root', () => {
	test('a second run starts without Node, and with a changed layer it does not', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const reference = await registry.push(makeImage({layers}), 'layers:1');
		const {run, warm} = fronted(box);
		const spec = box.file('spec.yaml', `name: ${box.name}\nimage: ${reference}\n`);
		const words = ['run', spec, '--', 'cat', '/data/kept'];
		expect(await warm(words, registry.environment)).toMatchObject({out: 'top\n', status: 0, byNode: false});
		const lower = join(box.folder, 'store/lower');
		const record = join(lower, readdirSync(lower)[0] ?? '', 'layer.json');
		rmSync(join(record, '..'), {recursive: true});
		expect(await run(words, registry.environment)).toMatchObject({out: 'top\n', status: 0, byNode: true});
		expect(existsSync(record)).toBe(true);
	});

	test('with --locked, a tag that has moved is the image of the lock', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const reference = await registry.push(makeImage({layers}), 'layers:1');
		const env = registry.environment;
		const spec = box.file(
			'spec.yaml',
			`name: ${box.name}\nimage: ${reference}\npull_policy: always\ncommand: [cat, /data/kept]\n`,
		);
		expect(await box.tsbox(['lock', spec], {env})).toMatchObject({status: 0});
		await registry.push(makeImage({layers: layers.slice(0, 2)}), 'layers:1');
		expect(await box.tsbox(['run', spec], {env})).toMatchObject({out: 'base\n', status: 0});
		expect(await box.tsbox(['lock', '--check', spec], {env})).toMatchObject({status: 0});
		expect(await box.tsbox(['run', '--locked', spec], {env})).toMatchObject({out: 'top\n', status: 0});
		const text = readFileSync(join(box.folder, 'tsbox.lock'), 'utf8');
		box.file('tsbox.lock', text.replace(/("digest": "sha256:)[0-9a-f]{64}/, `$1${'0'.repeat(64)}`));
		expect((await box.tsbox(['run', '--locked', spec], {env})).status).toBe(125);
	});

	test('a record names the image, and a replay finds it by its digest after its tag has moved', async () => {
		await using box = await testBox();
		const spec = specOf(box, '');
		await output(box, ['run', '--record', spec, '--', 'cat', '/data/kept']);
		writeLayout(join(box.folder, 'layout'), {one: makeImage({layers: layers.slice(0, 2)})});
		expect(await output(box, ['run', spec, '--', 'cat', '/data/kept'])).toBe('base\n');
		const [{id}] = JSON.parse(await output(box, ['runs', '--json'])) as [{readonly id: string}];
		expect(await output(box, ['runs', 'show', id])).toMatch(/image +oci:.*layout:one \(sha256:/);
		expect(await output(box, ['replay', id])).toBe('top\n');
	});

	test('a minimal script mounts the layers, and says what to do without them', async () => {
		await using box = await testBox();
		const spec = specOf(box, "command: [sh, -c, 'cat /data/kept; ls /many | wc -l; ls /data; touch /x']\n", 80);
		await output(box, ['run', spec, '--', 'true']);
		const text = await output(box, ['compile', '--minimal', spec]);
		expect(text).not.toContain('keys of the spec');
		const script = box.file('min.sh', text);
		expect(execFileSync('sh', [script], {encoding: 'utf8'})).toBe('top\n80\nkept\n');
		execFileSync('rm', ['-r', join(box.folder, 'store/lower')]);
		expect(() => execFileSync('sh', [script], {stdio: 'pipe', encoding: 'utf8'})).toThrow(
			expect.objectContaining({status: 125, stderr: expect.stringContaining('tsbox images pull oci:')}),
		);
	});

	test('profile: bare takes several layers with an overlay only', async () => {
		await using box = await testBox();
		const bare =
			"profile: bare\nnamespaces: [mount, pid]\nroot: pivot\ncommand: [sh, -c, 'cat /data/kept; ls /many | wc -l']\n";
		const refused = await box.tsbox(['run', specOf(box, bare, 1)]);
		expect(refused.status).toBe(125);
		expect(refused.err).toContain('hint     add `overlay: true`');
		expect(await output(box, ['run', specOf(box, `${bare}overlay: true\n`, 1)])).toBe('top\n1\n');
		expect(box.leftovers()).toEqual([]);
	});
});
