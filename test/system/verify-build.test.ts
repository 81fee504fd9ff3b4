import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {BuildVerification} from '../../src/verify/verify-build.ts';
import {testBox} from './box.ts';
import {buildContext, built, configOf, fromBusybox, unfinished} from './build-context.ts';

/* tsbox verify --build, and builds that are made to be the same each time. */

const same = `${fromBusybox}RUN echo a > /a; hostname > /name; echo "$TZ $SOURCE_DATE_EPOCH" > /fixed\nCOPY f /f\n`;

describe.runIf(process.getuid?.() === 0)('tsbox verify --build', () => {
	test('a build whose files depend on nothing else gives one digest, and leaves no image', async () => {
		await using box = await testBox();
		const folder = buildContext(box, same, {f: 'x'});
		const {status, out, err} = await box.tsbox(['verify', '--build', folder]);
		expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
		expect(out).toMatch(/^all 2 builds gave sha256:[0-9a-f]{64}\n$/);
		expect(err).toContain('build 2 of 2\n');
		expect((await box.tsbox(['images', 'ls', '-q'])).out).toBe('');
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('files that differ are told with their instruction, and a file that does not is not', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}RUN echo a > /a && head -c 8 /proc/sys/kernel/random/uuid > /drawn\nRUN echo b > /b`;
		const {status, out} = await box.tsbox(['verify', '--build', '-n', '3', buildContext(box, text)]);
		expect(status).toBe(1);
		const lines = out.trimEnd().split('\n');
		expect(lines).toHaveLength(2);
		for (const [at, line] of lines.entries())
			expect(line).toMatch(new RegExp(`^RUN echo a.*: /drawn: byte \\d+ .* in build 1, .* in build ${at + 2}$`));
		const {out: json} = await box.tsbox(['verify', '--build', '--json', join(box.folder, 'context')]);
		const found = JSON.parse(json) as BuildVerification;
		expect(found).toMatchObject({builds: 2, reproducible: false, differences: [{path: '/drawn', run: 2}]});
		expect(new Set(found.digests).size).toBe(2);
	});

	test('an image that was there before is still there', async () => {
		await using box = await testBox();
		const folder = buildContext(box, same, {f: 'x'});
		const {digest} = await built(box, ['--reproducible', '-t', 'app', folder]);
		expect((await box.tsbox(['verify', '--build', folder])).out).toContain(digest);
		expect((await box.tsbox(['images', 'inspect', 'app'])).out).toContain(digest);
	});

	test('the images of a spec are verified, or that of one service', async () => {
		await using box = await testBox();
		buildContext(box, same, {f: 'x'});
		const spec = box.file('stack.yaml', `name: ${box.name}\nservices:\n  a: {build: context}\n  b: {build: context}\n`);
		expect((await box.tsbox(['verify', '--build', spec])).out).toMatch(/^a: all 2 builds .*\nb: all 2 builds .*\n$/);
		expect((await box.tsbox(['verify', '--build', spec, 'b'])).out).toMatch(/^b: all 2 builds .*\n$/);
	});

	test('`reproducible: true` of a service holds for its image: the same files give the same digest at any time', async () => {
		await using box = await testBox();
		const folder = buildContext(box, same, {f: 'x'});
		const spec = box.file(
			'spec.yaml',
			`name: ${box.name}\nbuild: {context: context, no_cache: true}\nreproducible: true\n`,
		);
		const first = await built(box, ['-q', spec]);
		writeFileSync(join(folder, 'f'), 'x');
		const second = await built(box, ['-q', spec]);
		expect(second.digest).toBe(first.digest);
		expect(configOf(box, first.digest).created).toBe('1980-01-01T00:00:00.000Z');
		const plain = await built(box, ['-q', folder]);
		expect(plain.digest).not.toBe(first.digest);
		expect((await box.tsbox(['run', spec, '--', 'cat', '/name', '/fixed'])).out).toBe(
			'buildkitsandbox\nUTC 315532800\n',
		);
	});

	test.each([
		[['--keep', 'x'], '--build takes no --output, --keep or --same-owner'],
		[['-n', '1'], 'verify needs at least 2 builds'],
		[['nowhere'], 'there is no file nowhere/Dockerfile'],
	])('%j is refused', async (words, message) => {
		await using box = await testBox();
		buildContext(box, same, {f: ''});
		const {status, err} = await box.tsbox(['verify', '--build', ...words, ...(words.length === 2 ? ['context'] : [])]);
		expect(status).not.toBe(0);
		expect(err).toContain(message);
	});
});
