import type {Room} from './room/room.ts';

/** Waits for the prompts of a room. */
export interface Prompts {
	/** Waits for a prompt since the last call, or for at most this time, ms. */
	readonly next: (ms: number) => Promise<'prompt' | 'ended' | 'late'>;
}

/** Watches the prompts of a room from now on. */
export function promptsOf({onPrompt, ended}: Pick<Room, 'onPrompt' | 'ended'>, signal: AbortSignal): Prompts {
	let seen = 0;
	let gone = false;
	let wake: () => void = () => {};
	onPrompt(() => {
		seen += 1;
		wake();
	});
	const leave = (): void => {
		gone = true;
		wake();
	};
	signal.addEventListener('abort', leave, {once: true});
	void ended.then(leave);
	return {
		next: async ms => {
			if (seen === 0 && !gone)
				await new Promise<void>(resolve => {
					// setTimeout takes no more than 31 bits.
					const late = setTimeout(resolve, Math.min(ms, 0x7fff_ffff));
					wake = () => {
						clearTimeout(late);
						resolve();
					};
				});
			signal.throwIfAborted();
			const how = seen > 0 ? 'prompt' : gone ? 'ended' : 'late';
			seen = 0;
			return how;
		},
	};
}

/** How long the processes of a room stay the same until they count as settled, ms; and the longest wait for that. */
const quietMs = 300;
const longestMs = 5000;

/**
 * Waits until a line has done its work. A program in the background has not, when the prompt is there: then the processes of
 * the room have to stay the same for a moment.
 */
export async function settled(room: Pick<Room, 'processes'>, line: string): Promise<void> {
	if (!/&\s*$/.test(line)) return;
	const step = 50;
	let before = '';
	let quiet = 0;
	for (let waited = 0; quiet < quietMs && waited < longestMs; waited += step) {
		const now = room.processes().join(' ');
		quiet = now === before ? quiet + step : 0;
		before = now;
		await new Promise(resolve => void setTimeout(resolve, step));
	}
}
