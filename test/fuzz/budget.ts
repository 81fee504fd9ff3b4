import fc from 'fast-check';
import {isTsboxError} from '../../src/errors/tsbox-error.ts';

/** Seconds that one property may take, by hand: `npm run fuzz`. Without, it is tried a number of times, and ended after some seconds. */
const asked = process.env['FUZZ_SECONDS'];
const seconds = Number(asked ?? 4);
/** The same values each time, unless `FUZZ_SEED` says otherwise; a failure tells the seed. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_125);

/** How long and from where a property is tried; time that runs out is no failure, what was tried then held. */
export const budget = {
	seed,
	numRuns: asked === undefined ? 300 : 10_000_000,
	interruptAfterTimeLimit: seconds * 1000,
	markInterruptAsFailure: false,
	endOnFailure: true,
} as const;

/** What a property may take in milliseconds, with time left to shrink nothing and to start. */
export const patience = seconds * 1000 + 20_000;

/** Runs what may refuse its input: undefined when it did so in the one way that is allowed, an error of tsbox. */
export function orRefused<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}

/** A text with some of its pieces cut out, doubled, swapped for each other or for hostile ones. */
export function mutated(texts: readonly string[], hostile: readonly string[]): fc.Arbitrary<string> {
	const piece = fc.oneof(fc.constantFrom(...hostile), fc.string({unit: 'binary', maxLength: 8}));
	const edit = fc.record({at: fc.nat(), length: fc.oneof(fc.constant(0), fc.nat(40)), put: piece});
	return fc.tuple(fc.constantFrom(...texts), fc.array(edit, {minLength: 1, maxLength: 6})).map(([text, edits]) =>
		edits.reduce((now, {at, length, put}) => {
			const from = at % (now.length + 1);
			return now.slice(0, from) + put + now.slice(from + length);
		}, text),
	);
}

/** Bytes with some of them changed, cut out or put in. */
export function mutatedBytes(all: readonly Buffer[]): fc.Arbitrary<Buffer> {
	const edit = fc.record({at: fc.nat(), length: fc.nat(3), put: fc.uint8Array({maxLength: 3})});
	return fc.tuple(fc.constantFrom(...all), fc.array(edit, {minLength: 1, maxLength: 5})).map(([bytes, edits]) =>
		edits.reduce((now, {at, length, put}) => {
			const from = at % (now.length + 1);
			return Buffer.concat([now.subarray(0, from), put, now.subarray(from + length)]);
		}, bytes),
	);
}
