import type {RunEvent} from '../execute/event.ts';

/** Events that each reader gets from the first on, as they come. */
export interface EventLog {
	readonly add: (event: RunEvent) => void;
	/** No more will come: readers end. */
	readonly end: () => void;
	readonly events: AsyncIterable<RunEvent>;
}

/** Keeps all events: those of a start, and few after it. */
export function eventLog(): EventLog {
	const kept: RunEvent[] = [];
	let ended = false;
	let waiting: (() => void)[] = [];
	const wake = (): void => {
		const woken = waiting;
		waiting = [];
		for (const each of woken) each();
	};
	return {
		add: event => {
			kept.push(event);
			wake();
		},
		end: () => {
			ended = true;
			wake();
		},
		events: {
			async *[Symbol.asyncIterator]() {
				for (let at = 0; ; ) {
					const event = kept[at];
					if (event !== undefined) {
						at += 1;
						yield event;
					} else if (ended) return;
					else await new Promise<void>(resolve => waiting.push(resolve));
				}
			},
		},
	};
}
