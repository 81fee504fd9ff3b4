import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';

/** How many containers there are at once. */
export const containers = Number(process.argv[2] ?? 200);
/** How many are run one after the other. */
export const runs = Number(process.argv[3] ?? 500);

/** A folder of the benchmark's own. */
export const scratch = mkdtempSync(join(tmpdir(), 'tsbox-scale-'));
/** The archive that all containers are made from. */
export const rootfs = await busyboxFixture();

const program = join(import.meta.dirname, '../../bin/tsbox');
/** The command line of tsbox up to the verb. */
export const tsboxWords: readonly string[] = [
	program,
	'--store',
	join(scratch, 'store'),
	'--state',
	join(scratch, 'state'),
];

/** Runs tsbox and gives what it printed; throws what it complained of. */
export function tsbox(...args: readonly string[]): string {
	const [name = '', ...words] = [...tsboxWords, ...args];
	const {status, stdout, stderr} = spawnSync(name, words, {encoding: 'utf8', maxBuffer: 1 << 28});
	if (status !== 0) throw new Error(stderr);
	return stdout;
}

/** Runs a line of sh(1) and gives what it printed, whatever its end. */
export function shell(line: string): string {
	return spawnSync('sh', ['-c', line], {encoding: 'utf8', maxBuffer: 1 << 28}).stdout;
}

/** How long something takes, s. */
export function seconds(act: () => void): number {
	const begun = performance.now();
	act();
	return (performance.now() - begun) / 1000;
}

/** The shortest of some times, s: what the machine does besides is not what is measured. */
export function quickest(times: number, act: () => void): number {
	return Math.min(...Array.from({length: times}, () => seconds(act)));
}

/** Does a line of sh(1) for each number below `count`, as `$n`, at most eight at once. */
export function eightAtOnce(count: number, line: string): void {
	shell(`n=0; while [ $n -lt ${count} ]; do ( ${line} ) & n=$((n + 1)); [ $((n % 8)) != 0 ] || wait; done; wait`);
}

/** What containers have left on the machine. */
export function leftovers(): readonly string[] {
	const below = (folder: string): readonly string[] => {
		try {
			return readdirSync(folder).map(name => `${folder}/${name}`);
		} catch {
			return [];
		}
	};
	const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
	return [
		...below(join(scratch, 'state/containers')),
		...below(join(scratch, 'store/layers')),
		...mounts.filter(line => line.includes(scratch)),
	];
}

let unpacked: string | undefined;

/** The root filesystem as a folder. */
export function rootFolder(): string {
	if (unpacked !== undefined) return unpacked;
	unpacked = join(scratch, 'root');
	execFileSync('sh', ['-c', `mkdir -p ${unpacked} && tar -xf ${rootfs} -C ${unpacked}`]);
	return unpacked;
}

/** Ends what is there still, and removes the folder. */
export function cleanUp(): void {
	for (const name of projects()) spawnSync(tsboxWords[0] ?? '', [...tsboxWords.slice(1), 'down', '-t', '0', name]);
	rmSync(scratch, {recursive: true, force: true});
}

function projects(): readonly string[] {
	try {
		return readdirSync(join(scratch, 'state/projects'));
	} catch {
		return [];
	}
}
