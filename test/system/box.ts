import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {chownSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {shellCommand} from '../../src/spec/syntax/shell-words.ts';
import {leftovers} from './leftovers.ts';
import {warmState} from './warm-state.ts';
import {until} from './until.ts';
import {program} from '../support/program.ts';

/** Result of a tsbox process. */
export interface Ended {
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly out: string;
	readonly err: string;
}

/** A running tsbox process. */
export interface Running {
	readonly child: ChildProcessWithoutNullStreams;
	readonly ended: Promise<Ended>;
	/** Settles when standard output or standard error has the text. */
	readonly says: (text: string) => Promise<void>;
}

/** Options to start tsbox. */
export interface StartOptions {
	readonly env?: Record<string, string>;
	readonly input?: Buffer | string;
	/** Run on a terminal of script(1). The child process is then script. */
	readonly onTerminal?: boolean;
	/** A program with arguments that starts the tsbox command after them, as strace. */
	readonly under?: readonly string[];
}

/** A folder, a name, and a root filesystem for one test. Disposal removes the folder and the containers. */
export interface TestBox extends AsyncDisposable {
	readonly folder: string;
	/** A unique container name. */
	readonly name: string;
	/** The busybox archive. */
	readonly rootfs: string;
	/** Writes a file into the folder. Returns its path. */
	readonly file: (name: string, text: string) => string;
	/** The line that each spec of a test needs: `userns_mode` for the starter `mapped`, otherwise nothing. */
	readonly head: string;
	/** Writes a spec that starts with the name and root filesystem of the test. Returns its path. */
	readonly spec: (text?: string) => string;
	readonly start: (args: readonly string[], options?: StartOptions) => Running;
	readonly tsbox: (args: readonly string[], options?: StartOptions) => Promise<Ended>;
	readonly leftovers: () => readonly string[];
}

function ordinary({uid, gid, through = []}: TestUser): readonly string[] {
	const ids = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
	// Keep the bounding set, because the programs that write the map of a user namespace are set-user-ID.
	return ['setpriv', ...ids, '--inh-caps=-all', '--ambient-caps=-all', ...through];
}

/** An unprivileged user without the groups and capabilities of root. */
export interface TestUser {
	readonly uid: number;
	readonly gid: number;
	/** A program with arguments that starts the tsbox command after them. */
	readonly through?: readonly string[];
}

/**
 * The user who starts the containers of a test: root, root with a user namespace for each container (`mapped`), or an
 * unprivileged user.
 */
export type Starter = TestUser | 'mapped' | undefined;

/** The detached projects that still exist. */
function projectsIn(folder: string): readonly string[] {
	const path = join(folder, 'state/projects');
	return existsSync(path) ? readdirSync(path) : [];
}

/** Makes a test box. With a user, tsbox runs as that user, who owns the folder. */
export async function testBox(starter?: Starter): Promise<TestBox> {
	const user = starter === 'mapped' ? undefined : starter;
	const head = starter === 'mapped' ? 'userns_mode: auto\n' : '';
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-system-'));
	const name = `t${randomBytes(5).toString('hex')}`;
	const rootfs = user === undefined ? await busyboxFixture() : join(folder, 'rootfs.tar');
	if (user !== undefined) {
		copyFileSync(await busyboxFixture(), rootfs);
		chownSync(folder, user.uid, user.gid);
	}
	const prefix = user === undefined ? [] : ordinary(user);
	const words = [...prefix, program];
	if (user?.through === undefined) warmState(folder, {words, rootfs, uid: user?.uid ?? 0, gid: user?.gid ?? 0});
	const started: Running[] = [];
	const file = (path: string, text: string): string => {
		writeFileSync(join(folder, path), text);
		return join(folder, path);
	};
	// Who makes the containers, where a run of the tests is about that: vitest.config.ts.
	const executor = process.env['TEST_EXECUTOR'];
	if (executor !== undefined) file('tsbox.config.yaml', `executor: ${executor}\n`);
	const start: TestBox['start'] = (args, {env = {}, input, onTerminal = false, under = []} = {}) => {
		const plain = [...under, ...words, '--store', join(folder, 'store'), '--state', join(folder, 'state'), ...args];
		const [first = '', ...others] = onTerminal ? ['script', '-qefc', shellCommand(plain), '/dev/null'] : plain;
		const child = spawn(first, others, {
			cwd: folder,
			env: {PATH: process.env['PATH'], HOME: user === undefined ? '/root' : folder, ...env},
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		let out = '';
		let err = '';
		child.stdout.setEncoding('latin1').on('data', (text: string) => (out += text));
		child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
		child.stdin.on('error', () => {});
		child.stdin.end(input);
		const ended = new Promise<Ended>(resolve =>
			child.once('close', (status, signal) => resolve({status, signal, out, err})),
		);
		const running = {
			child,
			ended,
			says: (text: string) => until(`"${text}" in\n${out}${err}`, () => out.includes(text) || err.includes(text)),
		};
		started.push(running);
		return running;
	};
	return {
		folder,
		name,
		rootfs,
		file,
		spec: (text = '') => file('spec.yaml', `name: ${name}\nrootfs: ${rootfs}\n${head}${text}`),
		head,
		start,
		tsbox: (args, options) => start(args, options).ended,
		leftovers: () => leftovers(name, folder),
		[Symbol.asyncDispose]: async () => {
			for (const {child} of started) {
				if (child.exitCode !== null || child.signalCode !== null) continue;
				const over = once(child, 'exit');
				child.kill('SIGKILL');
				await over;
			}
			for (const project of projectsIn(folder)) await start(['down', '-t', '0', project]).ended;
			// A container that outlives its tsbox keeps the streams open, so end it first.
			if (leftovers(name, folder).length > 0) await start(['gc']).ended;
			await Promise.all(started.map(({ended}) => ended));
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
