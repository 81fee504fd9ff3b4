import type {Machine} from '../../container/machine/machine.ts';
import {setImmediate as immediate} from 'node:timers/promises';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {idOf} from '../../state/alias.ts';
import {atMostEvery} from '../state/at-most-every.ts';
import {type LineRing, lineRing, type RingBounds} from './line-ring.ts';
import {logHistory} from './log-history.ts';
import {type TailManner, type TailedContainer, tailedContainer, type TailedStream} from './tailed-container.ts';

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
/** Bytes of marks that are read at most; a busy container makes 30 bytes each 50 ms. */
const mostMarks = 4 * 1024 * 1024;
/** A file of very short lines has a line for every two bytes that are read at once. A feed reads no sooner again than it rests. */
const manner: TailManner = {
	longestLine: 64 * 1024,
	chunk: 8 * 1024,
	keepsEnds: false,
	mustRead: false,
	pollMs: 200,
	restMs: 50,
};
/** Bytes and lines that are read in a turn, little more; there are 20 turns a second. */
const budget = {bytes: 256 * 1024, lines: 2000};
/** Bytes that one file may be behind in all; with several that are behind, less each. */
const farBehind = 2 * 1024 * 1024;
/** Bytes that are read of one file in a millisecond in the long run: a burst is read, a flood is not. */
const perMs = 256;
/** Bytes before the end at which it is gone on: the lines of a large screen. While a flood lasts no more is read in a turn. */
const nearEnd = 8 * 1024;
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
	const dirty = new Set<TailedContainer>();
	let isOpen = true;
	let isLoading = true;
	let restTimer: NodeJS.Timeout | undefined;
	const tell = atMostEvery(turnEvery, changed);
	const containers: readonly TailedContainer[] = [...new Set(names)].map(name => {
		const id = idOf(host, dirs.state, name) ?? name;
		const container: TailedContainer = tailedContainer(machine, {id, name}, manner, () => grew(container));
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
	const grew = (container: TailedContainer): void => {
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
		for (const line of await logHistory(machine, containers, {...held, marks: mostMarks}, slice)) {
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

/** What is done in a turn of a feed. */
export interface FeedTurn {
	/** Reads what containers printed since; tells whether there were lines, and which of them have more. */
	readonly read: (containers: readonly TailedContainer[]) => {
		readonly added: boolean;
		readonly behind: readonly TailedContainer[];
	};
	/** Hands out lines without an end to which nothing was added for so many ms; tells whether there were any. */
	readonly endLines: (containers: readonly TailedContainer[], ms: number) => boolean;
	readonly hasRest: (containers: readonly TailedContainer[]) => boolean;
}

/** Reads for a feed, never more at once than can be shown, from all that print in turn. */
export function feedTurn(host: Host, add: LineRing['add']): FeedTurn {
	let turns = 0;
	const addLine = ({service, which}: TailedStream, text: Buffer): void =>
		add({kind: 'line', service, stream: which, at: host.now(), text});
	const endLine = (one: TailedStream): boolean => {
		const text = one.stream.rest();
		if (text !== undefined) addLine(one, text);
		return text !== undefined;
	};
	/** Lets go of files that were replaced and are read to their ends; tells whether there was a last line. */
	const settleOld = (container: TailedContainer): boolean => {
		const read = container.streams().filter(({isOld, stream}) => isOld && stream.behind() === 0);
		const lines = read.map(endLine);
		for (const one of read) container.drop(one);
		return lines.includes(true);
	};
	/** What is to be read of a container: of one that was made anew first what was before. */
	const current = (container: TailedContainer): readonly TailedStream[] => {
		const old = container.streams().filter(({isOld}) => isOld);
		return old.length > 0 ? old : container.streams();
	};
	const passOver = (one: TailedStream, now: number, several: number): boolean => {
		const behind = one.stream.behind();
		one.allowance = Math.min(farBehind / several, one.allowance + (now - one.allowedAt) * perMs);
		one.allowedAt = now;
		if (behind <= Math.max(one.allowance, 2 * nearEnd)) return false;
		const bytes = one.stream.skip(nearEnd);
		add({kind: 'skipped', service: one.service, at: host.now(), bytes});
		return true;
	};
	return {
		read: containers => {
			for (const container of containers) container.look();
			const now = performance.now();
			let added = containers.map(settleOld).includes(true);
			const busy = containers.flatMap(current).filter(({stream}) => stream.behind() > 0);
			const first = turns++ % Math.max(1, busy.length);
			const left = {...budget};
			for (const one of [...busy.slice(first), ...busy.slice(0, first)]) {
				if (left.lines <= 0 || left.bytes <= 0) break;
				if (passOver(one, now, busy.length)) added = true;
				const share = {
					bytes: Math.ceil(budget.bytes / busy.length),
					lines: Math.ceil(budget.lines / busy.length),
				};
				const {lines, bytes} = one.stream.next(share, text => addLine(one, text));
				one.allowance = Math.max(0, one.allowance - bytes);
				left.bytes -= bytes;
				left.lines -= lines;
				one.grewAt = now;
				if (lines > 0) added = true;
			}
			if (containers.map(settleOld).includes(true)) added = true;
			const isBehind = ({stream}: TailedStream): boolean => stream.behind() > 0;
			return {added, behind: containers.filter(container => container.streams().some(isBehind))};
		},
		endLines: (containers, ms) => {
			const until = performance.now() - ms;
			const quiet = containers.flatMap(container => container.streams()).filter(({grewAt}) => grewAt <= until);
			return quiet.map(endLine).includes(true);
		},
		hasRest: containers => containers.some(container => container.streams().some(({stream}) => stream.isOpen())),
	};
}
