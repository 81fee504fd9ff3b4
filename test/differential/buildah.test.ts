import {execFile, execFileSync, spawnSync} from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {containersHome} from '../images/containers-home.ts';
import {type FaultyRegistry, faultyRegistry} from '../images/faulty-registry.ts';
import {makeImage} from '../images/make-image.ts';
import {partOf} from '../support/turn.ts';
import {type TestBox, testBox} from '../system/box.ts';
import {blobFile, built, configOf} from '../system/build-context.ts';

/*
 * The same Dockerfiles built by tsbox and by `buildah bud`: the same files, modes, owners, links and capabilities, and the same
 * configuration. Each folder of `dockerfiles` is one: its Dockerfile; `context.sh`, which makes the files of its context;
 * `options`, words for both programs; `targets`, the stages of which each becomes an image; and `differences.json`, where buildah does
 * something else, and why. What buildah 1.28 cannot read it gets in other words, as `Dockerfile.buildah`.
 */

const folderOfAll = join(import.meta.dirname, 'dockerfiles');
const isAble =
	process.getuid?.() === 0 &&
	['buildah', 'umoci', 'skopeo', 'getfattr'].every(tool => spawnSync(tool, ['--version']).status === 0);

/** A difference that stays: the lines of it, as this test prints them, and whose fault it is. */
interface Difference {
	readonly lines: readonly string[];
	readonly why: string;
}

let folder = '';
let box: TestBox;
let registries: readonly FaultyRegistry[] = [];
let home: Readonly<Record<string, string>> = {};
/** The images that the Dockerfiles begin with, by their names. */
async function bases() {
	const entries = readFileSync(await busyboxFixture());
	const file = (name: string, body: string) => ({entries: [{name, body}]});
	return {
		base: makeImage({layers: [{entries}], config: {Cmd: ['sh']}}),
		command: makeImage({
			layers: [{entries}, file('image-file', 'of another image\n')],
			config: {Entrypoint: ['/bin/sh', '-c'], Cmd: ['echo base'], Env: ['FROM_BASE=1', 'PATH=/bin:/usr/bin']},
		}),
		onbuild: makeImage({
			layers: [{entries}],
			configuration: {
				config: {
					Cmd: ['sh'],
					OnBuild: ['COPY app /app', 'RUN ls /app > /trigger', 'ENV TRIGGERED="yes it is"', 'WORKDIR /app/src'],
				},
			},
			schema2: true,
		}),
	};
}

beforeAll(async () => {
	if (!isAble) return;
	folder = mkdtempSync(join(tmpdir(), 'tsbox-buildah-'));
	box = await testBox();
	const images = Object.entries(await bases());
	registries = await Promise.all(images.map(async ([, image]) => faultyRegistry(image)));
	home = containersHome(
		folder,
		images.map(([name], at) => ({address: `registry.test/${name}`, mirrors: [`${registries[at]?.address}/${name}`]})),
	);
});
afterAll(async () => {
	if (!isAble) return;
	await box[Symbol.asyncDispose]();
	for (const registry of registries) await registry[Symbol.asyncDispose]();
	rmSync(folder, {recursive: true, force: true});
});

