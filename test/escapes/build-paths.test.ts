import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {tar} from '../archives/tar-writer.ts';
import {buildContext, built, fromBusybox, unfinished} from '../system/build-context.ts';
import {builders, target} from './attack.ts';

const up = '../'.repeat(12).slice(0, -1);

test.each(builders)('%s: what a stage links to the host is not written by COPY, ADD, and WORKDIR', async (_, user) => {
	await using at = await target(user);
	const {box, canary} = at;
	const outside = dirname(canary.path);
	const text = `${fromBusybox}FROM base AS evil
RUN ln -s ${outside} /esc && ln -s /esc/../.. /up && ln -s ${up} /rel && ln -s ${canary.path} /file && mkdir /d && ln -s ${outside} /d/deep
WORKDIR /esc/made
COPY a /esc/copied
COPY a /file
COPY a /up/x/
COPY a /rel${outside}/y
COPY --parents d/deep/a /
COPY <<"canary" /esc/
here
canary
ADD pack.tar /esc/
RUN --network=none mv /etc /gone && ln -s ${outside} /etc && rm -rf /var && ln -s ${outside} /var
WORKDIR /var/more
FROM base
COPY --from=evil /esc /from-evil
COPY --from=evil ${outside}/copied /in-the-stage
`;
	const folder = buildContext(box, text, {a: 'mine\n', 'd/deep/a': 'deep\n'});
	writeFileSync(join(folder, 'pack.tar'), tar({name: 'canary', body: 'packed\n'}));
	await built(box, [folder]);
	canary.isUntouched();
	expect(unfinished(box)).toEqual([]);
	expect(box.leftovers()).toEqual([]);
});

test.each(builders)('%s: what a context links to the host is not read', async (_, user) => {
	await using at = await target(user);
	const {box, canary} = at;
	const outside = dirname(canary.path);
	const folder = buildContext(box, '', {});
	symlinkSync(outside, join(folder, 'link'));
	symlinkSync(`${up}${outside}`, join(folder, 'rel'));
	symlinkSync(canary.path, join(folder, 'file'));
	mkdirSync(join(outside, 'below'));
	writeFileSync(join(outside, 'below/canary'), 'canary');
	// A walk beyond the link would fail here for an ordinary user.
	chmodSync(join(outside, 'below'), 0o700);
	for (const source of ['link/canary', 'rel/canary', 'file', `${up}${canary.path}`, canary.path]) {
		for (const word of ['COPY', 'ADD', 'COPY --parents']) {
			writeFileSync(join(folder, 'Dockerfile'), `${fromBusybox}${word} ${source} /got/`);
			const {status, err} = await box.tsbox(['build', folder]);
			expect({status, err}).toMatchObject({status: 125, err: expect.stringContaining('is not in the context')});
			// No name of a file beyond the link is told either.
			expect(err).not.toContain('did you mean');
		}
	}
	const patterns = ['link/*', 'li*/canary', 'rel/canar?', '--parents link/**/canary', '--parents link/**/c*'];
	const copies = patterns.map(source => `COPY ${source} /got/`).join('\n');
	writeFileSync(join(folder, 'Dockerfile'), `${fromBusybox}${copies}\nRUN ! find /got | grep canary`);
	await built(box, [folder]);
	// Links themselves are copied as they are, and lead into the image.
	writeFileSync(join(folder, 'Dockerfile'), `${fromBusybox}COPY . /got/\nRUN [ -h /got/link ] && [ ! -e /got/file ]`);
	await built(box, [folder]);
	rmSync(join(outside, 'below'), {recursive: true});
	expect(readdirSync(outside)).toEqual(['canary']);
});

const hostile = [
	['names with ..', tar({name: '../../etc/passwd', body: 'evil'}), /has a "\.\." in it/],
	['a link and a file below it', tar({name: 'l', type: '2', link: '/'}, {name: 'l/x', body: 'evil'}), /./],
	['a hard link out of it', tar({name: 'h', type: '1', link: `${up}/etc/shadow`}), /hard link/],
	['a hard link to a file of the image', tar({name: 'h', type: '1', link: '/etc/passwd'}), /hard link/],
	['a file in place of its root', tar({name: '.', body: 'evil'}), null],
	['an absolute name', tar({name: '/etc/passwd', body: 'evil'}), null],
	['the whiteout of a parent', tar({name: '../.wh.etc'}), /has a "\.\." in it/],
] as const;

test('ADD of a hostile archive ends below its destination', async () => {
	await using at = await target();
	const {box, canary} = at;
	for (const [title, bytes, says] of hostile) {
		const folder = buildContext(box, `${fromBusybox}ADD evil.tar /srv/\nRUN grep -q ^app: /etc/passwd && [ -d /etc ]`);
		writeFileSync(join(folder, 'evil.tar'), bytes);
		const {status, err} = await box.tsbox(['build', folder]);
		const expected = says ?? /^/;
		expect({title, status, err}).toEqual({
			title,
			status: says === null ? 0 : 125,
			err: expect.stringMatching(expected),
		});
	}
	canary.isUntouched();
	expect(unfinished(box)).toEqual([]);
});

test('a word of a here-document is the name of a file, and no path', async () => {
	await using at = await target();
	const {box, canary} = at;
	for (const name of ['../../x', '/etc/passwd', '..', 'a/b'])
		for (const [line, body] of [
			[`COPY <<${name} /srv/`, 'text'],
			[`RUN <<${name}`, '#!/bin/sh\ntrue'],
		]) {
			const {status, err} = await box.tsbox(['build', buildContext(box, `${fromBusybox}${line}\n${body}\n${name}\n`)]);
			expect({status, err}).toEqual({status: 125, err: expect.stringContaining('is no name of a file')});
		}
	canary.isUntouched();
});

/** What anybody can put into a folder in which somebody else then builds. */
const plants: readonly (readonly [string, (path: string) => void])[] = [
	['a pipe', path => void execFileSync('mkfifo', [path])],
	['a device without an end', path => symlinkSync('/dev/zero', path)],
	['a file larger than memory', path => (writeFileSync(path, ''), truncateSync(path, 2 ** 40))],
];
/** Longest that one may take, ms: each would hang or run out of memory. */
const soon = 10_000;

test.each(plants)('%s in place of a Dockerfile or .dockerignore holds nobody up', async (_, plant) => {
	await using at = await target();
	const {box} = at;
	for (const name of ['.dockerignore', 'Dockerfile.dockerignore', 'Dockerfile']) {
		const folder = buildContext(box, fromBusybox);
		rmSync(join(folder, name), {force: true});
		plant(join(folder, name));
		const build = box.start(['build', '--plan', folder]);
		const timer = setTimeout(() => build.child.kill('SIGKILL'), soon);
		const {status} = await build.ended;
		clearTimeout(timer);
		rmSync(join(folder, name));
		expect({name, status}).toEqual({name, status: expect.toBeOneOf([0, 125])});
	}
});
