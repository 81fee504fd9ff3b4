import {expect, test} from 'vitest';
import {isTsboxError, type TsboxError} from '../../errors/tsbox-error.ts';
import {parseDockerfile} from '../syntax/parse-dockerfile.ts';
import {readInstruction} from './read-instruction.ts';

/** The second instruction of a file whose first one is FROM, without its place. */
function read(text: string) {
	const source = {file: '/h/Dockerfile', shown: 'Dockerfile', text: `FROM base\n${text}\n`};
	const raw = parseDockerfile(source).instructions[1];
	if (raw === undefined) throw new Error('there is no second instruction');
	const {raw: _, ...words} = readInstruction(raw);
	return words;
}

function refusalOf(text: string): TsboxError {
	try {
		read(text);
	} catch (error) {
		if (isTsboxError(error)) return error;
		throw error;
	}
	throw new Error(`${text} is read`);
}

test.each([
	['FROM golang:1.22', {kind: 'from', base: 'golang:1.22'}],
	[
		'FROM --platform=$BUILDPLATFORM golang:1.22 as Build-1',
		{kind: 'from', base: 'golang:1.22', name: 'build-1', platform: '$BUILDPLATFORM'},
	],
	[
		'CMD ["nginx", "-g", "daemon off;"]',
		{kind: 'cmd', command: {words: ['nginx', '-g', 'daemon off;'], isShell: false}},
	],
	["CMD ['nginx']", {kind: 'cmd', command: {words: ["['nginx']"], isShell: true}}],
	['CMD []', {kind: 'cmd', command: {words: [], isShell: false}}],
	['ENTRYPOINT exec top -b', {kind: 'entrypoint', command: {words: ['exec top -b'], isShell: true}}],
	[
		'ENV A=1 B="two words" C=three\\ words',
		{
			kind: 'env',
			pairs: [
				{name: 'A', value: '1', isOldForm: false},
				{name: 'B', value: '"two words"', isOldForm: false},
				{name: 'C', value: 'three\\ words', isOldForm: false},
			],
		},
	],
	['ENV A  b c=d', {kind: 'env', pairs: [{name: 'A', value: 'b c=d', isOldForm: true}]}],
	['LABEL "a.b"=\'x y\'', {kind: 'label', pairs: [{name: '"a.b"', value: "'x y'", isOldForm: false}]}],
	['ARG A B=1 C=', {kind: 'arg', args: [{name: 'A'}, {name: 'B', value: '1'}, {name: 'C', value: ''}]}],
	['EXPOSE 80 443/tcp', {kind: 'expose', ports: ['80', '443/tcp']}],
	['VOLUME ["/a", "/b c"]', {kind: 'volume', paths: ['/a', '/b c']}],
	['VOLUME /a /b', {kind: 'volume', paths: ['/a', '/b']}],
	['USER app:app', {kind: 'user', user: 'app:app'}],
	['WORKDIR /a b', {kind: 'workdir', path: '/a b'}],
	['SHELL ["/bin/bash", "-o", "pipefail", "-c"]', {kind: 'shell', words: ['/bin/bash', '-o', 'pipefail', '-c']}],
	['STOPSIGNAL SIGQUIT', {kind: 'stopsignal', signal: 'SIGQUIT'}],
	['MAINTAINER A <a@b.c>', {kind: 'maintainer', author: 'A <a@b.c>'}],
	['ONBUILD COPY . /app', {kind: 'onbuild', trigger: 'COPY . /app'}],
	['ONBUILD RUN <<E\nx\nE', {kind: 'onbuild', trigger: 'RUN <<E\nx\nE'}],
	['HEALTHCHECK NONE', {kind: 'healthcheck', test: ['NONE']}],
	[
		'HEALTHCHECK --interval=1m30s --timeout=5s --start-period=0 --retries=3 CMD curl -f http://localhost/ || exit 1',
		{
			kind: 'healthcheck',
			test: ['CMD-SHELL', 'curl -f http://localhost/ || exit 1'],
			intervalMs: 90_000,
			timeoutMs: 5000,
			startPeriodMs: 0,
			retries: 3,
		},
	],
	['HEALTHCHECK CMD ["/check", "-x"]', {kind: 'healthcheck', test: ['CMD', '/check', '-x']}],
	[
		'COPY --from=build --chown=1000:1000 --chmod=u=rwX,go=rX --link --parents --exclude=*.md --exclude=x a b* /app/',
		{
			kind: 'copy',
			sources: ['a', 'b*'],
			inline: [],
			destination: '/app/',
			from: 'build',
			chown: '1000:1000',
			chmod: 'u=rwX,go=rX',
			link: true,
			parents: true,
			exclude: ['*.md', 'x'],
		},
	],
	[
		'COPY ["a b", "c"]',
		{kind: 'copy', sources: ['a b'], inline: [], destination: 'c', link: false, parents: false, exclude: []},
	],
	[
		'COPY x <<one.txt <<"two" /d/\n$a\none.txt\n$b\ntwo',
		{
			kind: 'copy',
			sources: ['x'],
			inline: [
				{name: 'one.txt', content: '$a\n', expands: true},
				{name: 'two', content: '$b\n', expands: false},
			],
			destination: '/d/',
			link: false,
			parents: false,
			exclude: [],
		},
	],
	[
		'ADD --checksum=sha256:00 --link=false https://example.com/a.tar.gz /tmp/',
		{
			kind: 'add',
			sources: ['https://example.com/a.tar.gz'],
			inline: [],
			destination: '/tmp/',
			link: false,
			parents: false,
			exclude: [],
			checksum: 'sha256:00',
		},
	],
	[
		'RUN --mount=type=cache,target=/root/.cache --mount=type=secret,id=$x --network=none pip install x',
		{
			kind: 'run',
			command: {words: ['pip install x'], isShell: true},
			mounts: ['type=cache,target=/root/.cache', 'type=secret,id=$x'],
			network: 'none',
		},
	],
])('%s', (text, words) => {
	expect(read(text)).toEqual(words);
});

