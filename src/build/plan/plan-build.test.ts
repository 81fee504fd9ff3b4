import {expect, test} from 'vitest';
import {sampleImage, samplePlan, type SampleBuild} from '../../../test/support/sample-build.ts';
import {sampleTree} from '../../../test/support/sample-tree.ts';
import {finishedConfig} from './finished-config.ts';

/** Stage, kind and command of each row. */
const shown = async (text: string, sample?: SampleBuild) =>
	(await samplePlan(text, sample)).stages.flatMap(({rows}) =>
		rows.map(({stage, kind, command}) => `${stage} ${kind} ${command}`),
	);
const settings = async (text: string, sample?: SampleBuild) => {
	const plan = await samplePlan(text, sample);
	return plan.stages.at(-1)?.config.config;
};
const runs = async (text: string, sample?: SampleBuild) =>
	(await samplePlan(text, sample)).stages.flatMap(({rows}) =>
		rows.flatMap(row => (row.kind === 'run' ? [row.run] : [])),
	);
const copies = async (text: string, sample?: SampleBuild) =>
	(await samplePlan(text, sample)).stages.flatMap(({rows}) =>
		rows.flatMap(row => (row.kind === 'copy' || row.kind === 'add' ? [row.copy] : [])),
	);
/** The cache key of the last row that changes files. */
const lastKeyOfFiles = async (text: string, sample?: SampleBuild) =>
	(await samplePlan(text, sample)).stages.at(-1)?.rows.findLast(({inputs}) => inputs !== undefined)?.cacheKey;

const nodeFile = `# syntax=docker/dockerfile:1
ARG NODE_VERSION=20
FROM node:\${NODE_VERSION}-alpine AS deps
WORKDIR /app
COPY package.json package-lock.json* ./
RUN --mount=type=cache,target=/root/.npm npm ci

FROM deps AS build
COPY . .
RUN npm run build

FROM deps AS test
RUN npm test

FROM nginx:1.27
COPY --from=build --chown=101:101 /app/dist /usr/share/nginx/html
EXPOSE 80
HEALTHCHECK --interval=30s CMD wget -q -O - http://localhost/ || exit 1
CMD ["nginx", "-g", "daemon off;"]
`;
const nodeFiles = {'package.json': '{}', 'src/a.js': '', Dockerfile: nodeFile};

test('a plan has the stages that the target needs, each behind those that it needs', async () => {
	expect(await shown(nodeFile, {files: nodeFiles})).toEqual([
		'0 base FROM docker.io/library/node:20-alpine',
		'0 workdir WORKDIR /app',
		'0 copy COPY package.json package-lock.json* /app/',
		'0 run RUN npm ci',
		'1 base FROM deps',
		'1 copy COPY . /app/',
		'1 run RUN npm run build',
		'3 base FROM docker.io/library/nginx:1.27',
		'3 copy COPY --from=build --chown=101:101 /app/dist /usr/share/nginx/html',
		'3 meta EXPOSE 80/tcp',
		'3 meta HEALTHCHECK CMD wget -q -O - http://localhost/ || exit 1',
		'3 meta CMD ["nginx","-g","daemon off;"]',
	]);
	expect(await shown(nodeFile, {files: nodeFiles, target: 'test'})).toHaveLength(6);
	expect(await shown(nodeFile, {files: nodeFiles, target: '0'})).toHaveLength(4);
});

test('an image that no needed stage begins with is not looked up', async () => {
	const asked: string[] = [];
	await samplePlan('FROM a AS one\nFROM b AS two\nFROM scratch\nCOPY --from=one /x /\nCOPY --from=c /y /', {asked});
	expect(asked).toEqual(['a', 'c']);
});

test('rows name the line of their instruction', async () => {
	const {stages} = await samplePlan('FROM a\n\nRUN x \\\n  && y\n');
	expect(stages[0]?.rows.map(({place, instruction}) => [place, instruction])).toEqual([
		['Dockerfile:1', 'FROM a'],
		['Dockerfile:3', 'RUN x   && y'],
	]);
});

test('ARG before FROM is for FROM, and for a stage that names it again', async () => {
	const text = 'ARG A=1 B=$A-2\nFROM x:$B\nRUN one\nARG A\nARG C=$A\nRUN two';
	expect(await shown(text)).toContain('0 base FROM docker.io/library/x:1-2');
	const [one, two] = await runs(text);
	expect(one?.env['A']).toBeUndefined();
	expect(two?.env).toMatchObject({A: '1', C: '1'});
	const [, given] = await runs(text, {args: {A: '9'}});
	expect(given?.env).toMatchObject({A: '9', C: '9'});
});

