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

/** The output of containers, for a viewer that shows the end and can scroll back. */
export interface LogFeed extends Omit<LineRing, 'add'> {
	/** Whether past output is still being read. */
	readonly isLoading: () => boolean;
	/** Whether a container has output files. One in the foreground has none: it prints to its terminal. */
	readonly hasOutput: (name: string) => boolean;
	readonly close: () => void;
}

/** The default limits of a feed. */
const bounds: RingBounds = {lines: 100_000, bytes: 8 * 1024 * 1024};
/** The most bytes of marks to read; a busy container writes 30 bytes every 50 ms. */
const mostMarks = 4 * 1024 * 1024;
/** The chunk is small because a file of very short lines has a line every two bytes. */
const manner: TailManner = {
	longestLine: 64 * 1024,
	chunk: 8 * 1024,
	keepsEnds: false,
	mustRead: false,
	pollMs: 200,
	restMs: 50,
};
/** About how many bytes and lines a turn reads; there are 20 turns a second. */
const budget = {bytes: 256 * 1024, lines: 2000};
/** The most bytes that a feed may be behind; several files share them. */
const farBehind = 2 * 1024 * 1024;
/** The long-run read rate per file, bytes per ms: a burst is read, a flood is skipped. */
const perMs = 256;
/** How many bytes before the end reading resumes after a skip: enough for a large screen. */
const nearEnd = 8 * 1024;
/** How long history is read before key presses are handled, ms. */
const sliceMs = 8;
/** How many lines to read between two checks of the clock. */
const clockEvery = 64;
/** The shortest time between two turns, and between two calls of `changed`, ms. */
const turnEvery = 50;
/** How long an unfinished line waits before it is shown, ms: it may be a prompt. */
const restAfter = 1000;
/** How often to poll for new containers when no inotify watch is available, ms. */
const pollMs = 500;

/**
 * Opens a feed of the output of containers: their last lines by time, then new lines. The feed follows containers that are
 * created or recreated later. Skips output that is too fast to read, with a `skipped` line.
 *
 * @param names - container names, including names from a rename
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
		// A read error leaves out the history; a closed feed needs none.
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

/** The work of a feed's turn. */
export interface FeedTurn {
	/** Reads new output; returns whether there were lines, and the containers that have more. */
	readonly read: (containers: readonly TailedContainer[]) => {
		readonly added: boolean;
		readonly behind: readonly TailedContainer[];
	};
	/** Adds the unfinished lines that have not grown for `ms` milliseconds; returns whether there were any. */
	readonly endLines: (containers: readonly TailedContainer[], ms: number) => boolean;
	readonly hasRest: (containers: readonly TailedContainer[]) => boolean;
}

/** Makes the reader of a feed. It shares a limited budget per turn between the containers that print. */
export function feedTurn(host: Host, add: LineRing['add']): FeedTurn {
	let turns = 0;
	const addLine = ({service, which}: TailedStream, text: Buffer): void =>
		add({kind: 'line', service, stream: which, at: host.now(), text});
	const endLine = (one: TailedStream): boolean => {
		const text = one.stream.rest();
		if (text !== undefined) addLine(one, text);
		return text !== undefined;
	};
	/** Closes replaced files that are read to the end; returns whether they had an unfinished last line. */
	const settleOld = (container: TailedContainer): boolean => {
		const read = container.streams().filter(({isOld, stream}) => isOld && stream.behind() === 0);
		const lines = read.map(endLine);
		for (const one of read) container.drop(one);
		return lines.includes(true);
	};
	/** The streams to read of a container; for a recreated one, the old files first. */
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
