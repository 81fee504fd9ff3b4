import type {RunDifference, Verification} from '../../verify/verify.ts';
import {escapeText} from '../text/escape.ts';

/** The result of `verify`: one line per difference, or a line that says all runs agree. */
export function verificationText({runs, differences, exitCode, diffoscope}: Verification): string {
	if (differences.length === 0) return `all ${runs} runs produced the same output (exit status ${exitCode})\n`;
	return [...differences.map(lineOf), ...(diffoscope === null ? [] : [`details: ${diffoscope}`])]
		.map(line => `${escapeText(line)}\n`)
		.join('');
}

function lineOf({path, what, offset, one, other, run}: RunDifference): string {
	const place = offset !== undefined ? `byte ${offset} ` : what === 'presence' || what === 'status' ? '' : `${what} `;
	return `${path}: ${place}${one} in run 1, ${other} in run ${run}`;
}