test('an ARG without a value is not set', async () => {
	const [run] = await runs('FROM x\nARG A\nENV B=${A:-none}\nRUN y');
	expect(run?.env).toMatchObject({B: 'none'});
	expect(run?.env).not.toHaveProperty('A');
});

test('a stage that is built on another has its variables', async () => {
	const [run] = await runs('FROM x AS one\nARG A=1\nENV B=2\nFROM one\nRUN y');
	expect(run?.env).toMatchObject({A: '1', B: '2'});
});

test('the platform and the proxies are known without an ARG of the file', async () => {
	const text = 'FROM --platform=$BUILDPLATFORM x\nARG TARGETPLATFORM TARGETARCH TARGETVARIANT\nRUN y';
	const [run] = await runs(text, {platform: {os: 'linux', arch: 'arm', variant: 'v7'}, args: {http_proxy: 'http://p'}});
	expect(run?.env).toMatchObject({
		TARGETPLATFORM: 'linux/arm/v7',
		TARGETARCH: 'arm',
		TARGETVARIANT: 'v7',
		http_proxy: 'http://p',
	});
	expect(run?.env).not.toHaveProperty('BUILDPLATFORM');
});

test('an image has a PATH', async () => {
	const [run] = await runs('FROM scratch\nRUN ["/a"]');
	expect(run?.env['PATH']).toBe('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
	const [own] = await runs('FROM x\nENV PATH=/opt:$PATH\nRUN a', {images: {x: {Env: ['PATH=/bin']}}});
	expect(own?.env['PATH']).toBe('/opt:/bin');
});

test('all values of one ENV see the variables from before it', async () => {
	expect((await settings('FROM x\nENV a=hello\nENV a=bye b=$a\nENV c=$a'))?.Env?.slice(1)).toEqual([
		'a=bye',
		'b=hello',
		'c=bye',
	]);
});

test('the configuration follows the instructions', async () => {
	const text = `FROM x
LABEL a=1 "b c"="two words"
USER $WHO
WORKDIR /srv
WORKDIR sub/../here
VOLUME /data $HOME
EXPOSE 80 53/udp 8000-8001
STOPSIGNAL SIGQUIT
SHELL ["/bin/bash", "-c"]
CMD echo hi
HEALTHCHECK --interval=1s --retries=2 CMD ["/check"]
ONBUILD RUN make`;
	expect(await settings(text, {images: {x: {Env: ['WHO=app', 'HOME=/h'], Labels: {old: 'y'}}}})).toEqual({
		Env: ['WHO=app', 'HOME=/h', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
		Labels: {old: 'y', a: '1', 'b c': 'two words'},
		User: 'app',
		WorkingDir: '/srv/here',
		Volumes: {'/data': {}, '/h': {}},
		ExposedPorts: {'80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {}},
		StopSignal: 'SIGQUIT',
		Shell: ['/bin/bash', '-c'],
		Cmd: ['/bin/bash', '-c', 'echo hi'],
		Healthcheck: {Test: ['CMD', '/check'], Interval: 1_000_000_000, Retries: 2},
		OnBuild: ['RUN make'],
	});
});

test("ENTRYPOINT drops the image's CMD, but not the one of the stage", async () => {
	const images = {x: {Cmd: ['old'], Entrypoint: ['before']}};
	expect((await settings('FROM x\nENTRYPOINT ["/e"]', {images}))?.Cmd).toBeUndefined();
	expect((await settings('FROM x\nCMD ["new"]\nENTRYPOINT ["/e"]', {images}))?.Cmd).toEqual(['new']);
	expect((await settings('FROM x AS a\nCMD ["new"]\nFROM a\nENTRYPOINT ["/e"]', {images}))?.Cmd).toBeUndefined();
	expect(await settings('FROM x\nENTRYPOINT []', {images})).toMatchObject({Entrypoint: []});
});

test('ONBUILD of a base comes first and is not handed on', async () => {
	const images = {x: {OnBuild: ['COPY . /app', 'RUN --network=none make']}};
	const plan = await samplePlan('FROM x\nRUN last', {images, files: {a: ''}});
	expect(plan.stages[0]?.rows.map(({command, isTrigger, place}) => [command, isTrigger, place])).toEqual([
		['FROM docker.io/library/x', false, 'Dockerfile:1'],
		['COPY . /app', true, 'Dockerfile:1'],
		['RUN make', true, 'Dockerfile:1'],
		['RUN last', false, 'Dockerfile:2'],
	]);
	expect(plan.stages[0]?.config.config.OnBuild).toBeUndefined();
	const inFile = await shown('FROM y AS base\nONBUILD COPY --from=tools /t /t\nFROM z AS tools\nFROM base\n');
	expect(inFile).toContain('2 copy COPY --from=tools /t /t');
	expect(inFile).toContain('1 base FROM docker.io/library/z');
});

test('a trigger that cannot be is refused with its text', async () => {
	await expect(samplePlan('FROM x', {images: {x: {OnBuild: ['FROM y']}}})).rejects.toThrow(
		'ONBUILD of x:1:1: FROM cannot be',
	);
	await expect(samplePlan('FROM x', {images: {x: {OnBuild: ['RUNN y']}}})).rejects.toThrow(
		'ONBUILD of x:1:1: there is no instruction `RUNN`',
	);
});

test('the command of a RUN has its shell, its user, and its here-document', async () => {
	const text = `FROM x
USER app
RUN echo $HOME
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN <<EOF
a
b
EOF
RUN cat <<-'X' > /f && more
	text
	X
RUN <<P
#!/usr/bin/env python3
print(1)
P
RUN ["/bin/x", "$y"]`;
	expect((await runs(text)).map(({argv, user, script}) => ({argv, user, script}))).toEqual([
		{argv: ['/bin/sh', '-c', 'echo $HOME'], user: 'app', script: undefined},
		{argv: ['/bin/bash', '-eo', 'pipefail', '-c', 'a\nb\n'], user: 'app', script: undefined},
		{
			argv: ['/bin/bash', '-eo', 'pipefail', '-c', "cat <<-'X' > /f && more\n\ttext\nX"],
			user: 'app',
			script: undefined,
		},
		{
			argv: ['/dev/pipes/P'],
			user: 'app',
			script: {path: '/dev/pipes/P', content: '#!/usr/bin/env python3\nprint(1)\n'},
		},
		{argv: ['/bin/x', '$y'], user: 'app', script: undefined},
	]);
});

test('mounts of a RUN are resolved', async () => {
	const [run] = await runs(
		'FROM x AS a\nFROM y\nARG T=/t\nRUN --mount=target=$T,source=src --mount=from=a,target=/a --mount=type=secret,id=s z',
		{files: {'src/f': ''}},
	);
	expect(run?.mounts).toMatchObject([
		{type: 'bind', target: '/t', source: 'src', files: {kind: 'context'}},
		{type: 'bind', target: '/a', files: {kind: 'stage', stage: 0}},
		{type: 'secret', id: 's'},
	]);
});

test('additional contexts stand for stages, images and folders', async () => {
	const contexts = {
		base: {kind: 'image', reference: 'other:2'},
		one: {kind: 'image', reference: 'three:3'},
		docs: {kind: 'folder', tree: sampleTree({'a.md': ''})},
	} as const;
	expect(
		await shown('FROM ignored AS one\nFROM base\nCOPY --from=one /x /\nCOPY --from=docs *.md /', {contexts}),
	).toEqual(['1 base FROM docker.io/library/other:2', '1 copy COPY --from=one /x /', '1 copy COPY --from=docs *.md /']);
	expect(await shown('FROM ignored AS one', {contexts})).toEqual(['0 base FROM docker.io/library/three:3']);
	await expect(samplePlan('FROM docs', {contexts})).rejects.toThrow('the context `docs` is a folder');
});

test.each([
	['FROM a\nRUN x', 'FROM a\nRUN x\nLABEL x=y', true],
	['FROM a\nRUN x', 'FROM a\nLABEL x=y\nRUN x', true],
	['FROM a\nRUN x', 'FROM a\nRUN  x', true],
	['FROM a\nRUN x y', 'FROM a\nRUN x \\\n# why\ny', true],
	['FROM a\nRUN x', 'FROM a\nRUN y', false],
	['FROM a\nRUN x', 'FROM b\nRUN x', false],
	['FROM a\nRUN x', 'FROM a\nENV e=1\nRUN x', false],
	['FROM a\nRUN x', 'FROM a\nUSER u\nRUN x', false],
	['FROM a\nRUN x', 'FROM a\nRUN --network=none x', false],
	['FROM a\nRUN x', 'FROM a\nRUN --mount=type=cache,target=/c x', false],
	['FROM a\nRUN x', 'FROM a\nRUN y\nRUN x', false],
	['FROM a\nCOPY f /', 'FROM a\nCOPY f /g', false],
	['FROM a\nCOPY f /', 'FROM a\nCOPY --chmod=600 f /', false],
	['FROM a\nCOPY f /', 'FROM a\nCOPY --chown=1 f /', false],
	['FROM a\nCOPY f /', 'FROM a\nCOPY f* /', true],
])('cache keys: %j and %j', async (one, other, same) => {
	const key = async (text: string) => lastKeyOfFiles(text, {files: {f: ''}});
	expect((await key(one)) === (await key(other))).toBe(same);
});

test('a cache key changes with the content that is copied or mounted, and with nothing else of the context', async () => {
	for (const text of ['FROM a\nCOPY d /', 'FROM a\nRUN --mount=target=/m,source=d x']) {
		const key = async (files: NonNullable<SampleBuild['files']>, ignore = '') => lastKeyOfFiles(text, {files, ignore});
		const base = await key({'d/f': '1'});
		expect(await key({'d/f': '1', other: ''})).toBe(base);
		expect(await key({'d/f': '2'})).not.toBe(base);
		expect(await key({'d/f': '1', 'd/g': ''})).not.toBe(base);
		expect(await key({'d/f': '1', 'd/g': ''}, 'd/g')).toBe(base);
	}
});

test('a cache key changes with an ARG that a RUN sees, and not with a proxy', async () => {
	const text = 'FROM a\nARG V\nRUN x';
	const proxy = {args: {HTTP_PROXY: 'p'}};
	expect(await lastKeyOfFiles(text, {args: {V: '1'}})).not.toBe(await lastKeyOfFiles(text));
	expect(await lastKeyOfFiles(text, proxy)).toBe(await lastKeyOfFiles(text));
	const named = 'FROM a\nARG HTTP_PROXY\nRUN x';
	expect(await lastKeyOfFiles(named, proxy)).not.toBe(await lastKeyOfFiles(named));
});

test('a copy from a stage depends on what the stage does', async () => {
	const text = (command: string) => `FROM a AS one\nRUN ${command}\nFROM b\nCOPY --from=one /x /`;
	expect(await lastKeyOfFiles(text('x'))).not.toBe(await lastKeyOfFiles(text('y')));
});

test('files in a Dockerfile have their variables, unless they are quoted', async () => {
	const text = 'FROM a\nENV v=1\nCOPY *.txt <<E <<"F" /d/\n$v \'$v\' "q" \\$w\nE\n$v\nF\n';
	const [copy] = await copies(text);
	expect(copy?.inline).toEqual([
		{name: 'E', content: '1 \'1\' "q" $w\n'},
		{name: 'F', content: '$v\n'},
	]);
});

test('destinations begin at the working directory, and a slash makes a folder', async () => {
	const text = 'FROM a\nWORKDIR /w\nCOPY f .\nCOPY f x\nCOPY f x/\nCOPY f /abs/../y\nCOPY f ..';
	const found = await copies(text, {files: {f: ''}});
	expect(found.map(({destination, toFolder}) => [destination, toFolder])).toEqual([
		['/w', true],
		['/w/x', false],
		['/w/x', true],
		['/y', false],
		['/', true],
	]);
});

test('ADD of a URL gets its name from it', async () => {
	const [add] = await copies('FROM a\nADD https://example.com/d/a%20b.tar.gz?x=1 https://example.com/c%2Fd /t/');
	expect(add?.urls.map(({name}) => name)).toEqual(['a b.tar.gz', 'd']);
});

test.each([
	['RUN x', {}, 'Dockerfile:1:1: RUN stands before the first FROM'],
	['ARG x', {}, 'Dockerfile:1:1: there is no FROM'],
	['FROM a AS b', {target: 'c'}, 'the Dockerfile has no stage `c`'],
	['ARG A\nFROM $A', {}, 'Dockerfile:2:1: FROM has an empty name: `$A`'],
	['FROM --platform=windows/amd64 a', {}, 'Dockerfile:1:6: --platform is for `windows`'],
	[
		'FROM a\nCOPY --from=b /x /\nFROM c AS b',
		{target: '0'},
		'Dockerfile:2:1: the stage `b` is not defined before this one',
	],
	['FROM a AS me\nCOPY --from=me /x /', {}, 'the stage `me` is not defined before this one'],
	['ARG V\nFROM a\nCOPY --from=x:$V /x /', {}, '`x:$V` has a variable'],
	['FROM a\nCOPY pakage.json /', {files: {'package.json': ''}}, 'Dockerfile:2:6: `pakage.json` is not in the context'],
	['FROM a\nCOPY ../x /', {}, '`../x` is not in the context'],
	['FROM a\nCOPY [x /', {}, 'the pattern `[x` has a `[` without'],
	['FROM a\nCOPY --chmod=999 f /', {files: {f: ''}}, '--chmod is octal'],
	['FROM a\nCOPY --chown=-x f /', {files: {f: ''}}, '--chown is `user`'],
	['FROM a\nADD --checksum=sha256:1 https://x/y /', {}, '--checksum is `sha256:` and 64'],
	['FROM a\nADD --checksum=sha256:1 f /', {files: {f: ''}}, '--checksum is for one URL'],
	['FROM a\nARG u=https://github.com/a/b.git\nADD $u /', {}, 'is a Git repository'],
	['FROM a\nADD https://example.com/ /x/', {}, 'has no name of a file'],
	['FROM a\nEXPOSE 8080:80', {}, 'EXPOSE must have ports such as'],
	['FROM a\nSTOPSIGNAL SIGQUITT', {}, 'STOPSIGNAL must be a signal'],
	['FROM a\nRUN --mount=type=$x,target=/y z', {}, 'Dockerfile:2:5: --mount has the type'],
	['FROM a\nRUN --mount=target=/y,source=none z', {}, '--mount has the source `none`'],
	['FROM a\nENV b="${c:?set c}"', {}, 'Dockerfile:2:8: set c'],
	['FROM a\nENV b=${c', {}, 'Dockerfile:2:7: `}` is missing'],
] as const)('%j is refused', async (text, sample, message) => {
	await expect(samplePlan(text, sample)).rejects.toThrow(message);
});

test('what .dockerignore leaves out is told', async () => {
	await expect(samplePlan('FROM a\nCOPY secret /', {files: {secret: ''}, ignore: 'secret'})).rejects.toMatchObject({
		hint: 'a rule of `.dockerignore` leaves it out',
	});
});

test('warnings: build arguments that nothing takes, variables without a value, names that come twice', async () => {
	const text = 'FROM a AS n\nARG used\nENV b=$nope c=${other:-x}\nRUN echo $shell\nFROM n AS n\nCOPY $nope2 f /';
	const {warnings} = await samplePlan(text, {args: {used: '1', typo: '2', HTTPS_PROXY: ''}, files: {f: ''}});
	expect(warnings).toEqual([
		'Dockerfile:5: another stage is named n already',
		'no ARG takes the build argument typo',
		'Dockerfile:3: the variable nope has no value',
		'Dockerfile:6: the variable nope2 has no value',
	]);
});

test.each([
	["CMD ['a', 'b']", true],
	['ENTRYPOINT ["a", "b",]', true],
	['CMD ["a", "b"]', false],
	['RUN [ -f /x ] && y', false],
	['RUN [ "$a" = "b" ]', false],
])('a list that is almost JSON is a warning: %s', async (line, isWarned) => {
	const {warnings} = await samplePlan(`FROM a\n${line}`);
	expect(warnings.length > 0).toBe(isWarned);
});

test('the finished configuration has a history entry for each row, and layers for those that made one', async () => {
	const text = 'FROM a AS one\nRUN x\nFROM one\nENV e=1\nCOPY f /\nWORKDIR /there';
	const plan = await samplePlan(text, {files: {f: ''}, labels: {l: '1'}});
	const rows = plan.stages.flatMap(stage => stage.rows).filter(({kind}) => kind !== 'base');
	// COPY was made after all others.
	const times = ['2026-01-02', '2026-01-03', '2026-01-05', '2026-01-04'];
	const made = new Map(
		rows.map((row, at) => [
			row,
			{
				created: `${times[at]}T00:00:00.000Z`,
				...(row.kind === 'run' || row.kind === 'copy' ? {layer: `sha256:${row.kind}`} : {}),
			},
		]),
	);
	const config = finishedConfig(plan, made);
	expect(config.rootfs.diff_ids).toEqual([...sampleImage('a').config.rootfs.diff_ids, 'sha256:run', 'sha256:copy']);
	expect(
		config.history.map(({created, created_by, empty_layer}) => [created?.slice(0, 10), created_by, empty_layer]),
	).toEqual([
		['2025-01-01', 'a base', undefined],
		['2026-01-02', 'RUN x', undefined],
		['2026-01-03', 'ENV e=1', true],
		['2026-01-05', 'COPY f /', undefined],
		['2026-01-04', 'WORKDIR /there', true],
	]);
	expect(config.created).toBe('2026-01-05T00:00:00.000Z');
	expect(finishedConfig(plan, made, '2020-01-01T00:00:00.000Z').created).toBe('2020-01-01T00:00:00.000Z');
	expect(config.config.Labels).toEqual({l: '1'});
});
