import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {program} from '../support/program.ts';
import type {TestBox} from '../system/box.ts';
import {configOf} from '../system/runtime-box.ts';
import {added, snapshot} from '../system/snapshot.ts';
import {until} from '../system/until.ts';
import {letGo} from './let-go.ts';
import {injectorFor, type Tried} from './machine.ts';
import type {World} from './try-row.ts';

/** Caches. */
const kept = /^file (state\/(exited|lock|facts\.json)|store\/(tools|cache|seccomp|digests\.json))(\/|$)/;

/** The words of a verb of the OCI runtime for the container `c`. */
export const onContainer =
	(verb: string, ...options: readonly string[]) =>
	({folder}: TestBox): readonly string[] => ['oci', '--root', join(folder, 'root'), verb, ...options, 'c'];

/** Who takes away what a fault has left: `gc`, or the engine. */
export type Cleaner = 'gc' | 'delete --force';

/** A world with the bundle of an engine's container `c`. */
export function engineWorld(box: TestBox, cleaner: Cleaner): World & AsyncDisposable {
	const {folder, name} = box;
	const injector = injectorFor(box);
	mkdirSync(`${folder}/rootfs`);
	execFileSync('tar', ['-xf', box.rootfs, '-C', `${folder}/rootfs`]);
	mkdirSync(`${folder}/bundle`);
	const config = configOf(
		{folder} as Parameters<typeof configOf>[0],
		'trap "" TERM; while :; do sleep 1; done',
		{},
		{
			cgroupsPath: `/tsbox/${name}`,
		},
	);
	writeFileSync(`${folder}/bundle/config.json`, JSON.stringify(config));
	const places = ['--store', `${folder}/store`, '--state', `${folder}/state`];
	const oci = (...words: readonly string[]): number | null => {
		const [, ...rest] = onContainer(words[0] ?? '', ...words.slice(1))(box);
		// A container that was created keeps the streams of `create`.
		return spawnSync(program, ['oci', ...places, ...rest], {stdio: 'ignore', timeout: 60_000}).status;
	};
	const look = (): readonly string[] =>
		snapshot(name, folder, {processes: true}).filter(line => !kept.test(line) || /\.(tmp|new-.*)$/.test(line));
	/** What is there more than at a time before. Processes that were killed end in a moment. */
	const more = async (than: readonly string[]): Promise<readonly string[]> => {
		await until('all has ended', () => added(than, look()).length === 0).catch(() => {});
		return added(than, look()).map(line => `left: ${line}`);
	};
	let clean: readonly string[] = [];
	let running: readonly string[] | undefined;
	/** `create` came to its end before the fault, and the engine still has the container. */
	const isWhole = (): boolean => existsSync(`${folder}/root/c/oci.sh`);
	return {
		box,
		injector,
		known: new Set(),
		open: async row => {
			if (clean.length === 0) {
				if (oci('create', '--bundle', `${folder}/bundle`) !== 0) throw new Error('no container can be created');
				oci('delete', '--force');
				clean = look();
			}
			if (row.from === 'nothing' || running !== undefined) return;
			oci('create', '--bundle', `${folder}/bundle`);
			oci('start');
			running = look();
		},
		settle: async (_row, tried: Tried) => {
			await letGo(tried.stopped);
			const problems: string[] = [];
			const gc = async (): Promise<void> => {
				const {status, err} = await box.tsbox(['gc']);
				if (status !== 0) problems.push(`gc: ${err.trim()}`);
			};
			if (running !== undefined) {
				await gc();
				problems.push(...(await more(running)));
				if (oci('kill', '--all') !== 0) problems.push('the container has ended');
				return problems;
			}
			if (cleaner === 'gc') await gc();
			if (cleaner === 'delete --force' || isWhole()) {
				if (oci('delete', '--force') !== 0) problems.push('delete --force fails');
			}
			// The engine knows nothing of a name that was about to be taken.
			const halfMade = readdirSync(`${folder}/state/containers`).filter(each => /^\.(new|dead)-/.test(each));
			if (cleaner === 'delete --force' && halfMade.length > 0) await gc();
			return [...problems, ...(await more(clean))];
		},
		[Symbol.asyncDispose]: async () => {
			oci('delete', '--force');
			injector[Symbol.dispose]();
			await box[Symbol.asyncDispose]();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
