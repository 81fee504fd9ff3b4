import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {blobFile, buildContext, built, configOf, fromBusybox} from '../system/build-context.ts';

/* The same Dockerfiles built by tsbox and by `buildah bud`: the same files, modes and owners, and the same configuration. */

const isAble =
	process.getuid?.() === 0 && ['buildah', 'umoci'].every(tool => spawnSync(tool, ['--version']).status === 0);

const dockerfiles: Readonly<Record<string, string>> = {
	'copies of files, folders, patterns, links and archives': `FROM base
COPY d /a
COPY d /a2/
COPY d/one d/sub/two /two/
COPY d/one /file
COPY d/* /globbed/
COPY run.sh /bin/newname
COPY d/ln /link-copy
COPY ["run.sh", "/with space/"]
COPY --chown=1000:1000 d /owned/deep
COPY --chown=app private /owned2/
COPY --chown=app:staff private /owned3
COPY --chmod=700 d/one /modes/
WORKDIR /w
COPY e/only ./
COPY e .
COPY over/ /
ADD pack.tgz /unpacked/
ADD pack.tgz /unpacked-to
ADD fake.tar.gz /plain/
ADD d/one /added
`,
	'settings and variables': `FROM base
ARG V=1
ENV A=\${V:-x} B="two  words" C=\\$x
ENV D $A and more
LABEL a="b c" d=e
EXPOSE 80 443/tcp 53/udp
STOPSIGNAL SIGQUIT
USER app
WORKDIR rel
WORKDIR ../up
SHELL ["/bin/sh", "-ec"]
ENTRYPOINT ["/bin/echo", "hi"]
CMD ["there"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=1m --retries=4 CMD true || exit 1
RUN echo $A $B "$C" $D > /tmp/out && id -u > /tmp/id && pwd > /tmp/pwd
`,
	'files that go and come': `FROM base
RUN rm -rf /usr/bin /bin/tail && mkdir /usr/bin && echo x > /usr/bin/x && mv /etc/group /etc/grp && chmod 700 /tmp && chown app /etc/passwd
RUN mkdir -p /deep/er && ln -s /etc /deep/etc && touch /deep/er/old && mkfifo /deep/fifo
RUN rm -r /deep/er && mkdir /deep/er && echo new > /deep/er/new && chmod u+s /bin/busybox || true
`,
	stages: `FROM base AS made
RUN mkdir /out && echo 1 > /out/a && chown app:staff /out/a && ln /out/a /out/hard && ln -s a /out/sym && mkdir /out/empty && chmod 1777 /out/empty
FROM made AS unused
RUN false
FROM base
COPY --from=made /out /final
COPY --from=made /out/sym /followed
COPY --from=0 /etc/passwd /pw
COPY --from=made --chown=5:6 /out/ /chowned/
COPY --from=made /out/* /g/
ONBUILD RUN echo later
`,
};

let folder = '';
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-buildah-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

function context(box: TestBox, text: string): string {
	const at = buildContext(box, `${fromBusybox}${text}`, {
		'.dockerignore': '*.md\nignored\n',
		'd/one': {text: '1\n', mode: 0o640},
		'd/sub/two': '2\n',
		'x.md': 'm\n',
		ignored: '',
		'e/only': 'e\n',
		'private/f': 'p\n',
		'run.sh': {text: '#!/bin/sh\necho hi\n', mode: 0o755},
		'fake.tar.gz': 'not a tar\n',
		'over/etc/own': 'o\n',
		'over/bin/tool': 't\n',
	});
	symlinkSync('one', join(at, 'd/ln'));
	chmodSync(join(at, 'private'), 0o700);
	execFileSync('tar', ['-C', at, '-czf', join(at, 'pack.tgz'), 'd', 'run.sh']);
	return at;
}

/** What buildah leaves of the mounts of its containers, and of volumes. */
const left = /^(?:dev|proc|sys|run|etc\/(?:hostname|hosts|resolv\.conf)) /;

/** Path, type, mode, owner, target and content of each file of an image in a layout. */
function filesOf(layout: string, name: string): readonly string[] {
	const bundle = join(folder, name);
	execFileSync('umoci', ['unpack', '--image', `${layout}:x`, bundle], {stdio: 'ignore'});
	const list = `find . -mindepth 1 -printf '%P %y %m %U:%G %l ' \\( -type f -exec sh -c 'sha256sum < "$1"' _ {} \\; -o -printf '\\n' \\)`;
	const text = execFileSync('sh', ['-c', list], {cwd: join(bundle, 'rootfs'), encoding: 'utf8'});
	rmSync(bundle, {recursive: true});
	return text
		.trimEnd()
		.split('\n')
		.filter(line => !left.test(line))
		.sort();
}

/** What a configuration says, without what is empty; buildah gives each a name of a host. */
function settings(config: Readonly<Record<string, unknown>>): unknown {
	const {'io.buildah.version': _, ...labels} = {...(config['Labels'] as Record<string, string> | undefined)};
	const isSomething = (value: unknown) =>
		value !== null &&
		value !== '' &&
		value !== false &&
		JSON.stringify(value) !== '{}' &&
		JSON.stringify(value) !== '[]';
	return Object.fromEntries(
		Object.entries({...config, Hostname: '', Labels: labels}).filter(([, value]) => isSomething(value)),
	);
}

/** A layout with an image of the store. */
function layoutOf(box: TestBox, digest: string): string {
	const layout = join(folder, 'tsbox');
	rmSync(layout, {recursive: true, force: true});
	mkdirSync(layout);
	cpSync(join(box.folder, 'store/blobs'), join(layout, 'blobs'), {recursive: true});
	writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
	const manifest = {
		mediaType: 'application/vnd.oci.image.manifest.v1+json',
		digest,
		size: statSync(blobFile(box, digest)).size,
		annotations: {'org.opencontainers.image.ref.name': 'x'},
	};
	writeFileSync(join(layout, 'index.json'), JSON.stringify({schemaVersion: 2, manifests: [manifest]}));
	return layout;
}

/** The image that buildah makes: a layout with its files, and its configuration. */
function byBuildah(at: string): {readonly layout: string; readonly config: unknown} {
	const layout = join(folder, 'buildah');
	rmSync(layout, {recursive: true, force: true});
	const env = {PATH: process.env['PATH'], HOME: folder, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot'};
	const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
	// Docker's format has HEALTHCHECK, SHELL and ONBUILD, which buildah leaves out of OCI images, also of the layout.
	const id = execFileSync('buildah', [...storage, 'bud', '-q', '--format', 'docker', '--layers=false', at], {
		env,
		encoding: 'utf8',
	});
	execFileSync('buildah', [...storage, 'push', '-q', id.trim(), `oci:${layout}:x`], {env, stdio: 'ignore'});
	const inspected = execFileSync('buildah', [...storage, 'inspect', '--type', 'image', id.trim()], {
		env,
		encoding: 'utf8',
	});
	const {Docker} = JSON.parse(inspected) as {Docker: {config: Record<string, unknown>}};
	return {layout, config: settings(Docker.config)};
}

test.runIf(isAble).each(Object.entries(dockerfiles))('%s', async (_, text) => {
	await using box = await testBox();
	const at = context(box, text);
	const {digest} = await built(box, [at]);
	const [ours, theirs] = [layoutOf(box, digest), byBuildah(at)];
	expect(filesOf(ours, 'ours')).toEqual(filesOf(theirs.layout, 'theirs'));
	expect(settings(configOf(box, digest).config)).toEqual(theirs.config);
});
