import {createHash} from 'node:crypto';
import {publishedSides} from '../step/verbs/published-plan.ts';
import type {Plan} from '../step/verbs/step.ts';

/** The digests of a plan for a lock file. */
export interface PlanHash {
	/** `sha256:` and 64 hex digits, over all steps. */
	readonly digest: string;
	/** The first digits of each step's digest by step id, so that a difference can name the step. */
	readonly steps: Readonly<Record<string, string>>;
}

/**
 * Hashes a plan made from a portable input: its actions, undos and checks, in order. Titles, reasons and man pages are left
 * out, because a new wording in another version of tsbox makes the same container.
 */
export function planHash({name, namespaces, steps}: Plan): PlanHash {
	const acts = steps.map(({id, side, action, undo, checks}) => ({
		id,
		side: publishedSides[side],
		action,
		undo: undo.kind === 'none' ? null : undo,
		checks,
	}));
	return {
		digest: `sha256:${sha256(JSON.stringify([name, namespaces, acts]))}`,
		steps: Object.fromEntries(acts.map(act => [act.id, sha256(JSON.stringify(act)).slice(0, 16)])),
	};
}

/** SHA-256 as 64 hex digits. */
export function sha256(content: string | Uint8Array): string {
	return createHash('sha256').update(content).digest('hex');
}
