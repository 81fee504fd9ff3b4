import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {digits} from './measure.ts';
import type {Row} from './scale-one.ts';
import {peers} from './scale-peers.ts';
import {leftovers, rootfs, runs, scratch, seconds, shell, tsboxWords} from './scale-setup.ts';

/** Of the peers only the rate is wanted. */
const peerRuns = Math.min(runs, 1000);

/** Runs a line of sh(1) in 8 lanes, each its share of the runs. */
function inLanes(line: string, times: number): {readonly rate: number; readonly failed: number} {
	const each = Math.ceil(times / 8);
	const lane = `n=0; while [ $n -lt ${each} ]; do ${line} || echo failed; n=$((n + 1)); done`;
	let out = '';
	const took = seconds(() => {
		out = shell(`${Array.from({length: 8}, (_, n) => `( lane=${n}; ${lane} ) &`).join('\n')}\nwait`);
	});
	return {rate: (each * 8) / took, failed: out.split('failed').length - 1};
}

/** Many containers one after the other, in 8 lanes beside each other. */
export function manyRuns(): readonly Row[] {
	const spec = join(scratch, 'one.yaml');
	writeFileSync(spec, `rootfs: ${rootfs}\ncommand: ["true"]\n`);
	const before = leftovers();
	const own = inLanes(`${tsboxWords.join(' ')} run --name one$lane ${spec} >/dev/null 2>&1`, runs);
	const left = leftovers().filter(each => !before.includes(each)).length;
	const others = peers.map(({run, image}) => inLanes(`${run} --rm ${image} true >/dev/null 2>&1`, peerRuns));
	return [
		[
			`${runs} runs of true in 8 lanes`,
			`${digits(own.rate)} a second, ${own.failed} failed, ${left} left over`,
			...others.map(({rate, failed}) => `${digits(rate)} a second, ${failed} of ${peerRuns} failed`),
		],
	];
}
