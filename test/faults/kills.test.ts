import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {partOf} from '../support/turn.ts';
import {cgroupsOf} from '../system/leftovers.ts';
import {added, snapshot} from '../system/snapshot.ts';
import {keptFiles} from './detached-world.ts';
import {type KillRow, killRows} from './kill-rows.ts';
import {type Found, processTree} from './process-tree.ts';
import {lieIn, shownState} from './truth.ts';

/* SIGKILL at moments of time, of any process that a verb starts. Which and when comes from a seed, as far as time allows. */

/** How many kills of all verbs together. */
const isFull = process.env['FAULTS'] === 'all';
const kills = Number(process.env['FAULT_KILLS'] ?? (isFull ? 500 : 20));
const seed = process.env['FAULT_SEED'] ?? '1';
/** Longest that a command may take, ms. */
const patience = 30_000;
/** Longest that what is ending anyway may take, ms. */
const settlesWithin = 8000;

/** A number from 0 to 1 that is always the same. */
function chance(...words: readonly unknown[]): number {
	return (
		createHash('sha256')
			.update([seed, ...words].join(' '))
			.digest()
			.readUInt32BE() /
		2 ** 32
	);
}

interface Outcome {
	readonly tookMs: number;
	readonly victim: string;
	readonly problems: readonly string[];
}

/** Chosen by what they are first: of ten shells one is as good as another. */
function victimOf(found: readonly Found[], chosen: number, among: number): Found | undefined {
	const kinds = [...new Set(found.map(({what}) => what))];
	const kind = kinds[Math.floor(chosen * kinds.length)];
	const those = found.filter(({what}) => what === kind);
	return those[Math.floor(among * those.length)];
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It was faster.
	}
}

const own = (box: TestBox): readonly string[] =>
	snapshot(box.name, box.folder, {processes: true}).filter(
		line => !keptFiles.test(line) || /\.(tmp|new-.*)$/.test(line),
	);

/** What is there more than before, once all that was ending has ended. */
async function leftOver(box: TestBox, before: readonly string[]): Promise<readonly string[]> {
	for (const until = performance.now() + settlesWithin; ; ) {
		const left = added(before, own(box));
		if (left.length === 0 || performance.now() > until) return shortened(left).map(line => `left: ${line}`);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}

/** A process that is left tells enough by itself, and a folder. */
function shortened(lines: readonly string[]): readonly string[] {
	return lines.filter(
		line => !line.startsWith('descriptor of ') && !lines.some(folder => line.startsWith(`${folder}/`)),
	);
}

/** Runs a verb, and kills one of its processes after a while; then what a person does. */
async function tryKill(
	box: TestBox,
	row: KillRow,
	before: readonly string[],
	at?: readonly [number, number, number],
): Promise<Outcome> {
	const problems: string[] = [];
	const must = async (...words: readonly string[]): Promise<void> => {
		const end = await box.tsbox(words);
		if (end.status !== 0) throw new Error(`${words.join(' ')}: ${end.err}`);
	};
	if (row.from !== 'nothing') await must('up', '-d', '--wait', join(box.folder, 'spec.yaml'));
	if (row.from === 'ended') await must('stop', box.name);
	const begun = performance.now();
	const running = box.start(row.words(box), {onTerminal: row.onTerminal ?? false});
	const exited = once(running.child, 'exit');
	let victim = 'nobody';
	if (at !== undefined) {
		await within(at[0], exited);
		const chosen = victimOf(processTree(running.child.pid ?? 0, box.name, box.folder), at[1], at[2]);
		if (chosen !== undefined) kill(chosen.pid);
		victim = chosen?.what ?? 'nobody';
	}
	// Not the end of its streams, which a container that outlives its tsbox holds open.
	if (!(await within(patience, exited))) problems.push('does not end by itself');
	kill(running.child.pid ?? 0);
	const tookMs = performance.now() - begun;
	const containers = (row.containers ?? ['']).map(suffix => `${box.name}${suffix}`);
	for (const container of containers) problems.push(...(await lieIn(box, container)));
	const gc = await box.tsbox(['gc']);
	if (gc.status !== 0) problems.push(`gc: ${gc.err.trim()}`);
	for (const container of containers) problems.push(...(await heldByNobody(box, container)));
	const down = await box.tsbox(['down', '-v', '-t', '0', box.name]);
	if (down.status !== 0 && !/no container|(no|not a) detached project/.test(down.err))
		problems.push(`down: ${down.err.trim()}`);
	const again = await box.tsbox(['gc']);
	if (again.status !== 0) problems.push(`gc: ${again.err.trim()}`);
	for (const id of runsOf(box)) {
		const shown = await box.tsbox(['runs', 'show', id]);
		if (shown.status !== 0) problems.push(`half a record: ${shown.err.trim()}`);
		rmSync(join(box.folder, 'store/runs', id), {recursive: true});
	}
	rmSync(join(box.folder, 'copied'), {recursive: true, force: true});
	problems.push(...(await leftOver(box, before)));
	if (problems.length > 0) await endAll(box, running.child.pid ?? 0);
	if (!(await within(settlesWithin, running.ended)))
		return {tookMs, victim, problems: [...problems, 'its streams are held']};
	const {err, status, signal} = await running.ended;
	if (/^\s+at .*:\d+:\d+\)?$/m.test(err)) problems.push(`shows a stack: ${err}`);
	if (signal === null && status !== 0 && at === undefined) problems.push(`ends with ${status}: ${err}`);
	return {tookMs, victim, problems: problems.length === 0 ? [] : [...problems, `said: ${err.trim()}`]};
}

