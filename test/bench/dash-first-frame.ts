import {spawn} from 'node:child_process';
import {scratch, tsboxWords} from './scale-setup.ts';

/** How long a line of sh(1) in a pty of script(1) takes, ms: until it has printed a text, or without one until its end. */
function timed(line: string, text?: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const begun = performance.now();
		let took: number | undefined;
		let seen = '';
		const child = spawn('script', ['-qfec', `stty cols 160 rows 50; exec ${line}`, '/dev/null'], {
			stdio: ['pipe', 'pipe', 'inherit'],
			env: {PATH: process.env['PATH'], HOME: scratch, TERM: 'xterm-256color', LANG: 'C.UTF-8'},
		});
		child.stdout.on('data', (bytes: Buffer) => {
			seen += bytes.toString();
			if (text === undefined || took !== undefined || !seen.includes(text)) return;
			took = performance.now() - begun;
			child.stdin.write('q');
		});
		child.once('error', reject);
		child.once('close', () => {
			if (text !== undefined && took === undefined) reject(new Error(`${line} ended without ${text}: ${seen}`));
			else resolve(took ?? performance.now() - begun);
		});
	});
}

const median = (times: readonly number[]): number =>
	times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

/** The medians of how long it takes until containers are on the screen, and of Node's own start and end, ms; the two in turn. */
export async function firstFrame(rounds: number): Promise<{readonly dash: number; readonly node: number}> {
	const dash: number[] = [];
	const node: number[] = [];
	// The first of each finds cold caches.
	for (let round = -1; round < rounds; round++) {
		const one = await timed(`${tsboxWords.join(' ')} dash`, 'many-loud');
		const other = await timed(`${process.execPath} -e 0`);
		if (round < 0) continue;
		dash.push(one);
		node.push(other);
	}
	return {dash: median(dash), node: median(node)};
}
