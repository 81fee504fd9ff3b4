import {setTimeout as delay} from 'node:timers/promises';
import {detachKeyWords} from '../spec/values/detach-keys.ts';
import {detachMatcher} from './detach-matcher.ts';
import type {DeafProcess} from '../kernel/ignores-interrupt.ts';

/** What the keys of a container's terminal do to whoever sits at it. */
export interface TerminalKeys {
	/** The bytes that ask to leave. */
	readonly detachKeys: readonly number[];
	/** Looks whether Ctrl-C is of no use at the terminal. */
	readonly deaf: () => Promise<DeafProcess | undefined>;
	/** What one more Ctrl-C does: `stops it`. */
	readonly does: string;
	/** Called the first time the user presses the detach keys; its text is printed. Without it the detach keys do nothing. */
	readonly beforeLeaving?: (keys: string) => string;
	/** Tells the person at the terminal something. */
	readonly say: (text: string) => void;
	/** The way out was asked for, twice where it was said what that means. */
	readonly leave: () => void;
}

const interrupt = 3;
/** How long a program may take from the last step of a start to its exec, ms. */
const beginsWithin = 300;

/**
 * Watches what is typed at a container's terminal for a person who wants out; all of it goes to the container as well. A
 * second Ctrl-C in a row that is of no use is answered, and the third leaves: `docker run` forces its end with the third
 * SIGINT too. Nothing that makes use of Ctrl-C is ever disturbed, as it is asked each time who would.
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
	// The program may be about to begin: until then the shell that becomes it is what is looked at.
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
		// What was typed meanwhile was for the container.
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
