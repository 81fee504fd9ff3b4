import {readdirSync, readFileSync} from 'node:fs';
import type {CommandOptions, Machine, Pool, RunResult} from '../../src/index.ts';
import {cgroupsOf} from './leftovers.ts';

/** A generator that gives the same numbers for the same seed, from 0 to 1; mulberry32. */
export function numbersFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/**
 * Says what it finds of other runs, each a line that begins `SEEN`, then leaves traces of its own everywhere: files, a
 * message queue, segments, a variable, a process that goes on and holds a descriptor. Its first argument is the run's.
 */
export const canary = `
for file in /canary* /tmp/canary* /dev/canary* /dev/shm/* /dev/mqueue/* /root/canary*; do [ -e "$file" ] && echo "SEEN file $file"; done
env | grep CANARY | grep -v "^CANARY=$1$" | sed 's/^/SEEN variable /'
for folder in /proc/[0-9]*; do
	[ "\${folder#/proc/}" = $$ ] && continue
	[ -e "$folder/cmdline" ] && tr '\\0' ' ' < "$folder/cmdline" | grep sleep | sed 's/^/SEEN process /'
done
for kind in shm sem msg; do sed 1d "/proc/sysvipc/$kind" | sed "s/^/SEEN $kind /"; done
[ ! -x /bin/segments ] || segments
ls -l /proc/self/fd 2>/dev/null | grep -e '->' | grep -v -e ' [012] -> ' -e ' /dev/null$' -e ' /proc/' | sed 's/^/SEEN descriptor /'
for place in / /tmp /dev /dev/shm /dev/mqueue /root; do echo "$1" > "$place/canary-$1" || : > "$place/canary-$1"; done 2>/dev/null
hostname "canary-$1" 2>/dev/null
sleep 1000 9> /canary-held &
echo "OWN $1"
`;

/** One run of a pool under faults, and what is to be true of its result. */
export interface Trial {
	readonly what: string;
	readonly options: CommandOptions;
	/** What is wrong with the result, or undefined. */
	readonly wrong: (result: RunResult) => string | undefined;
	/** Codes of errors that it may reject with. */
	readonly refusals: readonly string[];
}

/** A start that was hit too often in a row. */
const failed = ['E_STEP_FAILED', 'E_CHECK_FAILED'];

/** A run that is hit by something, by its number; each kind comes as often as the others. */
export function trialOf(at: number, random: () => number): Trial {
	const id = `${at}x${Math.floor(random() * 1e9)}`;
	const command = (tail: string): CommandOptions => ({
		command: ['sh', '-c', `${canary}${tail}`, 'sh', id],
		env: {CANARY: id},
	});
	const own = ({stdout}: RunResult): string | undefined => (stdout.startsWith(`OWN ${id}\n`) ? undefined : stdout);
	const whole = (result: RunResult): string | undefined =>
		result.signal !== null || result.stdout === `OWN ${id}\n${id}` ? undefined : `${result.exitCode} ${result.stdout}`;
	const soon = Math.floor(random() * 12);
	switch (at % 7) {
		case 0:
			return {
				what: 'flood',
				options: {...command('exec yes'), maxOutput: 5000},
				wrong: result => (result.truncated ? own(result) : result.signal === null ? 'not truncated' : undefined),
				refusals: failed,
			};
		case 1:
			return {
				what: 'timeout',
				options: {...command('exec sleep 1000'), timeoutMs: 40 + soon},
				wrong: ({timedOut, signal}) => (timedOut || signal !== null ? undefined : 'not ended'),
				refusals: failed,
			};
		case 2: {
			const controller = new AbortController();
			setTimeout(() => controller.abort(), soon * 4);
			return {
				what: 'abort',
				options: {...command('exec sleep 1000'), signal: controller.signal},
				wrong: ({isCanceled, signal}) => (isCanceled || signal !== null ? undefined : 'not ended'),
				refusals: [...failed, 'E_INTERRUPTED'],
			};
		}
		case 3:
			return {
				what: 'no such command',
				options: {command: [`/no-${id}`]},
				wrong: () => 'it ran',
				refusals: [...failed, 'E_COMMAND_NOT_FOUND'],
			};
		case 4:
			return {
				what: 'memory',
				options: command('x=a; while :; do x=$x$x; done'),
				wrong: ({oomKilled, signal}) => (oomKilled || signal !== null ? undefined : 'not ended'),
				refusals: failed,
			};
		default:
			return {
				what: 'plain',
				options: {...command('cat'), input: id},
				wrong: whole,
				refusals: failed,
			};
	}
}

/** Kills a process of some container of that name from outside, wherever the container is on its way. */
export function killSomething(name: string, random: () => number): void {
	const folders = cgroupsOf(name)
		.map(line => line.slice('cgroup '.length))
		.filter(path => path.includes('/freezer/') || !path.includes('/unified/'));
	const folder = folders[Math.floor(random() * folders.length)];
	try {
		const pids = readFileSync(`${folder}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number);
		const pid = pids[Math.floor(random() * pids.length)];
		if (pid !== undefined && pid > 1) process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}

/**
 * The machine with programs that fail now and then: they cannot be started, or end before they did anything. A container's
 * first program is the shell.
 */
export function unreliable(machine: Machine, random: () => number, share: number): Machine {
	const {host, facts} = machine;
	const wrong = (): string | undefined =>
		random() < share ? (random() < 0.5 ? '/no/such/tool' : '/bin/false') : undefined;
	const start: typeof host.start = (argv, options) => {
		const other = wrong();
		return host.start(other === undefined ? argv : [other], options);
	};
	const {sh} = facts.tools;
	const tools = Object.defineProperty({...facts.tools}, 'sh', {
		enumerable: true,
		get: () => (sh === null ? null : {...sh, path: wrong() ?? sh.path}),
	});
	return {...machine, host: {...host, start}, facts: {...facts, tools}};
}

/** Descriptors of this process. */
export function ownDescriptors(): number {
	return readdirSync('/proc/self/fd').length;
}

/** Waits until the pool has as many containers as it keeps, or none can be started. */
export async function settled(pool: Pool, size: number): Promise<void> {
	while (pool.state.warm < size || pool.state.removing > 0) await new Promise(resolve => setTimeout(resolve, 5));
}
