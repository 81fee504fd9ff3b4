import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {TestBox} from '../system/box.ts';
import {added, snapshot} from '../system/snapshot.ts';
import {until} from '../system/until.ts';
import {letGo} from './let-go.ts';
import {injectorFor, type Tried} from './machine.ts';
import type {Row} from './row.ts';
import {isAlive, lieIn, shownState} from './truth.ts';
import type {World} from './try-row.ts';

/** Goes on until it is told to stop, and stops when it is. */
const service = `
mem_limit: 64m
tmpfs: [/run]
stop_grace_period: 2s
command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
`;

/** What may be there afterwards, or not, by design: caches, that a name has ended once, and what a reused container printed. */
export const keptFiles =
	/^file (state\/(exited|lock|facts\.json)|store\/(images|tools|cache|seccomp|digests\.json)|store\/volumes$|store\/runs$|state\/copies$|store\/logs$|store\/logs\/\w+\/marks$|state\/projects$)(\/|$)/;

/** The process that looks after the project, or undefined. */
function supervisorPid(box: TestBox): number | undefined {
	try {
		const path = join(box.folder, `state/projects/${box.name}/supervisor.json`);
		const {pid} = JSON.parse(readFileSync(path, 'utf8')) as {readonly pid: number};
		return /\) [TZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')) ? undefined : pid;
	} catch {
		return undefined;
	}
}

/** Wakes the points of a supervisor that was started asleep. */
async function wake(box: TestBox, told: () => readonly string[]): Promise<void> {
	const pid = supervisorPid(box);
	if (pid === undefined) return;
	process.kill(pid, 'SIGUSR2');
	for (const until = Date.now() + 2000; !told().includes('awake') && Date.now() < until; )
		await new Promise(resolve => setTimeout(resolve, 5));
}

/** Ends supervisors that a fault has stopped for good. */
function endStopped(pids: readonly number[]): void {
	for (const pid of pids) {
		try {
			if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('supervise')) process.kill(pid, 'SIGKILL');
		} catch {
			// It has ended.
		}
	}
}

/**
 * A container in the background: it goes on without whoever dies, `ps` tells the truth about it, `exec` works in it, and
 * `down` takes it away.
 *
 * @param anew - a new container for each try; else the same is used as long as nothing is wrong
 */
export function detachedWorld(box: TestBox, anew: boolean): World & AsyncDisposable {
	const injector = injectorFor(box);
	let empty: readonly string[] | undefined;
	let running: readonly string[] | undefined;
	let spec = '';
	const look = (): readonly string[] =>
		snapshot(box.name, box.folder, {processes: anew}).filter(
			line => !keptFiles.test(line) || /\.(tmp|new-.*)$/.test(line),
		);
	const up = async (): Promise<void> => {
		const {status, err} = await box.tsbox(['up', '-d', spec]);
		if (status !== 0) throw new Error(`it does not come up: ${err}`);
	};
	/** Gives what `down` leaves, or what it says when it fails. */
	const down = async (): Promise<readonly string[]> => {
		running = undefined;
		const problems: string[] = [];
		const {status, err} = await box.tsbox(['down', '-t', '0', box.name]);
		if (status !== 0 && !err.includes('no container')) problems.push(`down: ${err.trim()}`);
		if (added(empty ?? [], look()).length > 0) {
			const gc = await box.tsbox(['gc']);
			if (gc.status !== 0) problems.push(`gc: ${gc.err.trim()}`);
		}
		const more = added(empty ?? [], look());
		return [...problems, ...more.map(line => `left: ${line}`)];
	};
	const settle = async (row: Row, tried: Tried): Promise<readonly string[]> => {
		endStopped(tried.stopped);
		await letGo(tried.stopped);
		await row.restore?.(box);
		const gc = await box.tsbox(['gc']);
		const problems = gc.status === 0 ? [] : [`gc: ${gc.err.trim()}`];
		problems.push(...(await lieIn(box)));
		const alive = (await shownState(box)) === 'running';
		if (alive) {
			const exec = await box.tsbox(['exec', box.name, 'true']);
			// It may have been on its way to its end.
			if (exec.status !== 0 && isAlive(box)) problems.push(`exec: ${exec.err.trim()}`);
		}
		if (anew) return [...problems, ...(await down())];
		const more = added(running ?? [], look()).map(line => `left: ${line}`);
		if (!alive) problems.push('the container is not there any more');
		if (problems.length + more.length > 0) await down();
		return [...problems, ...more];
	};
	return {
		box,
		injector,
		known: new Set(),
		open: async (row, fault) => {
			spec = row.wholeSpec === undefined ? box.spec(row.spec ?? service) : box.file('spec.yaml', row.wholeSpec(box));
			if (empty === undefined) {
				await up();
				await down();
				empty = look();
			}
			if (!anew) {
				if (running !== undefined) return;
				await up();
				// `up -d` returns before all of this is written.
				await until('it is all there', () =>
					[`state/containers/${box.name}/start.json`, `store/logs/${box.name}/stdout`].every(name =>
						existsSync(join(box.folder, name)),
					),
				);
				running = look();
				return;
			}
			if (row.from === 'nothing') return;
			const itsFault = fault?.side === 'supervisor' && row.from !== 'ended' ? {fault} : {};
			const {status, err} = await injector.run(['up', '-d', spec], {supervisorAsleep: true, ...itsFault});
			if (status !== 0) throw new Error(`it does not come up: ${err}`);
			if (row.from === 'ended') {
				await box.tsbox(['stop', box.name]);
				// The next command starts another supervisor, with faults of its own.
				while (supervisorPid(box) !== undefined) await new Promise(resolve => setTimeout(resolve, 20));
			} else await wake(box, injector.told);
		},
		settle,
		[Symbol.asyncDispose]: async () => {
			injector[Symbol.dispose]();
			await box[Symbol.asyncDispose]();
		},
	};
}
