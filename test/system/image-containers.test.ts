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
		const name = `${box.name}-a-1`;
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

	test('lock --update moves the images of services on to what their tags point to', async () => {
		await using box = await testBox();
		await using registry = await startRegistry();
		const env = registry.environment;
		const [old, young] = [makeImage({layers}), makeImage({layers: layers.slice(0, 2)})];
		const shared = await registry.push(old, 'shared:1');
		const other = await registry.push(old, 'other:1');
		const service = (image: string): string => `{image: "${image}", command: [cat, /data/kept]}`;
		const text = `name: ${box.name}\nservices:\n  one: ${service(shared)}\n  two: ${service(shared)}\n  three: ${service(other)}\n  file: {rootfs: ${box.rootfs}, command: ['true']}\n`;
		const spec = box.file('spec.yaml', text);
		const lock = async (...args: string[]) => box.tsbox(['lock', ...args], {env});
		const path = join(box.folder, 'tsbox.lock');
		const digests = (): Readonly<Record<string, string | undefined>> => {
			const {services} = JSON.parse(readFileSync(path, 'utf8')) as {
				services: Record<string, {rootfs: {kind: string; digest: string}}>;
			};
			return Object.fromEntries(Object.entries(services).map(([name, {rootfs}]) => [name, rootfs.digest]));
		};
		const short = (image: typeof old): string => image.top.digest.slice('sha256:'.length, 'sha256:'.length + 12);
		expect(await lock(spec)).toMatchObject({status: 0});
		const before = readFileSync(path, 'utf8');

		// Nothing has moved.
		const {out, err, status} = await lock('--update', spec);
		expect({status, said: err.includes('tsbox.lock stays as it is')}).toEqual({status: 0, said: true});
		expect(out.split('\n').toSorted()).toEqual([
			'',
			'file: no image that has a tag',
			`one: ${shared} unchanged ${short(old)}`,
			`three: ${other} unchanged ${short(old)}`,
			`two: ${shared} unchanged ${short(old)}`,
		]);
		expect(readFileSync(path, 'utf8')).toBe(before);

		// The old one is in the store, where a start finds it without asking.
		expect(await box.tsbox(['run', spec, 'one'], {env})).toMatchObject({out: 'top\n', status: 0});
		await registry.push(young, 'shared:1');
		expect(await lock('--update', spec, 'two')).toMatchObject({
			status: 0,
			out: `two: ${shared} ${short(old)} -> ${short(young)}\n`,
		});
		expect(digests()).toMatchObject({one: old.top.digest, two: young.top.digest, three: old.top.digest});
		expect(await lock('--check', spec)).toMatchObject({status: 0});
		expect(await box.tsbox(['run', '--locked', spec, 'one'], {env})).toMatchObject({out: 'top\n', status: 0});
		expect(await box.tsbox(['run', '--locked', spec, 'two'], {env})).toMatchObject({out: 'base\n', status: 0});

		// What else has changed stays different where the image is the same, and is told where it is not.
		box.file('spec.yaml', text.replaceAll('[cat, /data/kept]', '[cat, /data/kept, /dev/null]'));
		const {updates} = JSON.parse((await lock('--update', '--json', spec)).out) as {updates: readonly object[]};
		expect(updates).toContainEqual({
			service: 'one',
			reference: shared,
			before: old.top.digest,
			now: young.top.digest,
			also: ['command'],
		});
		expect(updates).toContainEqual({
			service: 'two',
			reference: shared,
			before: young.top.digest,
			now: young.top.digest,
			also: [],
		});
		expect(await lock('--check', spec, 'one')).toMatchObject({status: 0});
		expect(await lock('--check', spec)).toMatchObject({
			status: 1,
			out: expect.stringMatching(/^4 differences from [^]*two: command\n[^]*three: command\n/),
		});

		// Without a lock all is new; without the registry nothing is written.
		rmSync(path);
		expect(await lock('--update', spec, 'three')).toMatchObject({
			status: 0,
			out: `three: ${other} new -> ${short(old)}\n`,
		});
		const kept = readFileSync(path, 'utf8');
		await registry[Symbol.asyncDispose]();
		expect(await lock('--update', spec)).toMatchObject({status: 125, out: ''});
		expect(readFileSync(path, 'utf8')).toBe(kept);
		expect(await lock('--update', '--check', spec)).toMatchObject({
			status: 2,
			err: expect.stringContaining('choose one of --check and --update'),
		});
		expect(await lock('--update', spec, 'nobody')).toMatchObject({status: 2, out: ''});
		expect(box.leftovers()).toEqual([]);
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
