import type {LockDifference} from '../../lock/compare.ts';
import type {ImageUpdate, LockCheck, NotLocked} from '../../lock/lock.ts';
import {plural} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import {imageTitle, shortDigest} from './images-table.ts';

/** The differences from a lock file, each with both values, the cause, and the hint. The text has no line break at its end. */
export function lockDifferences({file, differences}: Pick<LockCheck, 'file' | 'differences'>): string {
	return [
		`${plural(differences.length, 'difference')} from ${escapeText(file)}`,
		...differences.map(differenceWords),
	].join('\n');
}

function differenceWords({service, what, locked, now, why, hint}: LockDifference): string {
	return [
		`  ${escapeText(service)}: ${escapeText(what)}`,
		`    locked ${escapeText(locked)} | now ${escapeText(now)}`,
		`    cause  ${escapeText(why)}`,
		`    hint   ${escapeText(hint)}`,
	].join('\n');
}

/** What a lock file does not cover, one line each. */
export function notLockedLines(notLocked: readonly NotLocked[]): string {
	return notLocked.map(({service, text}) => `${escapeText(service)}: not locked: ${escapeText(text)}\n`).join('');
}

/** What became of each service in an update of its image, one line each. */
export function imageUpdateLines(updates: readonly ImageUpdate[]): string {
	return updates.map(update => `${escapeText(update.service)}: ${updateWords(update)}\n`).join('');
}

function updateWords({reference, before, now, also}: ImageUpdate): string {
	if (reference === null || now === null) return 'no image that has a tag';
	const name = imageTitle(reference, true);
	if (before === now) return `${name} unchanged ${shortDigest(now)}`;
	const others = also.length === 0 ? '' : `; also locked as it is now: ${also.map(escapeText).join(', ')}`;
	return `${name} ${before === null ? 'new' : shortDigest(before)} -> ${shortDigest(now)}${others}`;
}
