import {setTimeout as delay} from 'node:timers/promises';
import {detachKeyWords} from '../../spec/values/detach-keys.ts';
import {detachMatcher} from './detach-matcher.ts';
import type {DeafProcess} from '../../kernel/ignores-interrupt.ts';

/** What the special keys of a container's terminal do. */
export interface TerminalKeys {
	/** The bytes of the detach keys. */
	readonly detachKeys: readonly number[];
	/** Finds the foreground process that ignores Ctrl-C; undefined if Ctrl-C works or that is unknown. */
	readonly deaf: () => Promise<DeafProcess | undefined>;
	/** What one more Ctrl-C does: `stops it`. */
	readonly does: string;
	/** Called the first time the user presses the detach keys; its text is printed. Without it the detach keys do nothing. */
	readonly beforeLeaving?: (keys: string) => string;
	/** Shows a message at the terminal. */
	readonly say: (text: string) => void;
	/** Called when the user leaves: at the third ignored Ctrl-C, or at the detach keys with no message to show. */
	readonly leave: () => void;
}

const interrupt = 3;
/** How long a program may take from the last step of a start to its exec, ms. */
const beginsWithin = 300;

/**
 * Watches what a user types at a container's terminal for the wish to leave. All bytes go to the container too. The
 * second ignored Ctrl-C in a row shows a message, and the third leaves: `docker run` also ends at the third SIGINT.
 * Programs that handle Ctrl-C are not disturbed, because `deaf` is asked each time.
 */
export function terminalKeys({
	detachKeys,
	deaf,
	does,
	beforeLeaving,
	say,
	leave,
}: TerminalKeys): (bytes: Uint8Array) => void {
	let interrupts = 0;
	let warned = false;
	let looking = false;
	let leaving = false;
	let matcher = detachMatcher(detachKeys);
	const look = (): Promise<DeafProcess | undefined> => deaf().catch(() => undefined);
	// The program may not have started yet. Until its exec, `deaf` sees the shell that becomes the program.
	const again = async (): Promise<DeafProcess | undefined> => {
		await delay(beginsWithin, undefined, {ref: false});
		return interrupts === 0 ? undefined : look();
	};
	const onInterrupt = async (): Promise<void> => {
		interrupts += 1;
		if (interrupts < 2 || looking) return;
		looking = true;
		const found = (await look()) ?? (await again());
		looking = false;
		// A key that was typed meanwhile was for the container and has reset the count.
		if (found === undefined || interrupts === 0) return;
		if (warned) return leave();
		warned = true;
		const first = found.isFirst ? ' (it is process 1)' : '';
		say(`${found.name} ignores Ctrl-C${first}; Ctrl-C once more ${does}`);
	};
	const onDetachKeys = (): void => {
		const answer = leaving ? undefined : beforeLeaving?.(detachKeyWords(detachKeys));
		leaving = true;
		if (answer === undefined) leave();
		else say(answer);
	};
	return bytes => {
		for (const byte of bytes) {
			if (byte === interrupt) {
				void onInterrupt();
			} else {
				interrupts = 0;
				warned = false;
			}
			if (beforeLeaving === undefined) continue;
			if (!detachKeys.includes(byte)) leaving = false;
			if (!matcher.feed(Uint8Array.of(byte)).detached) continue;
			matcher = detachMatcher(detachKeys);
			onDetachKeys();
		}
	};
}
