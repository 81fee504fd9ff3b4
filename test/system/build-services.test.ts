import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {buildContext, configOf, fromBusybox, unfinished} from './build-context.ts';

/* `build:` of a spec: images that are made before its containers start. */

/** What a file in the folder of a test holds after a container of the image ran; a spec with one container that prints it. */
function oneService(box: TestBox, build: string, more = ''): string {
	return box.file('spec.yaml', `name: ${box.name}\nbuild: ${build}\n${more}`);
}

/** The labels of the rows that were made, and of those that were taken from an earlier build. */
function rowsOf(err: string): {readonly made: number; readonly cached: number} {
	return {made: [...err.matchAll(/^\[.*\] done in/gm)].length, cached: [...err.matchAll(/^\[.*\] cached$/gm)].length};
}

const app = `${fromBusybox}ARG WORD=none\nRUN echo "$WORD" > /word\nCMD ["cat", "/word"]\n`;

describe.runIf(process.getuid?.() === 0)('`build:` of a spec', () => {
	test('`up` builds an image that is not there, and no image that is', async () => {
		await using box = await testBox();
		buildContext(box, app);
		const spec = oneService(box, '{context: context, args: {WORD: first}}');
		const first = await box.tsbox(['up', '--plain', spec]);
		expect(first).toMatchObject({status: 0, out: 'first\n'});
		expect(rowsOf(first.err)).toEqual({made: 2, cached: 0});
		const second = await box.tsbox(['up', '--plain', spec]);
		expect(second).toMatchObject({status: 0, out: 'first\n'});
		expect(rowsOf(second.err)).toEqual({made: 0, cached: 0});
		// Another argument alone builds nothing; `--build` does.
		oneService(box, '{context: context, args: {WORD: second}}');
		expect(await box.tsbox(['run', spec])).toMatchObject({status: 0, out: 'first\n'});
		const built = await box.tsbox(['run', '--build', spec]);
		expect(built).toMatchObject({status: 0, out: 'second\n'});
		expect(rowsOf(built.err)).toEqual({made: 1, cached: 1});
		expect(await box.tsbox(['run', spec])).toMatchObject({status: 0, out: 'second\n'});
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('`pull_policy: build` builds at each start, also of the same command line', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}COPY word /\nCMD ["cat", "/word"]`, {word: 'one\n'});
		const spec = oneService(box, folder, 'pull_policy: build\n');
		for (const word of ['one\n', 'two\n', 'three\n']) {
			writeFileSync(join(folder, 'word'), word);
			expect(await box.tsbox(['run', spec])).toMatchObject({status: 0, out: word});
		}
	});

	test('services in the background get images of the same file, each behind those that it is made from', async () => {
		await using box = await testBox();
		buildContext(box, `${fromBusybox}RUN echo base > /word`);
		const spec = box.file(
			'stack.yaml',
			`name: ${box.name}
services:
  job:
    build:
      additional_contexts: {below: service:under}
      dockerfile_inline: |
        FROM below
        COPY --from=below /word /copy
        CMD ["sh", "-c", "cat /word /copy; exec sleep 600"]
  under:
    image: my/under:1
    build: context
    command: [sleep, "600"]
`,
		);
		const {status, err} = await box.tsbox(['up', '-d', '--wait', spec]);
		expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
		expect(err.indexOf('[under base 1/2]')).toBeLessThan(err.indexOf('[job 1/3]'));
		const {out} = await box.tsbox(['images', 'ls', '--format', '{{.name}}']);
		expect(out.trim().split('\n').sort()).toEqual([`docker.io/library/${box.name}-job:latest`, 'docker.io/my/under:1']);
		expect((await box.tsbox(['logs', `${box.name}-job-1`])).out).toMatch(/base\n.*base\n/);
		// Nothing has changed, so nothing is built or started anew.
		const again = await box.tsbox(['up', '-d', '--build', spec]);
		expect(again.status).toBe(0);
		expect(rowsOf(again.err)).toMatchObject({made: 0});
		expect(await box.tsbox(['down', '-t', '0', box.name])).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});

	test('a service named on the command line builds what it depends on too, and nothing else', async () => {
		await using box = await testBox();
		buildContext(box, `${fromBusybox}CMD ["sleep", "600"]`);
		const spec = box.file(
			'stack.yaml',
			`name: ${box.name}
services:
  db: {build: context}
  web: {build: context, depends_on: [db]}
  other: {build: ./none}
`,
		);
		expect(await box.tsbox(['up', '-d', spec, 'web'])).toMatchObject({status: 0});
		const {out} = await box.tsbox(['images', 'ls', '--format', '{{.name}}']);
		expect(out).not.toContain('other');
		expect(out.trim().split('\n')).toHaveLength(2);
		await box.tsbox(['down', '-t', '0', box.name]);
	});

	test('commands of a build get its secrets, hosts, limits and memory, and the image its labels and tags', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}RUN --mount=type=secret,id=token,required=true --mount=type=secret,id=word sha256sum < /run/secrets/token > /sum && sha256sum < /run/secrets/word > /sum2
RUN grep -c '10.9.8.7 db' /etc/hosts > /hosts; ulimit -n > /nofile; df -k /dev/shm | tail -n 1 > /shm
RUN --network=none grep -c '10.9.8.7 db' /etc/hosts >> /hosts
CMD ["cat", "/sum", "/sum2", "/hosts", "/nofile", "/shm"]
`;
		const spec = box.file(
			'stack.yaml',
			`name: ${box.name}
secrets: {tok: {file: ./token}, word: {environment: WORD}}
services:
  web:
    build:
      context: context
      secrets: [{source: tok, target: token}, word]
      extra_hosts: ["db=10.9.8.7"]
      ulimits: {nofile: 512}
      shm_size: 3m
      labels: {made-by: tests}
      tags: [web:extra]
`,
		);
		buildContext(box, text);
		box.file('token', 'open sesame');
		const unset = await box.tsbox(['build', spec]);
		expect(unset.status).toBe(125);
		expect(unset.err).toContain('the secret word is in the variable WORD, which is not set');
		const env = {WORD: 'swordfish'};
		const {status, out, err} = await box.tsbox(['build', '-q', spec], {env});
		expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
		const digest = out.trim();
		expect(configOf(box, digest).config['Labels']).toEqual({
			'made-by': 'tests',
			'com.docker.compose.project': box.name,
			'com.docker.compose.service': 'web',
		});
		const ran = await box.tsbox(['run', spec]);
		const sum = (secret: string): string => createHash('sha256').update(secret).digest('hex');
		expect(ran.out).toMatch(new RegExp(`^${sum('open sesame')} .*\n${sum('swordfish')} .*\n1\n1\n512\n\\S+ +3072 `));
		// No file of the store has them.
		expect(JSON.stringify(configOf(box, digest))).not.toMatch(/sesame|swordfish/);
		expect((await box.tsbox(['images', 'inspect', 'web:extra'])).out).toContain(digest);
	});

	test('`build.network: none` and `privileged` hold for all commands', async () => {
		await using box = await testBox();
		buildContext(
			box,
			`${fromBusybox}RUN ls /sys/class/net > /nets; grep Seccomp: /proc/self/status > /mode\nCMD ["cat", "/nets", "/mode"]`,
		);
		const alone = oneService(box, '{context: context, network: none}');
		expect((await box.tsbox(['run', alone])).out).toMatch(/^lo\nSeccomp:\s+2\n$/);
		oneService(box, '{context: context, network: none, privileged: true, no_cache: true}');
		// A machine of tests may lack a capability itself.
		expect((await box.tsbox(['run', '--build', '--best-effort', alone])).out).toMatch(/^lo\nSeccomp:\s+0\n$/);
	});

	test('`plan` shows the build of an image that is not there, and its container when it is', async () => {
		await using box = await testBox();
		buildContext(box, app);
		const spec = oneService(box, 'context');
		const before = await box.tsbox(['plan', spec]);
		expect(before.status).toBe(0);
		expect(before.out).toMatch(/is built first:\nSTEP +KEY .*\n(.*\n)*.*RUN echo "\$WORD" > \/word/);
		const {builds} = JSON.parse((await box.tsbox(['plan', '--json', spec])).out) as {builds: unknown[]};
		expect(builds).toHaveLength(1);
		expect(existsSync(join(box.folder, 'store/names'))).toBe(false);
		await box.tsbox(['build', spec]);
		expect((await box.tsbox(['plan', spec])).out).toContain('a writable root filesystem');
	});

	test('an image that no registry has is built in its place', async () => {
		await using box = await testBox();
		buildContext(box, app);
		const spec = oneService(box, 'context', 'image: localhost:9/none/app:1\npull_policy: always\n');
		const {status, out, err} = await box.tsbox(['run', spec]);
		expect({status, out}).toEqual({status: 0, out: 'none\n'});
		expect(err).toContain('cannot fetch the image localhost:9/none/app:1; so it is built');
	});

	test('without arguments `tsbox build` takes the spec of the folder, else its Dockerfile', async () => {
		await using box = await testBox();
		const context = buildContext(box, app);
		box.file('tsbox.yaml', `name: ${box.name}\nbuild: context\n`);
		const ofSpec = await box.tsbox(['build']);
		expect(ofSpec.status).toBe(0);
		expect(ofSpec.out).toMatch(new RegExp(`^${box.name}  sha256:[0-9a-f]{64}\n$`));
		rmSync(join(box.folder, 'tsbox.yaml'));
		box.file('Dockerfile', 'FROM scratch\nCOPY context/rootfs.tar /\n');
		expect((await box.tsbox(['build'])).out).toMatch(/^sha256:/);
		// Options that only a Dockerfile takes name the folder.
		box.file('tsbox.yaml', `name: ${box.name}\nbuild: context\n`);
		expect((await box.tsbox(['build', '-t', 'x'])).out).toMatch(/^sha256:/);
		expect(existsSync(context)).toBe(true);
	});

	test.each([
		['a Dockerfile that is not there', '{context: ., dockerfile: Nope}', 'there is no file Nope'],
		['a context that is not there', './gone', 'there is no folder gone'],
		['images that need each other', '', 'images need each other: a -> b -> a'],
	])('%s is told before anything starts', async (_name, build, message) => {
		await using box = await testBox();
		const spec =
			build === ''
				? box.file(
						'spec.yaml',
						`name: ${box.name}\nservices:\n${['ab', 'ba']
							.map(([one, other]) => `  ${one}: {build: {context: ., additional_contexts: {x: "service:${other}"}}}\n`)
							.join('')}`,
					)
				: oneService(box, build);
		const {status, err} = await box.tsbox(build === '' ? ['up', '-d', spec] : ['run', spec]);
		expect(status).toBe(125);
		expect(err).toContain(message);
		expect(box.leftovers()).toEqual([]);
	});

	test('a start without its image says how to build it', async () => {
		await using box = await testBox();
		mkdirSync(join(box.folder, 'context'));
		const spec = oneService(box, 'context');
		const {status, err} = await box.tsbox(['lock', spec]);
		expect(status).toBe(125);
		expect(err).toMatch(/has not been built\n +hint +build it with `tsbox build`/);
	});
});