function wordsOf(name: string, file: string): readonly string[] {
	const path = join(folderOfAll, name, file);
	return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

/** Makes the context of a Dockerfile. */
async function context(name: string): Promise<string> {
	const at = join(folder, name);
	mkdirSync(at);
	const source = join(folderOfAll, name);
	const script = join(source, 'context.sh');
	const ROOTFS = await busyboxFixture();
	if (existsSync(script))
		execFileSync('sh', ['-euc', 'umask 022; . "$0"', script], {cwd: at, env: {PATH: process.env['PATH'], ROOTFS}});
	for (const file of ['Dockerfile', 'Dockerfile.buildah']) {
		if (existsSync(join(source, file))) cpSync(join(source, file), join(at, file));
	}
	return at;
}

/** What buildah leaves of the mounts of its containers. */
const left = /^(?:dev|proc|sys|run|etc\/(?:hostname|hosts|resolv\.conf)) /;

/** A line for each file of an image in a layout: path, type, mode, owner, target, links, capabilities, and content. */
function filesOf(layout: string): readonly string[] {
	const bundle = join(folder, 'bundle');
	execFileSync('umoci', ['unpack', '--image', `${layout}:x`, bundle], {stdio: 'ignore'});
	const run = (script: string): string =>
		execFileSync('sh', ['-euc', script], {cwd: join(bundle, 'rootfs'), encoding: 'utf8', maxBuffer: 2 ** 26});
	// Folders count their subfolders, which follow from the rest.
	const listed = run(
		String.raw`find . -mindepth 1 \( -type d -printf '%P %y %m %U:%G\n' -o -printf '%P %y %m %U:%G %n %l\n' \)`,
	);
	const sums = run(`find . -type f -exec sha256sum {} +`);
	const attributes = run(`getfattr -R -h -P -d -m - -e hex . 2>/dev/null`);
	rmSync(bundle, {recursive: true});
	const lines = [
		...listed.split('\n').filter(line => line !== '' && !left.test(line)),
		...[...sums.matchAll(/^([0-9a-f]{64}) {2}\.\/(.*)$/gm)].flatMap(([, sum = '', path = '']) =>
			left.test(`${path} `) ? [] : [`${path} content ${sum.slice(0, 12)}`],
		),
		...attributes.split('\n\n').flatMap(block => {
			const [first = '', ...values] = block.trim().split('\n');
			return values
				.filter(value => !value.startsWith('user.rootlesscontainers') && !value.startsWith('trusted.overlay'))
				.map(value => `${first.replace('# file: ', '')} ${value}`);
		}),
	];
	return lines.sort();
}

/** What a configuration says, without what is empty; buildah gives each a name of a host. */
function settings(config: Readonly<Record<string, unknown>>): readonly string[] {
	const {'io.buildah.version': _, ...labels} = {...(config['Labels'] as Record<string, string> | undefined)};
	const isSomething = (text: string) => !['null', '""', 'false', '{}', '[]'].includes(text);
	return Object.entries({...config, Hostname: '', Labels: labels})
		.map(([key, value]): [string, string] => [key, JSON.stringify(sorted(value))])
		.filter(([, text]) => isSomething(text))
		.map(([key, text]) => `${key} ${text}`)
		.sort();
}

function sorted(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A layout with an image of the store. */
function layoutOf(digest: string): string {
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

/** An image as lines to compare. */
interface Built {
	readonly files: readonly string[];
	readonly config: readonly string[];
}

async function byTsbox(at: string, options: readonly string[]): Promise<Built> {
	const {digest} = await built(box, [...options, at], {env: home});
	return {files: filesOf(layoutOf(digest)), config: settings(configOf(box, digest).config)};
}

async function byBuildah(at: string, options: readonly string[]): Promise<Built> {
	const layout = join(folder, 'buildah');
	rmSync(layout, {recursive: true, force: true});
	const env = {PATH: process.env['PATH'], ...home, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot'};
	const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
	// Not execFileSync: the registries of this process have to answer meanwhile.
	const run = async (...words: readonly string[]): Promise<string> =>
		(await promisify(execFile)('buildah', [...storage, ...words], {cwd: at, env})).stdout;
	const file = existsSync(join(at, 'Dockerfile.buildah')) ? 'Dockerfile.buildah' : 'Dockerfile';
	// Docker's format has HEALTHCHECK, SHELL and ONBUILD, which buildah leaves out of OCI images, also of the layout.
	const id = (await run('bud', '-q', '--format', 'docker', '--layers=false', ...options, '-f', file, '.')).trim();
	await run('push', '-q', id, `oci:${layout}:x`);
	const {Docker} = JSON.parse(await run('inspect', '--type', 'image', id)) as {
		Docker: {config: Record<string, unknown>};
	};
	await run('rmi', '-f', id);
	return {files: filesOf(layout), config: settings(Docker.config)};
}

/** The lines that only one has: `+` those of tsbox, `-` those of buildah. */
function compared(ours: readonly string[], theirs: readonly string[]): readonly string[] {
	const [one, other] = [new Set(ours), new Set(theirs)];
	return [
		...ours.filter(line => !other.has(line)).map(line => `+ ${line}`),
		...theirs.filter(line => !one.has(line)).map(line => `- ${line}`),
	];
}

test.runIf(isAble).each(partOf(readdirSync(folderOfAll).sort(), 3))('%s', async name => {
	const at = await context(name);
	const options = wordsOf(name, 'options').map(word => word.replace('src=', `src=${at}/`));
	const targets = wordsOf(name, 'targets');
	const differences: string[] = [];
	for (const target of targets.length === 0 ? [undefined] : targets) {
		const all = [...options, ...(target === undefined ? [] : ['--target', target])];
		const ours = await byTsbox(at, all);
		const theirs = await byBuildah(at, all);
		const shown = (line: string): string => (target === undefined ? line : `${target}: ${line}`);
		differences.push(...[...compared(ours.files, theirs.files), ...compared(ours.config, theirs.config)].map(shown));
	}
	const path = join(folderOfAll, name, 'differences.json');
	const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Difference[]) : [];
	expect(differences.sort()).toEqual(known.flatMap(({lines}) => lines).sort());
});
