import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {makeImage} from '../images/make-image.ts';
import {writeLayout} from '../images/write-image.ts';
import {fronted} from './fronted.ts';
import {type TestBox, testBox} from './box.ts';

/* What an image says of its containers, and the volumes that it declares. */

const folder = (name: string) => ({name, type: '5', mode: 0o755});
const base = {entries: readFileSync(await busyboxFixture())};
const files = {entries: [folder('data/'), {name: 'data/file', body: 'of the image\n'}]};

/** The line of a spec with an image that says this. */
function imageLine(box: TestBox, config: Readonly<Record<string, unknown>>): string {
	const [reference] = writeLayout(join(box.folder, 'layout'), {one: makeImage({layers: [base, files], config})});
	return `image: ${reference}`;
}

async function output(box: TestBox, args: readonly string[]): Promise<string> {
	const {status, out, err} = await box.tsbox(args);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	return out;
}

/** The names of the volumes in the store. */
function volumesOf(box: TestBox): readonly string[] {
	try {
		return readdirSync(join(box.folder, 'store/volumes'));
	} catch {
		return [];
	}
}

const says = {
	Entrypoint: ['sh', '-c'],
	Cmd: ['echo "$MODE $WORD $(id -u):$(id -g) $PWD"'],
	Env: ['MODE=image', 'WORD=image'],
	User: '7:8',
	WorkingDir: '/data',
};

describe.skipIf(process.getuid?.() !== 0)('root', () => {
	test('a spec of one line runs what the image says; what it says itself counts more', async () => {
		await using box = await testBox();
		const line = imageLine(box, says);
		expect(await output(box, ['run', box.file('one.yaml', `${line}\n`)])).toBe('image image 7:8 /data\n');
		const own = box.file('own.yaml', `${line}\nenvironment: {WORD: spec}\nuser: root\n`);
		expect(await output(box, ['run', own])).toBe('image spec 0:0 /data\n');
		expect(await output(box, ['run', own, '--', 'echo "$MODE again"'])).toBe('image again\n');
		const explained = await output(box, ['plan', '--explain', own]);
		expect(explained).toMatch(/environment\.MODE +Env of the image oci:/);
		expect(explained).toMatch(/environment\.WORD +own\.yaml:2:/);
		expect(explained).toMatch(/working_dir +WorkingDir of the image oci:/);
		expect(box.leftovers()).toEqual([]);
	});

	test('an image without a command needs one in the spec', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox(['run', box.file('none.yaml', `name: none\n${imageLine(box, {})}\n`)]);
		expect(status).toBe(125);
		expect(err).toMatch(/the image oci:\S+ has no command, and none has none either/);
		expect(box.leftovers()).toEqual([]);
	});

	test.each([
		['its image declares', {Volumes: {'/data': {}}}, ''],
		['its spec names without a source', {}, 'volumes: [/data]\n'],
	])(
		'in the foreground a volume that %s begins with what the image has, and ends with the container',
		async (_, config, keys) => {
			await using box = await testBox();
			const {run} = fronted(box);
			const script = 'cat /data/file; echo more >> /data/file; grep -c " /data " /proc/mounts';
			const spec = box.file('volume.yaml', `${imageLine(box, {Cmd: ['sh', '-c', script], ...config})}\n${keys}`);
			// Node starts it each time, because it removes the volume.
			for (let time = 0; time < 2; time += 1)
				expect(await run(['run', spec])).toMatchObject({out: 'of the image\n1\n', status: 0, byNode: true});
			await output(box, ['run', '--record', spec]);
			const [{id}] = JSON.parse(await output(box, ['runs', '--json'])) as [{readonly id: string}];
			expect(await output(box, ['replay', id])).toBe('of the image\n1\n');
			expect(volumesOf(box)).toEqual([]);
			expect(box.leftovers()).toEqual([]);
		},
	);

	test('in the background it stays from start to start and through down, until down -v or rm -v', async () => {
		await using box = await testBox();
		const config = {
			Cmd: ['sh', '-c', 'echo start >> /data/file; exec sleep 1000'],
			Volumes: {'/data': {}},
			Healthcheck: {Test: ['CMD-SHELL', 'grep -q start /data/file'], Interval: 100_000_000},
			StopSignal: 'SIGUSR1',
		};
		const services = {
			a: `{${imageLine(box, config)}}`,
			b: `{${imageLine(box, config)}, depends_on: {a: {condition: service_healthy}}}`,
		};
		const spec = box.file(
			'compose.yaml',
			`name: ${box.name}\nservices:\n${Object.entries(services)
				.map(([name, text]) => `  ${name}: ${text}\n`)
				.join('')}`,
		);
		const starts = async () =>
			(await output(box, ['exec', `${box.name}-a-1`, 'grep', '-c', 'start', '/data/file'])).trim();
		await output(box, ['up', '-d', '--wait', spec]);
		expect(await starts()).toBe('1');
		const {volumes: _, ...about} = JSON.parse(await output(box, ['inspect', `${box.name}-a-1`])) as Readonly<
			Record<string, unknown>
		>;
		expect(JSON.stringify(about)).toContain('StopSignal of the image oci:');
		expect(volumesOf(box)).toHaveLength(2);
		await output(box, ['restart', '-t', '0', box.name, 'a']);
		expect(await starts()).toBe('2');
		await output(box, ['rm', '-f', box.name, 'b']);
		expect(volumesOf(box)).toHaveLength(2);
		await output(box, ['up', '-d', spec, 'b']);
		await output(box, ['rm', '-f', '-v', box.name, 'b']);
		expect(volumesOf(box)).toEqual([expect.stringMatching(new RegExp(`^${box.name}-a-1_data_[0-9a-f]{12}$`))]);
		await output(box, ['down', '-t', '0', spec]);
		// A run in the foreground uses it, and leaves it.
		expect(await output(box, ['run', spec, 'a', '--', 'grep', '-c', 'start', '/data/file'])).toBe('2\n');
		expect(volumesOf(box)).toHaveLength(1);
		await output(box, ['up', '-d', spec, 'a']);
		expect(await starts()).toBe('3');
		await output(box, ['down', '-t', '0', '-v', spec]);
		expect(volumesOf(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});
});