/** What one kill left must not be told of the next one, too. */
async function endAll(box: TestBox, command: number): Promise<void> {
	for (const {pid} of processTree(command, box.name, box.folder)) kill(pid);
	await box.tsbox(['down', '-v', '-t', '0', box.name]);
	await box.tsbox(['gc']);
}

/** What of the kernel a container holds that has ended, once nobody looks after it. */
async function heldByNobody(box: TestBox, container: string): Promise<readonly string[]> {
	for (const until = performance.now() + settlesWithin; ; ) {
		if ((await shownState(box, container)) === 'running') return [];
		const held = cgroupsOf(container);
		if (held.length === 0) return [];
		if (performance.now() > until) return held.map(line => `gc leaves: ${line}`);
		// Whoever looks after it takes it back in a moment; else the next gc does.
		await delay(50);
		await box.tsbox(['gc']);
	}
}

/** Whether it settles in that time. */
async function within(ms: number, what: Promise<unknown>): Promise<boolean> {
	const late = new AbortController();
	const timer = delay(ms, false, {signal: late.signal}).catch(() => false);
	const settled = await Promise.race([what.then(() => true), timer]);
	late.abort();
	return settled;
}

function runsOf({folder}: TestBox): readonly string[] {
	const runs = join(folder, 'store/runs');
	return existsSync(runs) ? readdirSync(runs).filter(name => !name.startsWith('.')) : [];
}

describe.skipIf(process.getuid?.() !== 0)('killed at a moment of time', () => {
	let box: TestBox;
	beforeAll(async () => {
		box = await testBox();
		// The folders that stay are there before anything is compared.
		const [warm = killRows[0]] = killRows.filter(({verb}) => verb === 'stop (two services)');
		if (warm === undefined) return;
		box.file('spec.yaml', warm.spec(box));
		await tryKill(box, warm, own(box));
	});
	afterAll(() => box[Symbol.asyncDispose]());

	test.each(partOf(killRows, 2))(
		'$verb',
		async row => {
			box.file('spec.yaml', row.spec(box));
			const share = Math.floor((kills + killRows.length - 1 - killRows.indexOf(row)) / killRows.length);
			// How long it takes without a kill is worth a run only where many follow.
			const clean = isFull ? await tryKill(box, row, own(box)) : {tookMs: 1000, problems: []};
			const problems = clean.problems.map(problem => `without a kill: ${problem}`);
			const before = own(box);
			for (let nth = 0; nth < share; nth += 1) {
				const ms = Math.round(chance(row.verb, nth, 'when') * clean.tookMs);
				const one = await tryKill(box, row, before, [ms, chance(row.verb, nth, 'who'), chance(row.verb, nth, 'which')]);
				for (const problem of one.problems) problems.push(`#${nth}, ${one.victim} after ${ms} ms: ${problem}`);
			}
			expect(problems).toEqual([]);
		},
		3_600_000,
	);
});
