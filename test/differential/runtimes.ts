import {execFileSync, spawnSync} from 'node:child_process';
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {release} from 'node:os';
import {join} from 'node:path';
import type {OciConfig} from '../../src/oci/config.ts';
import {defaultSeccompProfile, lowerSeccomp} from '../../src/oci/lower-seccomp.ts';
import {openMachine, planContainer} from '../../src/index.ts';
import {shellCommand} from '../../src/spec/syntax/shell-words.ts';
import type {TestBox} from '../system/box.ts';
import {program} from '../support/program.ts';

/** What a container sees, by key: what probe.sh prints. */
export type Report = ReadonlyMap<string, string>;

/** The other runtimes that are compared with. */
export const others = ['runc', 'crun'] as const;

/** Those of {@link others} that this machine lacks. */
export function missingRuntimes(): readonly string[] {
	return others.filter(name => spawnSync(name, ['--version'], {stdio: 'ignore'}).error !== undefined);
}

/** Writes a spec whose command is the probe, over a root filesystem that is a folder: all runtimes can take that. */
export function probeSpec(box: TestBox, more: string): string {
	const root = join(box.folder, 'root');
	mkdirSync(root, {recursive: true});
	execFileSync('tar', ['-xf', box.rootfs, '-C', root]);
	copyFileSync(join(import.meta.dirname, 'probe.sh'), join(root, 'probe.sh'));
	return box.file('probe.yaml', `name: ${box.name}\nrootfs: ${root}\ncommand: [sh, /probe.sh]\n${more}`);
}

function isTerminal(spec: string): boolean {
	return /^tty: true$/m.test(readFileSync(spec, 'utf8'));
}

/** script(1) says ^@ or ^D for the end of its input, backspaces included. */
function withoutTerminal(text: string): string {
	return text.replaceAll('\r', '').replace(/^(\^[@D])?[\b]*/gm, '');
}

