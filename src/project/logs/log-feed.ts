import type {Machine} from '../../container/machine/machine.ts';
import {setImmediate as immediate} from 'node:timers/promises';
import {errnoOf} from '../../host/errno.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {atMostEvery} from '../state/at-most-every.ts';
import {type FedContainer, fedContainer} from './fed-container.ts';
import {feedTurn} from './feed-turn.ts';
import {type LineRing, lineRing, type RingBounds} from './line-ring.ts';
import {logHistory} from './log-history.ts';

/** What containers print, for a viewer that shows the end and can go back. */
export interface LogFeed extends Omit<LineRing, 'add'> {
	/** Whether what was printed before is still being read. */
	readonly isLoading: () => boolean;
	/** Whether a container has files of output: one in the foreground prints where it was started. */
	readonly hasOutput: (name: string) => boolean;
	readonly close: () => void;
}

/** What a feed holds without another wish. */
const bounds: RingBounds = {lines: 100_000, bytes: 8 * 1024 * 1024};
/** How long history is read before keys have their turn, ms. */
const sliceMs = 8;
/** Lines between two looks at the clock. */
const clockEvery = 64;
/** The shortest time between two turns, and between two calls of `changed`, ms. */
const turnEvery = 50;
/** How long a line may be without an end before it is shown, ms: it may be a question. */
const restAfter = 1000;
/** How often it is looked for new containers where the kernel has no watch left, ms. */
const pollMs = 500;

/**
 * Opens a feed of the output of containers: the last lines that they printed in the order of time, then what comes, as it
 * comes. It goes on when a container is removed and made anew, and begins when one is made that was not there. What comes
 * faster than anybody could read is passed over, and that is said in the feed.
 *
 * @param names - of containers, also such as they were given later
 * @param changed - called when there are new lines, at most every 50 ms
 */
export function openLogFeed(
	machine: Machine,
	names: readonly string[],
	changed: () => void,
	options: Partial<RingBounds> = {},
): LogFeed {
	const {host, dirs} = machine;
	const held = {...bounds, ...options};
	const {add, ...lines} = lineRing(held, host.now());
	const dirty = new Set<FedContainer>();
	let isOpen = true;
	let isLoading = true;
	let restTimer: NodeJS.Timeout | undefined;
	const tell = atMostEvery(turnEvery, changed);
	const containers: readonly FedContainer[] = [...new Set(names)].map(name => {
		const container: FedContainer = fedContainer(machine, name, () => grew(container));
		return container;
	});
	const turn = feedTurn(host, add);
	const pump = atMostEvery(turnEvery, () => {
		const {added, behind} = turn.read([...dirty]);
		dirty.clear();
		for (const container of behind) dirty.add(container);
		if (added) tell.soon();
		if (dirty.size > 0) pump.soon();
		if (turn.hasRest(containers)) restTimer ??= setTimeout(endLines, restAfter);
	});
	const endLines = (): void => {
		restTimer = undefined;
		if (turn.endLines(containers, restAfter)) tell.soon();
		if (turn.hasRest(containers)) restTimer = setTimeout(endLines, restAfter);
	};
	const grew = (container: FedContainer): void => {
		dirty.add(container);
		if (!isLoading) pump.soon();
	};
	const load = async (): Promise<void> => {
		let since = performance.now();
		let handed = 0;
		const slice = async (): Promise<void> => {
			if (performance.now() - since < sliceMs) return;
			tell.soon();
			await immediate();
			since = performance.now();
			if (!isOpen) throw new Error('the feed was closed');
		};
		for (const line of await logHistory(machine, containers, held, slice)) {
			add(line);
			if (++handed % clockEvery === 0) await slice();
		}
	};
	const loaded = (): void => {
		isLoading = false;
		if (!isOpen) return;
		for (const container of containers) dirty.add(container);
		pump.soon();
		tell.soon();
	};
	host.mkdirs(`${dirs.store}/logs`, 0o700);
	const parent = watchPath(
		`${dirs.store}/logs`,
		entry => {
			for (const container of containers) {
				if (entry !== null && entry !== container.id) continue;
				container.watch();
				grew(container);
			}
		},
		pollMs,
	);
	for (const container of containers) container.watch();
	load().then(loaded, (error: unknown) => {
		// A disk that can't be read has no history; a feed that was closed needs none.
		if (isOpen && errnoOf(error) === undefined) throw error;
		loaded();
	});
	return {
		...lines,
		isLoading: () => isLoading,
		hasOutput: name => containers.some(container => container.name === name && container.hasOutput()),
		close: () => {
			isOpen = false;
			parent.close();
			tell.stop();
			pump.stop();
			clearTimeout(restTimer);
			for (const container of containers) container.close();
		},
	};
}
