import type {Host} from '../../host/host.ts';
import type {FedContainer, FedStream} from './fed-container.ts';
import type {LineRing} from './line-ring.ts';

/** Bytes and lines that are read in a turn, little more; there are 20 turns a second. */
const budget = {bytes: 256 * 1024, lines: 2000};
/** Bytes that one file may be behind in all; with several that are behind, less each. */
const farBehind = 2 * 1024 * 1024;
/** Bytes that are read of one file in a millisecond in the long run: a burst is read, a flood is not. */
const perMs = 256;
/** Bytes before the end at which it is gone on: the lines of a large screen. While a flood lasts no more is read in a turn. */
const nearEnd = 8 * 1024;

/** What is done in a turn of a feed. */
export interface FeedTurn {
	/** Reads what containers printed since; tells whether there were lines, and which of them have more. */
	readonly read: (containers: readonly FedContainer[]) => {
		readonly added: boolean;
		readonly behind: readonly FedContainer[];
	};
	/** Hands out lines without an end to which nothing was added for so many ms; tells whether there were any. */
	readonly endLines: (containers: readonly FedContainer[], ms: number) => boolean;
	readonly hasRest: (containers: readonly FedContainer[]) => boolean;
}

/** Reads for a feed, never more at once than can be shown, from all that print in turn. */
export function feedTurn(host: Host, add: LineRing['add']): FeedTurn {
	let turns = 0;
	const addLine = ({service, which}: FedStream, text: Buffer): void =>
		add({kind: 'line', service, stream: which, at: host.now(), text});
	const endLine = (one: FedStream): boolean => {
		const text = one.stream.rest();
		if (text !== undefined) addLine(one, text);
		return text !== undefined;
	};
	/** Lets go of files that were replaced and are read to their ends; tells whether there was a last line. */
	const settleOld = (container: FedContainer): boolean => {
		const read = container.streams().filter(({isOld, stream}) => isOld && stream.behind() === 0);
		const lines = read.map(endLine);
		for (const one of read) container.drop(one);
		return lines.includes(true);
	};
	/** What is to be read of a container: of one that was made anew first what was before. */
	const current = (container: FedContainer): readonly FedStream[] => {
		const old = container.streams().filter(({isOld}) => isOld);
		return old.length > 0 ? old : container.streams();
	};
	const passOver = (one: FedStream, now: number, several: number): boolean => {
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
			const isBehind = ({stream}: FedStream): boolean => stream.behind() > 0;
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
