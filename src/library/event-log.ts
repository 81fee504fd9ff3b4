import type {RunEvent} from '../execute/event.ts';

/** A log of events. Every reader gets all events from the first one, and new ones as they arrive. */
export interface EventLog {
	readonly add: (event: RunEvent) => void;
	/** No more events follow: readers end. */
	readonly end: () => void;
	readonly events: AsyncIterable<RunEvent>;
}

/** Creates an event log. It keeps all events in memory, since a start emits only a few dozen. */
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
