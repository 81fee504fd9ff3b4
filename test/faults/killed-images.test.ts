import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {containersHome} from '../images/containers-home.ts';
import {type Fault, type FaultyRegistry, faultyRegistry} from '../images/faulty-registry.ts';
import {makeImage} from '../images/make-image.ts';
import {storeProblems} from '../images/store-problems.ts';
import {partOf} from '../support/turn.ts';
import {type TestBox, testBox} from '../system/box.ts';
import {buildContext, fromBusybox} from '../system/build-context.ts';
import {cgroupsOf, mountsOf, processesOf} from '../system/leftovers.ts';
import {until} from '../system/until.ts';
import {faultsAt} from './fault.ts';
import {type Injector, injectorFor} from './machine.ts';

/*
 * A pull and a build that are killed right before or right after any call that changes something: `gc` leaves a whole store and nothing of
 * what was begun, and the next try goes on where this one was.
 */

const isAble = process.getuid?.() === 0;

let box: TestBox;
let injector: Injector;
beforeEach(async () => {
	box = await testBox();
	injector = injectorFor(box);
});
afterEach(async () => {
	injector[Symbol.dispose]();
	await box[Symbol.asyncDispose]();
});

/** The store goes, as if the machine were new; what the machine's facts are stays. */
function forget(): void {
	for (const name of readdirSync(join(box.folder, 'store')))
		if (name !== 'tools') rmSync(join(box.folder, 'store', name), {recursive: true});
}

/** Processes with the folder of the test, or its registry, on their command line. */
function processes(address = box.folder): readonly string[] {
	return readdirSync('/proc')
		.filter(pid => /^\d+$/.test(pid) && Number(pid) !== process.pid)
		.flatMap(pid => {
			try {
				const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
				return words.includes(box.folder) || words.includes(address) ? [`${pid} ${words}`] : [];
			} catch {
				return [];
			}
		});
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(join(box.folder, folder));
	} catch {
		return [];
	}
}

/** What is left of a killed command, after `gc`. */
async function afterGc(address?: string): Promise<readonly string[]> {
	const containers = namesIn('state/containers');
	if (containers.length === 0)
		await until(`no process is left, as ${processes(address).join(', ')}`, () => processes(address).length === 0);
	const {status, err} = await box.tsbox(['gc']);
	return [
		...(status === 0 ? [] : [`gc: ${err}`]),
		...storeProblems(join(box.folder, 'store')),
		...mountsOf(box.folder),
		...processes(address),
		...containers.flatMap(name => [...cgroupsOf(name), ...processesOf(name, box.folder).map(({command}) => command)]),
		...namesIn('state/containers'),
	];
}

/** The kills of a command, right before and right after each point of a run that nothing happens to; those that `FAULT_ONLY` matches. */
async function killsOf(words: readonly string[], env: Readonly<Record<string, string>>) {
	const clean = await injector.run(words, {env});
	expect(clean).toMatchObject({status: 0});
	const points = clean.points.map(point => point.replace(/^cli /, ''));
	// The machine is looked at before anything is asked of it, and is not again.
	const kills = points
		.flatMap(key => faultsAt('cli', key))
		.filter(({how, key}) => (how === 'before' || how === 'after') && !/facts\.json|store\/tools|F\/store /.test(key));
	expect(kills.length).toBeGreaterThan(50);
	const only = new RegExp(process.env['FAULT_ONLY'] ?? '');
	return kills.filter(({how, key}) => only.test(`${how} at ${key}`));
}

/** Every `parts`th, other ones in each turn; all with `FAULTS=all`. */
function chosen<T>(rows: readonly T[], parts: number): readonly T[] {
	return process.env['FAULTS'] === 'all' ? rows : partOf(rows, parts, Number(process.env['TEST_TURN'] ?? 1));
}

/** Who is killed: tsbox, or all of its process group. */
const victims = ['the process', 'its group'] as const;

/** Starts tsbox in a process group of its own, with what kills it. */
function startVictim(victim: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
	const running = box.start(words, {under: ['setsid'], env});
	const {child} = running;
	const kill = (): void => {
		const {pid = 0} = child;
		if (child.exitCode === null && child.signalCode === null)
			process.kill(victim === 'its group' ? -pid : pid, 'SIGKILL');
	};
	return {...running, kill};
}

