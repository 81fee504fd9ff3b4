import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {registryPrograms, startRegistry} from '../images/registry.ts';
import type {Bench} from './bench-context.ts';
import {digits, peakMemory, program, roundRobin, table, timed} from './measure.ts';
import {row} from './targets.ts';

/** How large the image is, and how many layers it has. */
const [imageBytes, imageLayers] = [300_000_000, 6];
const nothing = /^[^]*$/;

/** Words of a command line, what it must print, and what must be gone before each round. */
interface Way {
	readonly words: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly prints?: RegExp;
	readonly gone?: readonly string[];
	/** What is done before each round, and not timed. */
	readonly before?: () => void;
}

/** Pulls, first containers and builds, by tsbox and by the other programs of this machine, as Markdown. */
export async function imageRows(bench: Bench): Promise<void> {
	const missing = [...registryPrograms, 'buildah', 'umoci', 'podman'].find(name => !isThere(name));
	if (missing !== undefined) return bench.leaveOut('images', `${missing} is not there`);
	await pullRows(bench);
	await firstRows(bench);
	await buildRows(bench);
}

async function pullRows({scratch, tsbox, wanted, leaveOut, measured}: Bench): Promise<void> {
	const store = join(scratch, 'pulled');
	const other = join(scratch, 'pulled-by-others');
	const names = [row.pull, row.pullByUmoci, row.pullByPodman] as const;
	if (wanted(names.map(name => [name, name] as const)).size === 0) return;
	await using registry = await startRegistry();
	const reference = `${registry.address}/large:1`;
	makeLarge(scratch, reference);
	const env = registry.environment;
	const podman = ['podman', '--root', join(other, 'root'), '--runroot', join(other, 'run')];
	const ways = wanted<Way>([
		[row.pull, {words: tsbox('--store', store, 'images', 'pull', '-q', reference), env, gone: [store]}],
		[
			row.pullByUmoci,
			{
				words: [
					'sh',
					'-ec',
					`mkdir ${other}; skopeo copy -q --src-tls-verify=false docker://${reference} oci:${other}/oci:1 && umoci --log error unpack --image ${other}/oci:1 ${other}/bundle`,
				],
				gone: [other],
			},
		],
		[
			row.pullByPodman,
			{
				words: [...podman, 'pull', '-q', '--tls-verify=false', reference],
				gone: [other],
				before: () => unmount(other),
			},
		],
	]);
	await show(
		`\nAn image of ${imageBytes / 1_000_000} MB in ${imageLayers} layers, from a registry on this machine: 5 rounds\n`,
		ways,
		5,
		{
			scratch,
			leaveOut,
			measured,
		},
	);
	for (const path of [store, other]) clear(path);
}

async function firstRows({scratch, tsbox, specOf, wanted, leaveOut, measured}: Bench): Promise<void> {
	const archive = await busyboxFixture();
	const ofArchive = specOf('first-archive', 'command: [echo, ran]\n', archive);
	const ofImage = join(scratch, 'first-image.yaml');
	writeFileSync(ofImage, 'name: first-image\nimage: first:1\ncommand: [echo, ran]\n');
	// A plan that was kept is no first start.
	const before = (): void => clear(join(scratch, 'state/kept'));
	const ways = wanted<Way>([
		[row.firstOfImage, {words: tsbox('run', ofImage), prints: /^ran\n$/, before}],
		[row.firstOfArchive, {words: tsbox('run', ofArchive), prints: /^ran\n$/, before}],
	]);
	if (ways.size === 0) return;
	run(tsbox('images', 'import', archive, 'first:1'));
	run(tsbox('run', ofArchive));
	await show(
		'\nThe first container of an image that is there, and of an archive that is unpacked: 15 rounds\n',
		ways,
		15,
		{
			scratch,
			leaveOut,
			measured,
		},
	);
}

/** A build as people write it: settings, files, commands, two stages. */
const instructions = `FROM scratch AS base
ADD rootfs.tar /
FROM base AS made
ENV MODE=prod
WORKDIR /src
COPY package /src/package
RUN cat package > lock && mkdir -p deps && for i in 1 2 3 4 5 6 7 8 9; do echo $i > deps/$i; done
COPY src /src/src
RUN mkdir /out && cat src/* > /out/app
FROM base
COPY --from=made /out /srv
RUN echo "app:x:1000:1000::/:/bin/sh" >> /etc/passwd && chown -R 1000:1000 /srv
USER 1000
CMD ["cat", "/srv/app"]
`;

