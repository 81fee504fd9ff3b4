import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync} from 'node:fs';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {blobFile, buildContext, built, configOf, fromBusybox, manifestOf, unfinished} from './build-context.ts';

/* tsbox build: images from Dockerfiles, each RUN in a container. */

/** Names in each layer of an image, the base first, without those of the root filesystem. */
function layerNames(box: TestBox, digest: string): readonly (readonly string[])[] {
	const [, ...layers] = manifestOf(box, digest).layers;
	return layers.map(layer =>
		execFileSync('tar', ['-tf', blobFile(box, layer.digest)], {encoding: 'utf8'})
			.trimEnd()
			.split('\n'),
	);
}

/** The commands that were not taken from an earlier build. */
function made(err: string): readonly string[] {
	const begun = [...err.matchAll(/^(\[.*\]) ((?:RUN|COPY|ADD|WORKDIR) .*)$/gm)];
	return begun.flatMap(([, label = '', command = '']) => (err.includes(`${label} cached\n`) ? [] : [command]));
}

// Files of a layer have owners, which an ordinary user cannot give.
describe.runIf(process.getuid?.() === 0)('tsbox build', () => {
	test('an image is built, and a container of it runs', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}FROM base AS made
ENV GREETING=hello
WORKDIR /srv
RUN echo "$GREETING world" > said && chown app said
FROM base
COPY --from=made /srv /srv
USER app
WORKDIR /srv
CMD ["sh", "-c", "cat said && id -un && pwd"]
`;
		const {digest} = await built(box, ['-t', 'hi', buildContext(box, text)]);
		const spec = box.file('spec.yaml', `name: ${box.name}\nimage: hi\n`);
		expect(await box.tsbox(['run', spec])).toMatchObject({status: 0, out: 'hello world\napp\n/srv\n'});
		const {history} = configOf(box, digest);
		expect(history.map(({created_by, empty_layer}) => [created_by, empty_layer ?? false])).toEqual([
			['ADD rootfs.tar /', false],
			['COPY --from=made /srv /srv', false],
			['USER app', true],
			['WORKDIR /srv', true],
			['CMD ["sh","-c","cat said && id -un && pwd"]', true],
		]);
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('a second build takes all layers from the first; a changed file, only those before it', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}COPY a /a\nRUN cp /a /b\nCOPY c /c\nLABEL v=1\nRUN cat /b /c > /d\n`;
		const folder = buildContext(box, text, {a: '1', c: '2'});
		const first = await built(box, [folder]);
		expect(made(first.err)).toHaveLength(5);
		const second = await built(box, [folder]);
		expect(made(second.err)).toEqual([]);
		// The file is new, its content is not.
		writeFileSync(join(folder, 'a'), '1');
		writeFileSync(join(folder, 'Dockerfile'), text.replace('v=1', 'v=2'));
		expect(made((await built(box, [folder])).err)).toEqual([]);
		writeFileSync(join(folder, 'c'), '3');
		expect(made((await built(box, [folder])).err)).toEqual(['COPY c /c', 'RUN cat /b /c > /d']);
		expect(made((await built(box, ['--no-cache', folder])).err)).toHaveLength(5);
	});

	test('a build that makes nothing anew gives the same image; times begin at what is', async () => {
		await using box = await testBox();
		const base = buildContext(box, `${fromBusybox}LABEL base=1\n`);
		const {digest: below} = await built(box, ['-t', 'below', base]);
		const text = 'FROM below\nENV A=1\nCOPY a /a\nLABEL v=1\nCOPY b /b\nRUN cat /a /b > /c\nCMD ["sh"]\n';
		const folder = buildContext(box, text, {a: '1', b: '2'});
		const first = await built(box, [folder]);
		const timesOf = (digest: string) => configOf(box, digest).history.map(({created}) => created);
		const firstTimes = timesOf(first.digest);
		expect(configOf(box, first.digest).created).toBe([...firstTimes].sort().at(-1));
		expect(firstTimes.slice(0, 2)).toEqual(timesOf(below));
		expect((await built(box, [folder])).digest).toBe(first.digest);
		writeFileSync(join(folder, 'b'), '3');
		const other = await built(box, [folder]);
		const otherTimes = timesOf(other.digest);
		const begun = configOf(box, first.digest).created;
		// FROM has two entries; ENV, COPY a and LABEL are as before.
		expect(otherTimes.slice(0, 5)).toEqual(firstTimes.slice(0, 5));
		expect(otherTimes.slice(5).filter(time => time <= begun)).toEqual([]);
		expect((await built(box, [folder])).digest).toBe(other.digest);
		writeFileSync(join(folder, 'b'), '2');
		expect((await built(box, [folder])).digest).toBe(first.digest);
		const anew = await built(box, ['--no-cache', folder]);
		expect(
			timesOf(anew.digest)
				.slice(2)
				.filter(time => time <= begun),
		).toEqual([]);
		expect((await built(box, [folder])).digest).toBe(anew.digest);
		// Nothing is put on the base: only a label that is no row.
		const labelled = buildContext(box, 'FROM below\n');
		const plain = await built(box, ['--label', 'x=y', labelled]);
		expect(configOf(box, plain.digest)).toMatchObject({created: configOf(box, below).created});
	});

	test('a stage that is built anew with the same files changes no layer of those that copy from it', async () => {
		await using box = await testBox();
		const text = (comment: string) =>
			`${fromBusybox}FROM base AS one\nRUN echo x > /x && touch -d @1000 /x / && : ${comment}\nFROM base\nCOPY --from=one /x /\nRUN cat /x`;
		await built(box, [buildContext(box, text('a'))]);
		expect(made((await built(box, [buildContext(box, text('b'))])).err)).toEqual([
			'RUN echo x > /x && touch -d @1000 /x / && : b',
		]);
	});

	test('a RUN that fails ends the build with its place, and leaves nothing', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}RUN echo before >&2 && exit 7\nRUN echo never`);
		const {status, err, out} = await box.tsbox(['build', folder]);
		expect({status, out}).toEqual({status: 1, out: ''});
		expect(err).toContain('before\n');
		expect(err).toContain('context/Dockerfile:3: the command exited with status 7');
		expect(err).not.toContain('never');
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	});

	test('an interrupted RUN leaves nothing, and the next build goes on from there', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}COPY a /a\nRUN echo runs >&2 && [ -e /stop ] || exec sleep 600`, {
			a: '',
		});
		const running = box.start(['build', folder]);
		await running.says('runs\n');
		running.child.kill('SIGINT');
		const {status, err} = await running.ended;
		expect({status, said: err.includes('interrupted')}).toEqual({status: 130, said: true});
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
		const fixed = buildContext(box, `${fromBusybox}COPY a /a\nRUN true`, {a: ''});
		expect(made((await built(box, [fixed])).err)).toEqual(['RUN true']);
	});

	test('mounts of a RUN are there, and leave nothing in its layer', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}FROM base AS other
