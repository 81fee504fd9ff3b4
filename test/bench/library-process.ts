import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

/** A process that runs a command by the library, each time it is asked to. */
export interface LibraryProcess extends AsyncDisposable {
	readonly child: ChildProcess;
	/** Runs the command so often, one after the other; gives how long each took, ms, once the process has nothing left to do. */
	readonly run: (times: number) => Promise<readonly number[]>;
}

/** What such a process is started with. */
export interface LibraryOptions {
	/** `pool` has so many containers wait as `size` says, `run` starts one each time, `exec` enters one that is there. */
	readonly way: 'pool' | 'run' | 'exec';
	/** Where it runs, and has its folders `store` and `state`. */
	readonly folder: string;
	readonly rootfs: string;
	readonly name: string;
	/** The word that the command prints. */
	readonly word: string;
	readonly size?: number;
	/** A program with arguments that starts it. */
	readonly under?: readonly string[];
}

/** Starts the process; resolves when it is ready. */
export async function libraryProcess(options: LibraryOptions): Promise<LibraryProcess> {
	const {way, folder, rootfs, name, word, size = 2, under = []} = options;
	const script = join(import.meta.dirname, 'library-program.mjs');
	const words = [way, join(folder, 'store'), join(folder, 'state'), rootfs, String(size), name, word];
	const [first = '', ...others] = [...under, process.execPath, script, ...words];
	const child = spawn(first, others, {cwd: folder, stdio: ['pipe', 'pipe', 'inherit']});
	child.stdin.on('error', () => {});
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const answer = async (): Promise<readonly number[]> => {
		const {done, value} = await lines.next();
		if (done === true) throw new Error(`the ${way} of the library failed`);
		return JSON.parse(value) as readonly number[];
	};
	await answer();
	return {
		child,
		run: times => {
			child.stdin.write(`${times}\n`);
			return answer();
		},
		[Symbol.asyncDispose]: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const over = once(child, 'exit');
			child.stdin.end();
			await over;
		},
	};
}