describe.skipIf(!isAble)('a pull', () => {
	const small = (name: string) => ({
		entries: [
			{name, body: name.repeat(1000)},
			{name: `${name}-2`, body: name},
		],
	});
	const many = {entries: Array.from({length: 3000}, (_, at) => ({name: `many/${at}`, body: `${at}`.repeat(200)}))};
	const image = makeImage({layers: [small('a'), {...small('b'), compression: 'zstd'}, many]});
	const [first, second, last] = image.images[0]?.layers ?? [];

	/** Pulls again, and says what is not as it should be: what was whole is not fetched again. */
	async function again(registry: FaultyRegistry, words: readonly string[], env: Readonly<Record<string, string>>) {
		const there = namesIn('store/blobs/sha256').map(name => `sha256:${name}`);
		const missing = image.images[0]?.layers.filter(({descriptor}) => !there.includes(descriptor.digest)).length;
		const before = registry.requests.length;
		const {status, err} = await box.tsbox(words, {env});
		const fetched = registry.requests.slice(before).filter(request => request === 'GET layer').length;
		return [
			...(status === 0 ? [] : [err]),
			...(fetched === missing ? [] : [`${fetched} layers were fetched, and ${missing} were missing`]),
			...(namesIn('store/names').length === 1 ? [] : ['it has no name']),
			...storeProblems(join(box.folder, 'store')),
		];
	}

	test('killed at any call leaves a whole store, and the next one goes on', async () => {
		await using registry = await faultyRegistry(image);
		const env = containersHome(box.folder, [registry.known]);
		const words = ['images', 'pull', `${registry.address}/x:1`];
		const kills = await killsOf(words, env);
		let hits = 0;
		for (const fault of chosen(kills, 12)) {
			forget();
			hits += (await injector.run(words, {env, fault})).hit ? 1 : 0;
			const left = await afterGc(registry.address);
			const wrong = await again(registry, words, env);
			expect({fault, left, wrong}).toEqual({fault, left: [], wrong: []});
		}
		// Some are at what only a new machine needs.
		expect(hits).toBeGreaterThan(0);
	}, 1_200_000);

	const isThere = (...path: readonly string[]): boolean => existsSync(join(box.folder, 'store', ...path));
	const lower = (diffId = ''): string => `lower/${diffId.slice('sha256:'.length).slice(0, 16)}`;
	/** A work folder of the store has a file whose path begins like this. */
	const works = (holds: (path: string) => boolean): boolean =>
		namesIn('store/tmp').some(name => holds(join(box.folder, 'store/tmp', name)));

	const moments: readonly (readonly [title: string, fault: Fault | undefined, isNow: () => boolean])[] = [
		['its manifest is asked for', {at: 'manifest', kind: 'hang', times: 1}, () => true],
		['its configuration is asked for', {at: 'config', kind: 'hang', times: 1}, () => true],
		[
			'half of its second layer has come, and the first is unpacked',
			{at: 'layer', digest: second?.descriptor.digest ?? '', kind: 'half', times: 1},
			() =>
				isThere(lower(first?.diffId), 'layer.json') &&
				works(path => readdirSync(path).some(name => name.startsWith('oci-put-blob'))),
		],
		[
			'its last layer is unpacked, and the second never comes',
			{at: 'layer', digest: second?.descriptor.digest ?? '', kind: 'hang', times: 1},
			() => isThere(lower(last?.diffId), 'layer.json'),
		],
		['its last layer is being unpacked', undefined, () => works(path => existsSync(join(path, 'fs/many/100')))],
		['a layer gets its place', undefined, () => isThere(lower(first?.diffId))],
		[
			'all its layers have their places',
			undefined,
			() => [first, second, last].every(layer => isThere(lower(layer?.diffId))),
		],
	];

	describe.each(victims)('with %s killed when', victim => {
		test.each(chosen(moments, 3))('%s', async (_title, fault, isNow) => {
			await using registry = await faultyRegistry(image, fault);
			const env = containersHome(box.folder, [registry.known]);
			const words = ['images', 'pull', `${registry.address}/x:1`];
			// What is asked of the machine at first takes longer than the rest.
			await box.tsbox(['gc']);
			const running = startVictim(victim, words, env);
			await until('it is so far', () => (fault === undefined || registry.faults() > 0) && isNow());
			running.kill();
			await running.ended;
			expect({left: await afterGc(registry.address), wrong: await again(registry, words, env)}).toEqual({
				left: [],
				wrong: [],
			});
		});
	});
});

