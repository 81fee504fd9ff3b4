import {spawnSync} from 'node:child_process';
import {closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {cgroupsOf} from '../system/leftovers.ts';
import {target} from './attack.ts';

// CVE-2016-9962, CVE-2019-5736, CVE-2024-21626: whoever may look at processes of its pid namespace finds the program, working directory and
// descriptors of one that enters. strace(1) holds that one before each program that it becomes, so that nothing is missed.
const slowly = [
	'strace',
	'-f',
	'-q',
	'-o',
	'/dev/null',
	'-e',
	'trace=execve',
	'-e',
	'inject=execve:delay_enter=200000',
];

/** The number of the mount on which a magic link leads, as /proc/PID/fdinfo has it. */
function mountOf(path: string): string {
	const fd = openSync(path, 'r');
	try {
		return /^mnt_id:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
	} finally {
		closeSync(fd);
	}
}

/** What writing into the folder behind a link ends with. */
function writing(path: string): string {
	try {
		writeFileSync(`${path}/mine`, '');
		rmSync(`${path}/mine`);
		return 'written';
	} catch (error) {
		return (error as NodeJS.ErrnoException).code ?? '';
	}
}

/**
 * What is wrong with a process that the container sees.
 *
 * @param toolboxes - the mounts of the toolboxes seen so far
 */
function holes(pid: string, bounding: bigint, toolboxes: Set<string>): readonly string[] {
	const at = `/proc/${pid}`;
	const status = readFileSync(`${at}/status`, 'utf8');
	const found: string[] = [];
	for (const set of ['CapPrm', 'CapEff', 'CapInh']) {
		const caps = BigInt(`0x${new RegExp(`^${set}:\\t(\\w+)$`, 'm').exec(status)?.[1] ?? '0'}`);
		if ((caps & ~bounding) !== 0n) found.push(`${set} ${caps.toString(16)}`);
	}
	const [program = '', folder = '', root = ''] = ['exe', 'cwd', 'root'].map(name => mountOf(`${at}/${name}`));
	// The folder is the toolbox until the command comes.
	if (folder !== root) {
		toolboxes.add(folder);
		const answer = writing(`${at}/cwd`);
		if (answer !== 'EROFS') found.push(`its folder can be written: ${answer}`);
	}
	if (program !== root && !toolboxes.has(program)) found.push(`its program is outside: ${readlinkSync(`${at}/exe`)}`);
	for (const fd of readdirSync(`${at}/fd`)) {
		const link = readlinkSync(`${at}/fd/${fd}`);
		// The loader opens libraries of the toolbox.
		if (!/^(pipe|socket):|^\/dev\/null$/.test(link) && !toolboxes.has(mountOf(`${at}/fd/${fd}`)))
			found.push(`descriptor ${fd}: ${link}`);
	}
	return found;
}

test.skipIf(spawnSync('strace', ['--version']).status !== 0)(
	'a process that enters by calls shows a sealed program, and no more powers than the command has, as soon as the container sees it (needs strace)',
	async () => {
		await using at = await target();
		const {box} = at;
		expect((await box.tsbox(['up', '-d', box.spec('command: sleep 600\ncap_add: [SYS_PTRACE]\n')])).status).toBe(0);
		const pids = (): readonly string[] => {
			const group = cgroupsOf(box.name).find(path => path.includes('memory') || path.includes('unified'));
			return readFileSync(`${group?.slice('cgroup '.length)}/cgroup.procs`, 'utf8')
				.trim()
				.split('\n');
		};
		// The process outside that waits for the first one is in its cgroups too.
		const own = readlinkSync('/proc/self/ns/pid');
		const first = pids().find(pid => readlinkSync(`/proc/${pid}/ns/pid`) !== own) ?? '';
		const space = readlinkSync(`/proc/${first}/ns/pid`);
		const bounding = BigInt(`0x${/^CapBnd:\t(\w+)$/m.exec(readFileSync(`/proc/${first}/status`, 'utf8'))?.[1] ?? ''}`);
		const entering = box.tsbox(['exec', '--executor', 'calls', box.name, 'true'], {under: slowly, input: ''});
		let isOver = false;
		void entering.finally(() => (isOver = true));
		const [programs, found, toolboxes] = [new Set<string>(), new Set<string>(), new Set<string>()];
		while (!isOver) {
			for (const pid of pids()) {
				try {
					if (pid === first || readlinkSync(`/proc/${pid}/ns/pid`) !== space) continue;
					for (const hole of holes(pid, bounding, toolboxes)) found.add(hole);
					programs.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').at(-2)?.slice(0, 4) ?? '');
				} catch (error) {
					// It may have gone on meanwhile.
					if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
				}
			}
			await new Promise(setImmediate);
		}
		expect((await entering).status).toBe(0);
		expect([...found]).toEqual([]);
		// It was seen before it became the shell at the gate, and as that.
		expect([...programs]).toEqual(expect.arrayContaining(['open', '-s']));
		await box.tsbox(['down', '-t', '0', box.name]);
		at.canary.isUntouched();
	},
);
