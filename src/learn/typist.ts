import {settled} from './prompts.ts';
import type {Room} from './room/room.ts';

/** Types lines in a room, each when a shell shows its prompt. */
export interface Typist {
	/** Adds lines. The first one is typed at the next prompt, or at once while a prompt is there. */
	readonly type: (lines: readonly string[]) => void;
}

/** Watches the prompts of a room. The learner may type as well: a line waits for the prompt after that. */
export function typist(room: Pick<Room, 'type' | 'onPrompt' | 'atHome' | 'processes'>): Typist {
	let atPrompt = false;
	let last = '';
	const lines: string[] = [];
	const next = async (): Promise<void> => {
		if (!atPrompt || lines.length === 0) return;
		const before = last;
		last = '';
		await settled(room, before);
		// The room ends with its outer shell. Whoever has left a container already need not leave again.
		while (lines[0] === 'exit' && room.atHome()) lines.shift();
		const line = lines.shift();
		if (line === undefined || !atPrompt) return;
		atPrompt = false;
		last = line;
		room.type(`${line}\n`);
	};
	room.onPrompt(() => {
		atPrompt = true;
		// The shell reads only after its prompt, which comes right after the mark.
		setImmediate(() => void next());
	});
	return {
		type: added => {
			lines.push(...added);
			void next();
		},
	};
}
