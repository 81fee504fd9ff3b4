import {dirname} from 'node:path';
import type {FileFacts, Host, RunningProgram, RunResult} from '../../src/host/host.ts';

/** An in-memory host that records its calls. */
export interface RecordingHost extends Host {
	/**
	 * Every change and program in order, as shell commands: `mkdir -m 0755 /a`, `write /a/b 100`, `kill -s SIGTERM 42`.
	 */
	readonly log: readonly string[];
	/** Every path that was read or examined, in order. */
	readonly reads: readonly string[];
	/** The current files and folders, sorted by path. The value of a folder is `dir`. */
	files(): Readonly<Record<string, string>>;
}

/** Behavior of the programs and the kernel of a {@link recordingHost}. */
export interface RecordingAnswers {
	/** Result of a program. By default it has exit code 0 and no output. */
	readonly run?: (argv: readonly string[], input: string | undefined) => Partial<RunResult>;
	/** A started program. By default it has PID 1000 and ends at once with exit code 0. */
	readonly start?: (argv: readonly string[], options: Parameters<Host['start']>[1]) => RunningProgram;
	/** Whether the process exists; true by default. */
	readonly kill?: (pid: number, signal: NodeJS.Signals) => boolean;
	/** Names and texts of the files that a new folder has at once, as in cgroupfs. rmdir(2) removes them. */
	readonly born?: (folder: string) => Readonly<Record<string, string>>;
}

/**
 * Makes a host with the files `initial`, path to text, or to `dir` for a folder. Parent folders exist too. Its clock
 * advances 1 ms per call. Errors have the same `code` and `path` as real ones.
 */
export function recordingHost(
	initial: Readonly<Record<string, string>> = {},
	answers: RecordingAnswers = {},
): RecordingHost {
	const log: string[] = [];
	const reads: string[] = [];
	const files = new Map<string, string>([['/', 'dir']]);
	const ofKernel = new Set<string>();
	let clock = 0;

	const act = (...words: readonly string[]): void => void log.push(words.map(shellWord).join(' '));
	const look = (path: string): string | undefined => {
		reads.push(path);
		return files.get(path);
	};
	const below = (path: string): readonly string[] => [...files.keys()].filter(file => file.startsWith(`${path}/`));
	const add = (path: string, text: string): void => {
		if (files.get(dirname(path)) !== 'dir') throw systemError('ENOENT', path);
		files.set(path, text);
	};
	const addFolder = (path: string): void => {
		add(path, 'dir');
		for (const [name, text] of Object.entries(answers.born?.(path) ?? {})) {
			files.set(`${path}/${name}`, text);
			ofKernel.add(`${path}/${name}`);
		}
	};
	const removeTree = (path: string): void => {
		act('rm', '-r', path);
		for (const file of [path, ...below(path)]) files.delete(file);
	};
	const addFolders = (path: string): void => {
		if (files.has(path)) return;
		addFolders(dirname(path));
		addFolder(path);
	};
	const facts = (path: string): FileFacts | undefined => {
		const text = look(path);
		if (text === undefined) return undefined;
		const folder = text === 'dir';
		return {
			kind: folder ? 'directory' : 'file',
			size: folder ? 0 : Buffer.byteLength(text),
			mode: folder ? 0o40755 : 0o100644,
			uid: 0,
			ino: [...files.keys()].indexOf(path) + 1,
			dev: 1,
			mtimeMs: 0,
			ctimeMs: 0,
		};
	};

	const save: Host['writeAtomic'] = (path, text, mode = 0o600) => {
		act('save', '-m', octal(mode), path);
		add(path, typeof text === 'string' ? text : Buffer.from(text).toString('base64'));
	};

	for (const [path, text] of Object.entries(initial)) {
		files.set(path, text);
		for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) files.set(folder, 'dir');
	}

	return {
		log,
		reads,
		files: () => Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
		run: async (argv, {input, signal} = {}) => {
			signal?.throwIfAborted();
			act(...argv);
			const command = argv.map(shellWord).join(' ');
			const result = answers.run?.(argv, input) ?? {};
			return {exitCode: 0, signal: undefined, stdout: '', stderr: '', command, ...result};
		},
		start: (argv, options) => {
			act(...argv);
			return answers.start?.(argv, options) ?? finished(options.stdio.length);
		},
		kill: (pid, signal) => {
			act('kill', '-s', signal, String(pid));
			return answers.kill?.(pid, signal) ?? true;
		},
		now: () => {
			clock += 1;
			return clock;
		},
		readText: path => {
			const text = look(path);
			if (text === 'dir') throw systemError('EISDIR', path);
			return text;
		},
		readBytes: (path, offset, length) => {
			const text = look(path);
			return text === undefined ? undefined : Buffer.from(text, 'latin1').subarray(offset, offset + length);
		},
		trustedText: path => {
			const text = look(path);
			if (text === undefined) throw systemError('ENOENT', path);
			return text;
		},
		openFile: async path => {
			throw systemError('ENOENT', path);
		},
		writeKernelFile: (path, value) => {
			act('write', path, value);
			if (!files.has(path)) throw systemError('ENOENT', path);
			files.set(path, value);
		},
		hintKernelFile: () => {},
		writeAtomic: save,
		writeWhole: save,
		overwrite: (path, text) => {
			act('overwrite', path, text);
			add(path, text);
		},
		append: (path, text) => {
			act('append', path, text);
			add(path, (files.get(path) ?? '') + text);
		},
		chmod: (path, mode) => act('chmod', octal(mode), path),
		chown: (path, uid, gid) => act('chown', `${uid}:${gid}`, path),
		lstat: facts,
		stat: facts,
		realpath: path => (look(path) === undefined ? undefined : path),
		readlink: path => {
			if (look(path) !== undefined) throw systemError('EINVAL', path);
			return undefined;
		},
		list: path => {
			look(path);
			const root = path === '/' ? '' : path;
			const names = below(root).map(file => file.slice(root.length + 1));
			return names.filter(name => name !== '' && !name.includes('/')).sort();
		},
		mkdir: (path, mode) => {
			act('mkdir', '-m', octal(mode), path);
			if (files.has(path)) return false;
			addFolder(path);
			return true;
		},
		mkdirs: (path, mode) => {
			act('mkdir', '-p', '-m', octal(mode), path);
			addFolders(path);
		},
		rmdir: async path => {
			act('rmdir', path);
			if (!files.has(path)) return false;
			if (below(path).some(file => !ofKernel.has(file))) throw systemError('ENOTEMPTY', path);
			for (const file of [path, ...below(path)]) files.delete(file);
			return true;
		},
		removeTree,
		removeTreeGently: async path => removeTree(path),
		rename: (from, to) => {
			act('mv', from, to);
			if (!files.has(from)) throw systemError('ENOENT', from);
			for (const file of [from, ...below(from)]) {
				files.set(to + file.slice(from.length), files.get(file) ?? '');
				files.delete(file);
			}
		},
	};
}

function finished(pipes: number): RunningProgram {
	return {
		pid: 1000,
		pipes: Array.from({length: pipes}, () => null),
		ended: Promise.resolve({exitCode: 0, signal: undefined, startError: undefined}),
	};
}

function systemError(code: string, path: string): Error {
	return Object.assign(new Error(`${code}: '${path}'`), {code, path});
}

function octal(mode: number): string {
	return mode.toString(8).padStart(4, '0');
}

function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
