import {callerInput, callerLines, releaseInput} from '../host/programs/stdio.ts';

/** What the learner types: lines of a pipe, or the bytes of a terminal. */
export type LearnerInput = {readonly close: () => void} & (
	| {readonly kind: 'lines'; readonly next: () => Promise<string | undefined>}
	| {readonly kind: 'terminal'; readonly onTyped: (listen: (bytes: Buffer) => void) => () => void}
);

/** Standard input. A terminal becomes raw, since the room's own terminal does what a terminal does. */
export function learnerInput(isTerminal: boolean): LearnerInput {
	if (!isTerminal) {
		const lines = callerLines();
		return {
			kind: 'lines',
			next: async () => {
				const {value, done} = await lines.next();
				return done === true ? undefined : value;
			},
			close: releaseInput,
		};
	}
	const input = callerInput();
	input.setRawMode(true);
	return {
		kind: 'terminal',
		onTyped: listen => {
			input.on('data', listen);
			return () => void input.off('data', listen);
		},
		close: releaseInput,
	};
}