const epoch = ['--build-arg', 'SOURCE_DATE_EPOCH=1000000000'];
const dockerfile = `${fromBusybox}
WORKDIR /app/src
COPY one two ./
ADD packed.tar.xz /unpacked/
ENV MODE=kept
RUN --mount=type=cache,target=/cache echo "$MODE" | tee -a /cache/log > made && echo here >&2 && sleep 0.2
FROM base
COPY --from=0 /app /app
RUN rm /app/src/one && echo 2 > /app/src/three
CMD ["cat", "/app/src/made"]
`;

function buildFiles(): string {
	const at = buildContext(box, dockerfile, {one: '1\n', two: '2\n', 'packed/file': 'packed\n'});
	execFileSync('tar', ['-C', join(at, 'packed'), '-cJf', join(at, 'packed.tar.xz'), 'file']);
	return at;
}

/** A line of `build --json`. */
interface Line {
	readonly type: string;
	readonly row?: {readonly place: string};
	readonly isCached?: boolean;
	readonly manifest?: string;
}

function linesOf(out: string): readonly Line[] {
	return out
		.split('\n')
		.slice(0, -1)
		.map(line => JSON.parse(line) as Line);
}

describe.skipIf(!isAble)('a build', () => {
	/** Builds again, and says what is not as without the kill: the image, and what an earlier build had finished. */
	async function again(
		words: readonly string[],
		whole: string,
		finished: readonly string[],
	): Promise<readonly string[]> {
		const {status, out, err} = await box.tsbox(words);
		if (status !== 0) return [err];
		const lines = linesOf(out);
		const made = lines.flatMap(({type, row, isCached}) =>
			type === 'row.done' && isCached === false ? [row?.place] : [],
		);
		return [
			...(lines.at(-1)?.manifest === whole ? [] : [`the image is ${lines.at(-1)?.manifest}, not ${whole}`]),
			...finished.filter(place => made.includes(place)).map(place => `${place} is made again`),
			...storeProblems(join(box.folder, 'store')),
		];
	}

	/** Rows that were made, and are no settings. */
	const finishedIn = (out: string): readonly string[] =>
		linesOf(out).flatMap(({type, row, isCached}) =>
			type === 'row.done' && isCached === false && row !== undefined ? [row.place] : [],
		);

	test('killed at any call leaves a whole store, and the next one goes on', async () => {
		const words = ['build', '--json', '-t', 'app', ...epoch, buildFiles()];
		const kills = await killsOf(words, {});
		const whole = linesOf((await box.tsbox(words)).out).at(-1)?.manifest ?? '';
		let hits = 0;
		for (const fault of chosen(kills, 24)) {
			forget();
			const tried = await injector.run(words, {fault});
			hits += tried.hit ? 1 : 0;
			const left = await afterGc();
			const wrong = await again(words, whole, finishedIn(tried.out));
			expect({fault, left, wrong}).toEqual({fault, left: [], wrong: []});
		}
		expect(hits).toBeGreaterThan(0);
	}, 1_800_000);

	test.each(victims)(
		'with %s killed at any event',
		async victim => {
			const words = ['build', '--json', '-t', 'app', ...epoch, buildFiles()];
			const clean = await box.tsbox(words);
			const lines = linesOf(clean.out);
			const whole = lines.at(-1)?.manifest ?? '';
			// The output of a command comes while its container runs.
			for (const at of chosen([...lines.keys(), 'here'], 6)) {
				forget();
				const running = startVictim(victim, words);
				let out = '';
				running.child.stdout.on('data', (text: string) => {
					out += text;
					if (typeof at === 'number' && out.split('\n').length > at + 1) running.kill();
				});
				running.child.stderr.on('data', (text: string) => {
					if (at === 'here' && text.includes('here')) running.kill();
				});
				await once(running.child, 'exit');
				const left = await afterGc();
				const {signal} = await running.ended;
				// Its last line is there when all is done: it may end before it is killed.
				expect([at, signal]).toEqual([at, at === lines.length - 1 ? signal : 'SIGKILL']);
				const wrong = await again(words, whole, finishedIn(out));
				expect({at, left, wrong}).toEqual({at, left: [], wrong: []});
			}
		},
		1_200_000,
	);
});
