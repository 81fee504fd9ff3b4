import type {BuildDifference, BuildVerification} from '../../verify/verify-build.ts';
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

/** The result of `verify --build`: one line per difference, or a line with the digest that all builds gave. `name` is whose image it is. */
export function buildVerificationText({builds, digests, differences}: BuildVerification, name?: string): string {
	const whose = name === undefined ? '' : `${name}: `;
	if (differences.length === 0) return escapeText(`${whose}all ${builds} builds gave ${digests[0] ?? ''}`).concat('\n');
	return differences.map(each => `${escapeText(`${whose}${inLayer(each)}`)}\n`).join('');
}

function inLayer({instruction, ...difference}: BuildDifference): string {
	const [first = ''] = (instruction ?? '').split('\n');
	const where = instruction === null ? '' : `${first.length > 60 ? `${first.slice(0, 59)}…` : first}: `;
	return `${where}${lineOf(difference).replace(/ in run (\d+)/g, ' in build $1')}`;
}