/** What a program prints on a terminal, with the line ends of a file. */
function onTerminal(words: readonly string[]): string {
	const {status, stdout} = spawnSync('script', ['-qec', shellCommand(words), '/dev/null'], {
		encoding: 'utf8',
		cwd: '/',
		input: '',
		env: {PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm'},
	});
	if (status !== 0) throw new Error(stdout);
	return withoutTerminal(stdout);
}

/**
 * What a container of tsbox sees.
 *
 * @param options - further options of `run`
 */
export async function tsboxReport(box: TestBox, spec: string, options: readonly string[] = []): Promise<Report> {
	const words = [program, '--store', join(box.folder, 'store'), '--state', join(box.folder, 'state')];
	const run = ['run', '--best-effort', ...options, spec];
	if (isTerminal(spec)) return reportOf(onTerminal([...words, ...run]), box.name);
	const {status, out, err} = await box.tsbox(run);
	if (status !== 0) throw new Error(err);
	return reportOf(out, box.name);
}

/**
 * What a process sees that `exec` brought into the running container of {@link probeSpec}.
 *
 * @param options - further options of `exec`; with `-t` on a terminal
 */
export async function execReport(box: TestBox, options: readonly string[]): Promise<Report> {
	const onTerminal = options.includes('-t');
	const {status, out, err} = await box.tsbox(['exec', ...options, box.name, 'sh', '/probe.sh'], {onTerminal});
	if (status !== 0) throw new Error(out + err);
	return reportOf(withoutTerminal(out), box.name);
}

/** What a container of runc or crun sees that is started from the same OCI runtime config. */
export async function otherReport(box: TestBox, spec: string, runtime: string): Promise<Report> {
	const machine = await openMachine({store: join(box.folder, 'store'), state: join(box.folder, 'state')});
	const {config, service} = await planContainer(machine, {
		file: spec,
		cwd: box.folder,
		env: {},
		bestEffort: true,
	});
	const bundle = join(box.folder, runtime);
	mkdirSync(bundle);
	writeFileSync(
		join(bundle, 'config.json'),
		bundleText(config, service.security.seccomp.kind === 'default', machine.facts.user.capabilities),
	);
	const id = `${box.name}-${runtime}`;
	const run = [runtime, '--root', join(box.folder, `${runtime}-state`), 'run', '--bundle', bundle, id];
	// crun refuses hybrid cgroups: without the unified mount both see plain v1, in a mount namespace of their own.
	const script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"';
	const words = ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', ...run];
	if (isTerminal(spec)) return reportOf(onTerminal(['unshare', ...words]), box.name);
	const {status, stdout, stderr} = spawnSync('unshare', words, {
		encoding: 'utf8',
		cwd: '/',
		// crun gives its standard input to the command's user: that must not be the host's /dev/null.
		input: '',
		env: {PATH: process.env['PATH']},
	});
	if (status !== 0) throw new Error(`${runtime}: ${stderr}`);
	return reportOf(stdout, box.name);
}

/** The config as a bundle has it: with the default profile where the spec names none, and with a cgroup of its own. */
function bundleText(config: OciConfig, withSeccomp: boolean, mine: readonly string[]): string {
	const {bounding} = config.process.capabilities;
	const arch = execFileSync('uname', ['-m'], {encoding: 'utf8'}).trim();
	const target = {capabilities: bounding, kernelRelease: release(), arch};
	const seccomp = withSeccomp ? {seccomp: lowerSeccomp(defaultSeccompProfile(), target)} : {};
	// What the tests themselves lack nobody can give.
	const capabilities = Object.fromEntries(
		Object.entries<readonly string[]>({...config.process.capabilities}).map(([set, names]) => [
			set,
			names.filter(name => mine.includes(name)),
		]),
	);
	const bundle = {
		...config,
		// The last that crun 1.8 knows.
		ociVersion: '1.0.2',
		process: {...config.process, capabilities},
		// The others make their device nodes on it, where we bind those of the host.
		mounts: config.mounts.map(mount =>
			mount.destination === '/dev' ? {...mount, options: mount.options.filter(option => option !== 'nodev')} : mount,
		),
		// Not below the group that all of tsbox's are in: who ends its last container there removes that, and runc does not try again.
		linux: {...config.linux, ...seccomp, cgroupsPath: `/${config.linux.cgroupsPath.split('/').at(-1)}-other`},
	};
	return JSON.stringify(bundle, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
}

/** The lines of the probe, without what is another one each time. */
function reportOf(text: string, name: string): Report {
	const lines = text
		.replaceAll(name, 'NAME')
		.split('\n')
		.filter(line => line.includes(' = '));
	return new Map(
		lines.map(line => {
			const [key = '', ...value] = line.split(' = ');
			return [key, normal(key, value.join(' = '))];
		}),
	);
}

/** Options in order; pipes without their numbers. */
function normal(key: string, value: string): string {
	if (key.startsWith('descriptor')) return value.replace(/(pipe|socket):\[\d+\]/, 'a pipe');
	if (!key.startsWith('mount ')) return value;
	const [options = '', type = '', , superOptions = ''] = value.split(' ');
	const kept = superOptions
		.split(',')
		.filter(option => !/^(lowerdir|upperdir|workdir|inode64|ro$|rw$|uid=|gid=)/.test(option));
	return `${type} ${options.split(',').toSorted().join(',')} ${kept.toSorted().join(',')}`.trim();
}

/** The documented differences: differences.json. */
export interface Difference {
	/** A key of the report, or the beginning of some with `*` at the end. */
	readonly key: string;
	readonly with: readonly string[];
	readonly why: string;
}

/** Reads the table of differences. */
export function documented(): readonly Difference[] {
	return JSON.parse(readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8')) as readonly Difference[];
}

/** `KEY: ours | theirs` for each key that differs. */
export function differencesOf(ours: Report, theirs: Report): ReadonlyMap<string, string> {
	const keys = [...new Set([...ours.keys(), ...theirs.keys()])].toSorted();
	return new Map(
		keys
			.filter(key => ours.get(key) !== theirs.get(key))
			.map(key => [key, `${ours.get(key) ?? 'nothing'} | ${theirs.get(key) ?? 'nothing'}`]),
	);
}