async function buildRows({scratch, tsbox, wanted, leaveOut, measured}: Bench): Promise<void> {
	const names = [row.build, row.buildCached, row.buildByBuildah, row.buildCachedByBuildah];
	if (wanted(names.map(name => [name, name] as const)).size === 0) return;
	const folder = join(scratch, 'context');
	mkdirSync(join(folder, 'src'), {recursive: true});
	copyFileSync(await busyboxFixture(), join(folder, 'rootfs.tar'));
	for (const name of ['package', 'src/one', 'src/two']) writeFileSync(join(folder, name), `${name}\n`);
	writeFileSync(join(folder, 'Dockerfile'), instructions);
	const root = join(scratch, 'buildah');
	const buildah = ['buildah', '--root', `${root}/root`, '--runroot', `${root}/run`, 'bud', '-q', '--layers'];
	const ways = wanted<Way>([
		[row.build, {words: tsbox('build', '-q', '--no-cache', folder), prints: /^sha256:/}],
		[row.buildByBuildah, {words: [...buildah, '--no-cache', folder], prints: /^[0-9a-f]{64}/}],
		[row.buildCached, {words: tsbox('build', '-q', folder), prints: /^sha256:/}],
		[row.buildCachedByBuildah, {words: [...buildah, folder], prints: /^[0-9a-f]{64}/}],
	]);
	const count = instructions.trim().split('\n').length;
	await show(`\nA build of ${count} instructions in three stages: 5 rounds\n`, ways, 5, {scratch, leaveOut, measured});
	unmount(root);
	clear(root);
}

async function show(
	title: string,
	ways: ReadonlyMap<string, Way>,
	rounds: number,
	{scratch, leaveOut, measured}: Pick<Bench, 'scratch' | 'leaveOut' | 'measured'>,
): Promise<void> {
	if (ways.size === 0) return;
	const prepare = ({gone = [], before}: Way): void => {
		before?.();
		for (const path of gone) clear(path);
	};
	const timings = [...ways].map(([name, way]) => {
		const once = timed(program(way.words, {prints: way.prints ?? nothing, ...(way.env && {env: way.env})}));
		return [name, async () => (prepare(way), once())] as const;
	});
	const times = await roundRobin(new Map(timings), {warmUps: 1, rounds}, leaveOut);
	console.log(title);
	console.log(
		table(
			['way', 'median ms', 'min ms', 'peak MiB'],
			times.map(({name, median, min}) => {
				measured.set(name, median);
				const way = ways.get(name);
				if (way === undefined) return [];
				prepare(way);
				const words = way.env?.['HOME'] === undefined ? way.words : ['env', `HOME=${way.env['HOME']}`, ...way.words];
				const peak = peakMemory(words, scratch);
				if (peak !== undefined) measured.set(`memory of ${name}`, peak);
				return [name, digits(median), digits(min), digits(peak)];
			}),
		),
	);
}

/** Makes an image of files of this machine, and puts it into a registry. */
function makeLarge(scratch: string, reference: string): void {
	const folder = join(scratch, 'large');
	const listed = execFileSync(
		'find',
		['/usr/lib', '/usr/share', '-xdev', '-type', 'f', '-size', '-4096k', '-printf', '%s %p\n'],
		{
			encoding: 'utf8',
			maxBuffer: 1e9,
		},
	);
	let [layer, left] = [1, imageBytes / imageLayers];
	for (const line of listed.split('\n')) {
		const [, size = '', path = ''] = /^(\d+) (.*)$/.exec(line) ?? [];
		if (path === '') continue;
		const to = join(folder, String(layer), path);
		mkdirSync(dirname(to), {recursive: true});
		copyFileSync(path, to);
		left -= Number(size);
		if (left > 0) continue;
		layer += 1;
		left = imageBytes / imageLayers;
		if (layer > imageLayers) break;
	}
	const layers = Array.from({length: Math.min(layer, imageLayers)}, (_, at) => `COPY ${at + 1} /\n`);
	writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\n${layers.join('')}`);
	const root = join(scratch, 'large-store');
	const buildah = ['buildah', '--root', `${root}/root`, '--runroot', `${root}/run`];
	run([...buildah, 'bud', '-q', '--layers', '-t', 'large', folder]);
	run([...buildah, 'push', '-q', '--tls-verify=false', 'large', `docker://${reference}`]);
	unmount(root);
	for (const path of [root, folder]) clear(path);
}

function run([name = '', ...args]: readonly string[]): void {
	execFileSync(name, args, {stdio: 'ignore'});
}

function clear(path: string): void {
	rmSync(path, {recursive: true, force: true});
}

/** Storage of podman and buildah may keep a mount on itself. */
function unmount(path: string): void {
	execFileSync('sh', ['-c', `umount ${path}/root/overlay 2>/dev/null || :`]);
}

function isThere(name: string): boolean {
	try {
		execFileSync('sh', ['-c', `command -v ${name}`], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}
