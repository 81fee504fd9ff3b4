import type {Machine} from '../../container/machine/machine.ts';
import {logFolder} from '../../container/start/detached.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import {freedFile, outputSizes, outputStreams, readFreed} from './log-store.ts';
import {containerFolder, readRecord} from '../../state/record.ts';

/** At most one mark in this time, ms: the two streams are told apart and dated as finely as that. */
const markEvery = 50;
/** How often it is looked where the kernel has no watch left, ms. */
const pollMs = 500;

/**
 * Watches the output of containers and marks when it grew. The containers write the files themselves: nothing passes
 * through here, so nothing is lost or held up without it.
 *
 * @param names - the containers to watch; asked again whenever a folder changes
 */
export function watchLogs(machine: Machine, names: () => readonly string[]): {readonly close: () => void} {
	const watchers = new Map<string, PathWatch>();
	const marked = new Map<string, string>();
	const timers = new Map<string, NodeJS.Timeout>();
	/** The length of a file below which nothing is to be let go of, by container; 0 until it is known. */
	const due = new Map<string, number>();
	const {host, dirs} = machine;
	const mark = (name: string): void => {
		timers.delete(name);
		const folder = logFolder(machine, name);
		const lengths = Object.values(outputSizes(host, folder));
		const sizes = lengths.join(' ');
		if (marked.get(name) === sizes) return;
		try {
			host.append(`${folder}/marks`, `${host.now()} ${sizes}\n`);
			marked.set(name, sizes);
		} catch {
			// The container was removed meanwhile.
		}
		// A full disk is no reason to end: the next mark tries again.
		if (Math.max(...lengths) >= (due.get(name) ?? 0))
			letGo(machine, name).then(
				next => due.set(name, next),
				() => {},
			);
	};
	const watchOne = (name: string): void => {
		try {
			const grew = (file: string | null): void => {
				if (file === 'marks' || timers.has(name)) return;
				timers.set(name, setTimeout(mark, markEvery, name));
			};
			watchers.set(name, watchPath(logFolder(machine, name), grew, pollMs, markEvery));
		} catch {
			// It has not been started yet.
		}
	};
	// Only what came or went is looked at, as there may be hundreds; a folder that is there again is another one.
	const look = (name: string): void => {
		watchers.get(name)?.close();
		watchers.delete(name);
		marked.delete(name);
		due.delete(name);
		if (names().includes(name)) watchOne(name);
	};
	host.mkdirs(`${dirs.store}/logs`, 0o700);
	const changed = (name: string | null): void => {
		if (name !== null) return look(name);
		const gone = [...watchers.keys()].filter(each => !names().includes(each));
		for (const each of [...gone, ...names().filter(one => !watchers.has(one))]) look(each);
	};
	const parent = watchPath(`${dirs.store}/logs`, changed, pollMs);
	for (const name of names()) look(name);
	return {
		close: () => {
			parent.close();
			for (const watcher of watchers.values()) watcher.close();
			for (const [name, timer] of timers) {
				clearTimeout(timer);
				mark(name);
			}
		},
	};
}

/**
 * Gives the disk back what a container's `logging` does not keep: the front of the file becomes a hole, fallocate(1)
 * --punch-hole. The container writes on meanwhile at the end, and no line of what is kept moves. Gives the length that a
 * file must have before there is something to do again.
 */
async function letGo(machine: Machine, name: string): Promise<number> {
	const {host, facts, dirs} = machine;
	const fallocate = hostToolWords(facts, 'fallocate');
	const logging = readRecord(host, containerFolder(dirs.state, name))?.detached?.logging;
	if (fallocate === undefined) return Infinity;
	if (logging === undefined) return 0;
	for (const stream of outputStreams) {
		const path = `${logFolder(machine, name)}/${stream}`;
		const size = host.lstat(path)?.size ?? 0;
		const until = Math.floor((size - logging.maxSize * (logging.maxFile - 1)) / logging.maxSize) * logging.maxSize;
		const freed = readFreed(host, logFolder(machine, name));
		if (until <= (freed[stream] ?? 0)) continue;
		// Known before it is done: nobody reads the hole for lines.
		host.writeAtomic(freedFile(logFolder(machine, name)), JSON.stringify({...freed, [stream]: until}));
		await host.run([...fallocate, '--punch-hole', '--offset', '0', '--length', String(until), path]);
	}
	const freed = Object.values(readFreed(host, logFolder(machine, name)));
	const least = freed.length < 2 ? 0 : Math.min(...freed);
	return least + logging.maxSize * logging.maxFile;
}
