import type {LockDifference} from '../../lock/compare.ts';
import type {LockCheck, NotLocked} from '../../lock/lock.ts';
import {escapeText} from '../text/escape.ts';

/** What differs from a lock: each with both values side by side, the cause and the hint. No line break at the end. */
export function lockDifferences({file, differences}: Pick<LockCheck, 'file' | 'differences'>): string {
	const many = differences.length === 1 ? 'one thing is' : `${differences.length} things are`;
	return [`${many} not as ${escapeText(file)} says`, ...differences.map(differenceWords)].join('\n');
}

function differenceWords({service, what, locked, now, why, hint}: LockDifference): string {
	return [
		`  ${escapeText(service)}: ${escapeText(what)}`,
		`    locked ${escapeText(locked)} | now ${escapeText(now)}`,
		`    cause  ${escapeText(why)}`,
		`    hint   ${escapeText(hint)}`,
	].join('\n');
}

/** What a lock says nothing of, a line each. */
export function notLockedLines(notLocked: readonly NotLocked[]): string {
	return notLocked.map(({service, text}) => `${escapeText(service)}: not locked: ${escapeText(text)}\n`).join('');
}
