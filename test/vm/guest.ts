import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {closeSync, openSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';

/** What a program gave back. */
export interface Ended {
	/** Exit status; 128 and the signal's number when a signal ended it, as a shell tells it. */
	readonly status: number;
	readonly out: string;
	/** Standard error. */
	readonly err: string;
}

const folders = ['--store', '/var/lib/vm-suite', '--state', '/run/vm-suite'];
/** The built tsbox. */
export const program = '/mnt/share/bin/tsbox';

/** Where the spec files of the suite are; on a disk of the guest, because 9p is slow. */
const specs = '/root/specs';

/** The unit that the suite runs in, `system.slice/vm-run.service`: systemd delegates its cgroup to it. */
export const unit = readFileSync('/proc/self/cgroup', 'utf8').trim().replace('0::/', '');

/** Runs a program to its end; nothing on standard input unless `input` says so. */
export function run(words: readonly string[], input = ''): Ended {
	const [name = '', ...args] = words;
	const ended = spawnSync(name, args, {encoding: 'utf8', input, timeout: 180_000, killSignal: 'SIGKILL'});
	if (ended.error !== undefined) throw ended.error;
	return {status: ended.status ?? 128 + signalNumber(ended.signal), out: ended.stdout, err: ended.stderr};
}

function signalNumber(name: string | null): number {
	return name === 'SIGKILL' ? 9 : name === 'SIGTERM' ? 15 : 2;
}

/** The words of a tsbox with folders of the suite's own. */
export function tsboxWords(...args: readonly string[]): readonly string[] {
	return [program, ...folders, ...args];
}

/** Runs tsbox with folders of the suite's own. */
export function tsbox(...args: readonly string[]): Ended {
	return run(tsboxWords(...args));
}

/** Starts tsbox and stays with neither its output nor its end. */
export function startTsbox(...args: readonly string[]): number {
	const child = spawn(program, [...folders, ...args], {stdio: 'ignore', detached: true});
	child.unref();
	return child.pid ?? 0;
}

/** Starts tsbox with its standard output in a file, which is made anew. */
export function startTsboxInto(file: string, ...args: readonly string[]): ChildProcess {
	const out = openSync(file, 'w');
	const child = spawn(program, [...folders, ...args], {stdio: ['ignore', out, 'ignore']});
	closeSync(out);
	return child;
}

/** Writes a spec over the small archive, in which `$` is taken as it is; gives the spec's path. */
export function spec(name: string, command: readonly string[], lines = ''): string {
	execFileSync('mkdir', ['-p', specs]);
	const path = `${specs}/${name}.yaml`;
	writeFileSync(
		path,
		`name: ${name}\nrootfs: /root/busybox.tar\ncommand: ${JSON.stringify(command).replaceAll('$', '$$$$')}\n${lines}\n`,
	);
	return path;
}

/** A file of a container's cgroup, trimmed, or undefined where there is none. */
export function cgroupFile(group: string, file: string): string | undefined {
	try {
		return readFileSync(`/sys/fs/cgroup/${group}/${file}`, 'utf8').trim();
	} catch {
		return undefined;
	}
}

/** Waits until `look` gives something, at most 120 s; an emulated machine takes several seconds for a start, and longer beside other work. */
export async function eventually<T>(what: string, look: () => T | undefined, otherwise = (): string => ''): Promise<T> {
	const until = Date.now() + 120_000;
	for (;;) {
		const found = look();
		if (found !== undefined) return found;
		if (Date.now() > until) throw new Error(`no ${what} after 120 s\n${otherwise()}`);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}

/** All that a container could leave behind, a line each. */
export function traces(): readonly string[] {
	return [
		...run([
			'find',
			'/sys/fs/cgroup',
			'-type',
			'd',
			'-not',
			'-path',
			'*/system.slice/*',
			'-not',
			'-path',
			'*/user.slice/*',
		])
			.out.trim()
			.split('\n'),
		...readFileSync('/proc/self/mountinfo', 'utf8')
			.trim()
			.split('\n')
			// The mount point and the kind: numbers of groups and of pipes differ from boot to boot.
			.map(line => [line.split(' ')[4], line.split(' - ')[1]?.split(' ')[0]].join(' ')),
		...run(['ip', '-o', 'link']).out.trim().split('\n'),
		...entries('/run/vm-suite/containers'),
		...entries('/var/lib/vm-suite/layers'),
	].toSorted();
}

function entries(folder: string): readonly string[] {
	try {
		return readdirSync(folder).map(name => `${folder}/${name}`);
	} catch {
		return [];
	}
}
