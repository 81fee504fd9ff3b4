import type {Machine} from '../../container/machine/machine.ts';
import {setImmediate as immediate, setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {isMeant, labelOf} from '../../spec/keys/replicas.ts';
import {type ContainerRecord, stateOf} from '../../state/record.ts';
import {logHistory, type PastLine} from './log-history.ts';
import {type TailedContainer, tailedContainer, type TailedStream, type TailManner} from './tailed-container.ts';
import type {ProjectTarget} from '../state/target.ts';

/** One line that a container printed. */
export interface LogPiece {
	readonly service: string;
	readonly stream: 'stdout' | 'stderr';
	/** When it was printed, ms since the epoch; undefined if no supervisor was running. */
	readonly at: number | undefined;
	/** Includes the line end; a last line may have none. */
	readonly bytes: Buffer;
}

/** Selects lines. */
export interface LogWish {
	readonly follow: boolean;
	/** The last lines of each container. */
	readonly tail?: number;
	/** Only lines from this time on, ms since the epoch. */
	readonly since?: number;
	/** Only lines before this time, ms since the epoch. */
	readonly until?: number;
}

/** How many lines to write before yielding to other work. */
const turnEvery = 4096;
/** How often a follower checks whether any container still runs, ms. Lines arrive by inotify(7). */
const lookEvery = 1000;
/** Lines are never cut or changed. */
const manner: TailManner = {
	longestLine: Infinity,
	chunk: 256 * 1024,
	keepsEnds: true,
	mustRead: true,
	pollMs: 100,
	restMs: 0,
};

/** The containers of a target that have output. */
function recordsOf(machine: Machine, {project, services}: ProjectTarget): readonly ContainerRecord[] {
	const records = allRecords(machine).filter(({detached}) => detached?.project === project);
	const made = records.flatMap(({detached}) => (detached === undefined ? [] : [detached.made]));
	const strange = services.find(word => !made.some(service => isMeant(word, service)));
	if (strange !== undefined)
		throw new TsboxError('E_USAGE', `${project} has no service ${strange}`, {
			hint: `it has ${made.map(labelOf).join(', ')}`,
		});
	if (services.length === 0) return records;
	return keeping(
		records.filter(({detached}) => detached !== undefined && services.some(word => isMeant(word, detached.made))),
	);
}

/** @throws TsboxError E_USAGE when nothing is kept of any of them. */
function keeping(records: readonly ContainerRecord[]): readonly ContainerRecord[] {
	const kept = records.filter(({detached}) => detached?.logging.driver !== 'none');
	const [none] = records;
	if (kept.length > 0 || none === undefined) return kept;
	throw new TsboxError('E_USAGE', `nothing is kept of what ${none.name} prints`, {
		why: 'its spec has `logging: {driver: none}`',
		hint: 'take that out, and bring it up again',
	});
}

/**
 * Writes the lines of a project's containers unchanged, ordered by the marks. The two streams of a container are ordered only
 * to within 50 ms.
 *
 * @throws TsboxError E_USAGE for an unknown service.
 */
export async function readLogs(
	machine: Machine,
	target: ProjectTarget,
	{follow, tail = Infinity, since, until = Infinity}: LogWish,
	writeLine: (piece: LogPiece) => void,
	signal: AbortSignal,
): Promise<void> {
	const {host} = machine;
	const write = (piece: LogPiece): void => {
		if ((piece.at ?? 0) < until) writeLine(piece);
	};
	const containers = recordsOf(machine, target).map(({name}): TailedContainer => {
		const container: TailedContainer = tailedContainer(machine, {id: name, name}, manner, () => news(container));
		return container;
	});
	const hand = ({service, which}: TailedStream, bytes: Buffer | undefined): void => {
		if (bytes !== undefined) write({service, stream: which, at: host.now(), bytes});
	};
	/** Writes new lines; for a replaced file, including an unfinished last line. */
	const news = (container: TailedContainer): void => {
		container.look();
		for (const one of container.streams()) {
			for (const line of one.stream.until(Infinity)) hand(one, line);
			if (!one.isOld) continue;
			hand(one, one.stream.rest());
			container.drop(one);
		}
	};
	const rest = (): void => {
		for (const one of containers.flatMap(container => container.streams())) hand(one, one.stream.rest());
	};
	function* pick(history: Iterable<PastLine>): Generator<PastLine> {
		const last: PastLine[] = [];
		for (const line of history) {
			if (since !== undefined && (line.at ?? Infinity) < since) continue;
			if ((line.at ?? 0) >= until) continue;
			if (tail === Infinity) yield line;
			else if (last.push(line) > tail) last.shift();
		}
		yield* last;
	}
	try {
		let handed = 0;
		for (const {service, stream, at, text} of await logHistory(
			machine,
			containers,
			{lines: tail, bytes: Infinity, pick},
			immediate,
		)) {
			write({service, stream, at, bytes: text});
			// Node frees written buffers only when the event loop runs.
			if (++handed % turnEvery === 0) await immediate();
			if (signal.aborted) return;
		}
		if (!follow) {
			if (since === undefined || host.now() >= since) rest();
			return;
		}
		for (const container of containers) {
			container.watch();
			news(container);
		}
		const runs = (): boolean => recordsOf(machine, target).some(record => mayPrint(machine, record));
		do await delay(lookEvery, undefined, {signal}).catch(() => {});
		while (!signal.aborted && runs());
		for (const container of containers) news(container);
		rest();
	} finally {
		for (const container of containers) container.close();
	}
}

function mayPrint({host}: Machine, record: ContainerRecord): boolean {
	const isDue = record.detached?.exit === null && record.detached.unstarted !== true;
	return isDue || stateOf(host, record) === 'running';
}
