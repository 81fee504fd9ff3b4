import type {RunDifference, Verification} from '../../verify/verify.ts';
import {escapeText} from '../text/escape.ts';

/** What `verify` found: a line for each difference, or that there is none. */
export function verificationText({runs, differences, exitCode, diffoscope}: Verification): string {
	if (differences.length === 0) return `all ${runs} runs made the same (exit status ${exitCode})\n`;
	return [...differences.map(lineOf), ...(diffoscope === null ? [] : [`see more: ${diffoscope}`])]
		.map(line => `${escapeText(line)}\n`)
		.join('');
}

function lineOf({path, what, offset, one, other, run}: RunDifference): string {
	const place = offset !== undefined ? `byte ${offset} ` : what === 'presence' || what === 'status' ? '' : `${what} `;
	return `${path}: ${place}${one} in run 1, ${other} in run ${run}`;
}
