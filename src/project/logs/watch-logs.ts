import type {Machine} from '../../container/machine/machine.ts';
import {logFolder} from '../../container/machine/log-folder.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import {freedFile, outputSizes, outputStreams, readFreed} from './log-store.ts';
import {containerFolder, readRecord} from '../../state/record.ts';

/** The shortest time between two marks, ms. This is the precision of dates and of the order of the two streams. */
const markEvery = 50;
/** How often to poll when no inotify watch is available, ms. */
const pollMs = 500;

/**
 * Watches the output files of containers and writes a mark when they grow. The containers write the files themselves, so
 * without a supervisor no output is lost or delayed.
 *
 * @param names - the containers to watch; called again at each change of a folder
 */
export function watchLogs(machine: Machine, names: () => readonly string[]): {readonly close: () => void} {
	const watchers = new Map<string, PathWatch>();
	const marked = new Map<string, string>();
	const timers = new Map<string, NodeJS.Timeout>();
	/** The file size below which nothing can be freed, by container; 0 until it is known. */
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
		// Ignore a full disk: the next mark tries again.
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
			// The container has not been started yet.
		}
	};
	// Look only at the changed container, as there may be hundreds. A recreated folder needs a new watch.
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
 * Frees the output that a container's `logging` does not keep: makes the front of the file a hole with fallocate(1)
 * --punch-hole. The container can keep writing at the end, and kept lines do not move. Returns the file size at which more can
 * be freed.
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
		// Record it before the hole exists, so that no reader takes the hole for lines.
		host.writeAtomic(freedFile(logFolder(machine, name)), JSON.stringify({...freed, [stream]: until}));
		await host.run([...fallocate, '--punch-hole', '--offset', '0', '--length', String(until), path]);
	}
	const freed = Object.values(readFreed(host, logFolder(machine, name)));
	const least = freed.length < 2 ? 0 : Math.min(...freed);
	return least + logging.maxSize * logging.maxFile;
}