test.each([
	['RNU x', 'Dockerfile:2:1: there is no instruction `RNU`', 'did you mean RUN?'],
	['apt-get install x', 'there is no instruction `APT-GET`', 'a line that continues another'],
	['FROM', 'FROM needs an image', ''],
	['FROM a b', 'FROM needs an image', ''],
	['FROM a AS 1x', '`1x` cannot be the name of a stage', ''],
	['COPY --form=x a b', 'Dockerfile:2:6: COPY has no option `--form`', 'did you mean `--from`?'],
	['COPY a', 'COPY needs at least a source and a destination', ''],
	['COPY --chown a b', 'Dockerfile:2:6: --chown needs a value', ''],
	['COPY --link=x a b', '--link is `true` or `false`', ''],
	['COPY --chown=1 --chown=2 a b', 'Dockerfile:2:16: --chown is given twice', ''],
	['COPY https://x/y z', 'COPY copies files of the context', 'write ADD'],
	['COPY a <<E\nE', 'a here-document cannot be the destination', ''],
	['COPY <<a/b /x\na/b', 'is no name of a file', ''],
	['ADD https://github.com/a/b.git /x', 'is a Git repository', ''],
	['ADD git@github.com:a/b.git#main /x', 'is a Git repository', ''],
	['RUN', 'RUN needs a command', ''],
	['RUN --security=insecure x', 'asks for a container without protection', ''],
	['RUN --network=mine x', '--network is `default`, `none` or `host`', ''],
	['RUN --mount=type=cahce,target=/x y', 'Dockerfile:2:5: --mount has the type `cahce`', 'did you mean `cache`?'],
	['CMD ["a", 1]', 'Dockerfile:2:5: a JSON list holds text only', ''],
	['ENV', 'ENV needs `name=value`', ''],
	['ENV A', 'ENV has no value', ''],
	['ENV A=1 B', 'Dockerfile:2:9: `B` has no `=`', ''],
	['LABEL =x', '`=x` has no name', ''],
	['USER --x y', 'USER has no option `--x`', ''],
	['SHELL /bin/sh -c', 'SHELL is a JSON list', ''],
	['ONBUILD ONBUILD RUN x', 'ONBUILD cannot be the instruction', ''],
	['HEALTHCHECK curl x', 'HEALTHCHECK is followed by CMD or NONE', ''],
	['HEALTHCHECK --interval=5 CMD x', '--interval must be a duration', 'write the unit'],
	['HEALTHCHECK --retries=-1 CMD x', '--retries is a number', ''],
	['HEALTHCHECK CMD', 'HEALTHCHECK CMD needs a command', ''],
	['VOLUME [""]', 'VOLUME has an empty path', ''],
])('%s is refused', (text, message, hint) => {
	const error = refusalOf(text);
	expect(error.code).toBe('E_DOCKERFILE');
	expect(error.message).toContain(message);
	expect(error.hint ?? '').toContain(hint);
});
