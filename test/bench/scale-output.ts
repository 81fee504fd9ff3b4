import {spawn} from 'node:child_process';
import {closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {digits} from './measure.ts';
import type {Row} from './scale-one.ts';
import {type Peer, peers} from './scale-peers.ts';
import {rootfs, scratch, seconds, shell, tsbox, tsboxWords} from './scale-setup.ts';

/** Lines of 100 bytes: 512 MiB. */
const lines = 5_368_709;
const line = 'x'.repeat(99);
const loud = `yes ${line} | head -n ${lines}`;

/** The times of some answers, ms. */
interface Latency {
	readonly median: number;
	readonly longest: number;
}

function latency(times: readonly number[]): Latency {
	const sorted = times.toSorted((a, b) => a - b);
	return {median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, longest: sorted.at(-1) ?? Number.NaN};
}

/**
 * Has one container print 512 MiB as fast as it can. Another one meanwhile gets a line each 50 ms from a pipe and prints it;
 * how long that takes until `logs -f` has it is told with and without the loud one, by one clock.
 */
export async function muchOutput(): Promise<readonly Row[]> {
	const data = join(scratch, 'data');
	mkdirSync(data);
	shell(`mkfifo ${data}/pipe`);
	const spec = join(scratch, 'flood.yaml');
	writeFileSync(
		spec,
		`name: flood
services:
  loud: {rootfs: ${rootfs}, network_mode: none, command: [sh, -c, "read -r _ < /data/go; ${loud}"], volumes: ["${data}:/data"], logging: {options: {max-size: 64m, max-file: 10}}}
  calm: {rootfs: ${rootfs}, network_mode: none, command: [sh, -c, "exec 3<>/data/pipe; while read -r line <&3; do echo $$line; done"], volumes: ["${data}:/data"]}
`,
	);
	shell(`mkfifo ${data}/go`);
	tsbox('up', '-d', spec);
	const [name = '', ...words] = tsboxWords;
	const follower = spawn(name, [...words, 'logs', '-f', '--no-prefix', 'flood', 'calm'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let answers: number[] = [];
	let rest = '';
	follower.stdout.setEncoding('utf8').on('data', (text: string) => {
		const now = performance.now();
		const all = (rest + text).split('\n');
		rest = all.pop() ?? '';
		answers.push(...all.map(sent => now - Number(sent)));
	});
	const pipe = openSync(`${data}/pipe`, 'r+');
	const sendUntil = async (over: () => boolean): Promise<Latency> => {
		answers = [];
		let sent = 0;
		do {
			writeSync(pipe, `${performance.now()}\n`);
			sent++;
			await delay(50);
		} while (!over());
		while (answers.length < sent) await delay(10);
		return latency(answers);
	};
	// The follower is there when the first answer is.
	await sendUntil(() => answers.length > 0);
	const quietUntil = performance.now() + 5000;
	const quiet = await sendUntil(() => performance.now() > quietUntil);
	const file = join(scratch, 'store/logs/flood-loud/stdout');
	const begun = performance.now();
	writeFileSync(`${data}/go`, 'go\n');
	let took = Number.NaN;
	const beside = await sendUntil(() => {
		if (statSync(file).size < lines * 100) return false;
		took = (performance.now() - begun) / 1000;
		return true;
	});
	follower.kill();
	closeSync(pipe);
	const whole = Number(shell(`${tsboxWords.join(' ')} logs --no-prefix flood loud | grep -c '^${line}$'`));
	tsbox('down', '-t', '0', 'flood');
	const told = ({median, longest}: Latency): string => `${digits(median)} ms, at most ${digits(longest)} ms`;
	return [
		[
			'output of one container',
			`${digits(512 / took)} MiB a second, ${lines - whole} of ${lines} lines lost`,
			...peers.map(outputOf),
		],
		['from the print of another one to `logs -f`, alone', told(quiet)],
		['beside the loud one', told(beside)],
	];
}

/** The same lines by another engine, in the background too. */
function outputOf({client, run, image, logging, printed}: Peer): string {
	const took = seconds(() =>
		shell(`${run} -d --name loud ${logging('loud')} ${image} sh -c '${loud}' && ${client} wait loud`),
	);
	const whole = Number(shell(`${printed('loud')} | grep -c '^${line}$'`));
	shell(`${client} rm -f loud`);
	return `${digits(512 / took)} MiB a second, ${lines - whole} of ${lines} lines lost`;
}
