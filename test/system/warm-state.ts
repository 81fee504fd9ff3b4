import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/*
 * At its first start, tsbox asks all tools for their options and compiles the seccomp filter, and stores the results.
 * Each test has its own folders and would repeat this, which is half of the processor time of these tests. So one start
 * of each user does it for a whole test run.
 */

const variable = 'TSBOX_WARM';

/** Makes the folder of a test run. Returns a function that removes it. */
export function setup(): () => void {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-warm-'));
	chmodSync(folder, 0o755);
	process.env[variable] = folder;
	return () => rmSync(folder, {recursive: true, force: true});
}

/** How a test starts tsbox. */
interface Caller {
	/** The words before the options of tsbox. */
	readonly words: readonly string[];
	readonly uid: number;
	readonly gid: number;
	/** An archive from which this user can start a container. */
	readonly rootfs: string;
}

/** Copies the stored results of a start of this user to the folders `state` and `store` of a test. */
export function warmState(folder: string, caller: Caller): void {
	const run = process.env[variable];
	if (run === undefined) return;
	const learnt = join(run, String(caller.uid));
	if (!existsSync(learnt)) learn(run, learnt, caller);
	for (const name of ['state', 'store']) mkdirSync(join(folder, name), {mode: 0o700});
	const {key, programs} = JSON.parse(readFileSync(join(learnt, 'state/facts.json'), 'utf8')) as Record<string, string>;
	const here = JSON.stringify({...(JSON.parse(key ?? '') as object), store: join(folder, 'store')});
	writeFileSync(join(folder, 'state/facts.json'), JSON.stringify({key: here, programs}), {mode: 0o600});
	cpSync(join(learnt, 'store/seccomp'), join(folder, 'store/seccomp'), {recursive: true});
	if (caller.uid !== 0) ownedBy(caller, join(folder, 'state'), join(folder, 'store'));
}

function learn(run: string, learnt: string, caller: Caller): void {
	const folder = mkdtempSync(join(run, 'first-'));
	const spec = join(folder, 'spec.yaml');
	writeFileSync(spec, `name: first-${caller.uid}-${process.pid}\nrootfs: ${caller.rootfs}\n`);
	ownedBy(caller, folder);
	const [program = '', ...words] = caller.words;
	const folders = ['--store', join(folder, 'store'), '--state', join(folder, 'state')];
	execFileSync(program, [...words, ...folders, 'run', spec, '--', 'true'], {cwd: folder, stdio: 'pipe'});
	try {
		renameSync(folder, learnt);
	} catch {
		// Another worker has finished first.
		rmSync(folder, {recursive: true});
	}
}

function ownedBy({uid, gid}: Caller, ...paths: readonly string[]): void {
	execFileSync('chown', ['-R', `${uid}:${gid}`, ...paths]);
}
