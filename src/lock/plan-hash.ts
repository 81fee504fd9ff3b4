import {createHash} from 'node:crypto';
import type {Plan} from '../step/verbs/step.ts';

/** A plan as a lock has it. */
export interface PlanHash {
	/** `sha256:` and 64 digits, over all steps. */
	readonly digest: string;
	/** The beginning of a digest for each step, by its id, so that the one that differs can be named. */
	readonly steps: Readonly<Record<string, string>>;
}

/**
 * The hash of a plan that was made from a portable input: what is done, undone and checked, in order. Titles, reasons and
 * man pages are for readers: a better word in the next version of tsbox makes no other container.
 */
export function planHash({name, namespaces, steps}: Plan): PlanHash {
	const acts = steps.map(({id, side, action, undo, checks}) => ({
		id,
		side,
		action,
		undo: undo.kind === 'none' ? null : undo,
		checks,
	}));
	return {
		digest: `sha256:${sha256(JSON.stringify([name, namespaces, acts]))}`,
		steps: Object.fromEntries(acts.map(act => [act.id, sha256(JSON.stringify(act)).slice(0, 16)])),
	};
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
	return createHash('sha256').update(content).digest('hex');
}