RUN echo from-stage > /f
FROM base
RUN --mount=type=cache,target=/cached/deep,mode=0700 \\
    --mount=type=bind,source=dir,target=/bound \\
    --mount=type=bind,from=other,source=/f,target=/one \\
    --mount=type=tmpfs,target=/scratch \\
    --mount=type=bind,source=dir/f,target=/w,rw \\
    --mount=type=secret,id=key,uid=1000 \\
    --mount=type=secret,id=word,env=WORD \\
    cat /cached/deep/n /bound/f /one /run/secrets/key; stat -c '%a %u' /run/secrets/key /cached/deep; echo "$WORD" \\
    && ls /bound && echo w > /w && ! touch /bound/no && touch /scratch/x && echo again > /cached/deep/n && echo done > /done
`;
		const folder = buildContext(box, text, {
			'dir/f': 'of the context\n',
			'dir/out.md': '',
			'.dockerignore': '**/*.md\n',
		});
		const secret = box.file('key', 'opensesame\n');
		const args = ['--secret', `id=key,src=${secret}`, '--secret', 'id=word,env=THE_WORD'];
		const {digest, err} = await built(box, [...args, folder], {env: {THE_WORD: 'xyzzy'}});
		expect(err).toContain('of the context\nfrom-stage\nopensesame\n400 1000\n700 0\nxyzzy\nf\n');
		expect(layerNames(box, digest)).toEqual([['done']]);
		expect(readFileSync(join(folder, 'dir/f'), 'utf8')).toBe('of the context\n');
		const found = spawnSync('grep', ['-rl', '-e', 'opensesame', '-e', 'xyzzy', join(box.folder, 'store')], {
			encoding: 'utf8',
		});
		expect(found.stdout).toBe('');
		expect((await built(box, ['--no-cache', ...args, folder], {env: {THE_WORD: 'xyzzy'}})).err).toContain('again\n');
	});

	test('a here-document that begins with #! is a program, also for another user', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}USER app\nRUN <<GREET\n#!/bin/sh -e\necho "$0 of $(id -u)" | tee /tmp/said >&2\nGREET\n`;
		const {digest, err} = await built(box, [buildContext(box, text)]);
		expect(err).toContain('/dev/pipes/GREET of 1000\n');
		expect(layerNames(box, digest)).toEqual([['tmp/', 'tmp/said']]);
	});

	test('without .dockerignore a bind mount shows the folder itself, and cannot write there', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}RUN --mount=target=/all cat /all/dir/f >&2 && ! touch /all/no`;
		const folder = buildContext(box, text, {'dir/f': 'seen\n'});
		expect((await built(box, [folder])).err).toContain('seen\n');
		expect(readdirSync(folder).sort()).toEqual(['Dockerfile', 'dir', 'rootfs.tar']);
	});

	test('a secret that is required and not given ends the build before its RUN', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}RUN --mount=type=secret,id=key,required=true cat /run/secrets/key`);
		const {status, err} = await box.tsbox(['build', folder]);
		expect(status).toBe(1);
		expect(err).toContain('the secret `key` is required and not given');
	});

	test('a RUN has the network of the machine, or none', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}RUN echo host: $(readlink /proc/self/ns/net) >&2\nRUN --network=none echo none: $(ls /sys/class/net) >&2`;
		const {err} = await built(box, [buildContext(box, text)]);
		expect(err).toContain(`host: ${readlinkSync('/proc/self/ns/net')}\n`);
		expect(err).toContain('none: lo\n');
	});

	test('a RUN finds its own name, which is the same in each build', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}RUN echo $(hostname): $(grep -w "$(hostname)" /etc/hosts) >&2`;
		const {err} = await built(box, [buildContext(box, text)]);
		expect(err).toContain('buildkitsandbox: 127.0.0.1 buildkitsandbox\n');
	});

	test('ADD fetches a URL, and trusts its checksum alone', async () => {
		await using box = await testBox();
		const server = createServer(({url}, answer) => {
			if (url === '/gone') answer.statusCode = 404;
			answer.end('fetched\n');
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		try {
			const sum = createHash('sha256').update('fetched\n').digest('hex');
			const text = `${fromBusybox}ADD --checksum=sha256:${sum} --chmod=644 ${at}/file.txt /got/\nRUN cat /got/file.txt >&2`;
			expect((await built(box, [buildContext(box, text)])).err).toContain('fetched\n');
			const other = await box.tsbox(['build', buildContext(box, text.replace(sum, '0'.repeat(64)))]);
			expect(other).toMatchObject({status: 1, err: expect.stringContaining(`its digest is sha256:${sum}`)});
			const gone = await box.tsbox(['build', buildContext(box, `${fromBusybox}ADD ${at}/gone /x`)]);
			expect(gone).toMatchObject({status: 1, err: expect.stringContaining('404')});
		} finally {
			server.close();
		}
	});

	test('with SOURCE_DATE_EPOCH the same context gives the same image', async () => {
		await using box = await testBox();
		const text = `${fromBusybox}COPY d /d\nRUN mkdir -p /x/y && echo z > /x/y/z && ln -s z /x/y/l\nWORKDIR /new`;
		const folder = buildContext(box, text, {'d/b': 'b', 'd/a': 'a'});
		const args = ['--no-cache', '--build-arg', 'SOURCE_DATE_EPOCH=1700000000', folder];
		const {digest} = await built(box, args);
		execFileSync('find', [folder, '-exec', 'touch', '-h', '{}', '+']);
		expect((await built(box, args)).digest).toBe(digest);
		expect(configOf(box, digest).created).toBe('2023-11-14T22:13:20.000Z');
		const [, ...layers] = manifestOf(box, digest).layers;
		for (const layer of layers) {
			const times = execFileSync('tar', ['-tvf', blobFile(box, layer.digest), '--full-time', '--utc'], {
				encoding: 'utf8',
			});
			expect(
				times
					.trimEnd()
					.split('\n')
					.filter(line => !line.includes('2023-11-14 22:13:20')),
			).toEqual([]);
		}
	});

	test('--plan shows the steps, and makes nothing', async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}COPY a /a\nRUN true\nCMD ["x"]`, {a: ''});
		const {status, out} = await box.tsbox(['build', '--plan', folder]);
		expect(status).toBe(0);
		expect(out.replaceAll(/\b[0-9a-f]{12}\b/g, 'KEY')).toMatchInlineSnapshot(`
			"STEP        KEY           KIND  LINE                  COMMAND
			[base 1/5]  KEY  base  context/Dockerfile:1  FROM scratch
			[base 2/5]  KEY  add   context/Dockerfile:2  ADD rootfs.tar /
			[base 3/5]  KEY  copy  context/Dockerfile:3  COPY a /a
			[base 4/5]  KEY  run   context/Dockerfile:4  RUN true
			[base 5/5]                meta  context/Dockerfile:5  CMD ["x"]
			"
		`);
		expect(existsSync(join(box.folder, 'store/blobs'))).toBe(false);
	});
});

test('an ordinary user builds too', async () => {
	await using box = await testBox({uid: 61_237, gid: 61_237});
	const text = `${fromBusybox}COPY a /etc/added
RUN rm /etc/group && rm -r /home && mkdir /home && echo b > /home/b
FROM base
COPY --from=base /etc /copied
WORKDIR /home/new
RUN --mount=type=cache,target=/c --mount=type=secret,id=key echo kept > /c/n && cat /run/secrets/key
RUN --mount=type=cache,target=/c stat -c 'the cache of %u' /c && cat /c/n
RUN cat /copied/added && [ ! -e /etc/group ] && stat -c %u /etc /home /home/new . && ls -a /home
`;
	const folder = buildContext(box, text, {a: 'mine\n'});
	const {digest, err} = await built(box, ['--secret', `id=key,src=${box.file('key', 'opensesame\n')}`, folder]);
	expect(err).toContain('opensesame\n');
	expect(err).toContain('the cache of 0\nkept\n');
	expect(err).toContain('mine\n0\n0\n0\n0\n.\n..\nb\nnew\n');
	expect(layerNames(box, digest)).toContainEqual(['etc/', 'etc/.wh.group', 'home/', 'home/.wh..wh..opq', 'home/b']);
	expect(unfinished(box)).toEqual([]);
	expect(box.leftovers()).toEqual([]);
});
