import {dirname} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {Host} from '../../host/host.ts';
import {pathWatches} from '../../host/watch/path-watches.ts';
import {type TreeChanges, treeChanges, treeState, type TreeState} from './tree-state.ts';
import type {WatchedFiles} from './watched-files.ts';

/** How long nothing may change before what has changed is told, ms. */
const quietMs = 200;
/** The most that it may take while something changes all the time, ms. */
const mostMs = 3000;
/** How often to look when the kernel has no inotify watches left, ms. */
const pollMs = 1000;

/** Files that are followed. */
export interface FollowedTrees {
	/** What there was at the beginning, in the order of the trees. */
	readonly first: readonly TreeState[];
	/** What has changed since, in the order of the trees, whenever all is quiet again; until the signal aborts. */
	readonly changes: () => AsyncGenerator<readonly TreeChanges[], void>;
}

/** Follows trees of files through inotify(7). The state of each is read at once, so that no later change is missed. */
export function followTrees(host: Host, trees: readonly WatchedFiles[], signal: AbortSignal): FollowedTrees {
	const watches = pathWatches(pollMs);
	let count = 0;
	let ring = (): void => {};
	const changed = (): void => {
		count += 1;
		ring();
	};
	/** Folders are watched before they are read. A new folder may have had files before its watch: then it is read again. */
	const read = (tree: WatchedFiles): TreeState => {
		watches.add(dirname(tree.root), dirname(tree.root), changed);
		for (let known = -1; ; ) {
			const state = treeState(host, tree);
			for (const {path, key} of state.folders) watches.add(key, path, changed);
			if (state.folders.length === known) return state;
			known = state.folders.length;
		}
	};
	const readAll = (): readonly TreeState[] => {
		const states = trees.map(read);
		watches.keep(
			new Set([...states.flatMap(({folders}) => folders.map(({key}) => key)), ...trees.map(({root}) => dirname(root))]),
		);
		return states;
	};
	const first = readAll();
	const quiet = async (): Promise<void> => {
		const until = performance.now() + mostMs;
		for (let seen = -1; seen !== count && performance.now() < until && !signal.aborted; ) {
			seen = count;
			await delay(quietMs, undefined, {signal}).catch(() => {});
		}
	};
	const news = async (seen: number): Promise<void> => {
		if (count !== seen || signal.aborted) return;
		await new Promise<void>(settle => {
			ring = settle;
			signal.addEventListener('abort', () => settle(), {once: true});
		});
	};
	async function* changes(): AsyncGenerator<readonly TreeChanges[], void> {
		let before = first;
		try {
			for (let seen = 0; ; ) {
				await news(seen);
				await quiet();
				if (signal.aborted) return;
				seen = count;
				const now = readAll();
				const all = now.map((state, at) => treeChanges(before[at] ?? state, state));
				before = now;
				if (all.some(({written, deleted}) => written.length + deleted.length > 0)) yield all;
			}
		} finally {
			watches.close();
		}
	}
	return {first, changes};
}
