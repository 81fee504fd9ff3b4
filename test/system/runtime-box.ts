import {execFileSync, spawnSync} from 'node:child_process';
import {
	closeSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {until} from './until.ts';

const program = join(import.meta.dirname, '../../bin/tsbox-runtime');

/** What a verb of the runtime said. */
export interface Said {
	readonly status: number | null;
	readonly out: string;
	readonly err: string;
	/** The message of the last line of the log, which engines show. */
	readonly log: string | undefined;
}

/** The runtime with folders of its own, and a root filesystem. */
export interface RuntimeBox extends Disposable {
	readonly folder: string;
	/** Runs a verb, with neither PATH nor HOME, as Podman does. What it starts keeps `stdout` and `stderr` of the folder. */
	readonly oci: (...words: readonly string[]) => Said;
	/** The program with the options that name its folders. */
	readonly command: readonly string[];
	/** Writes a bundle; gives its folder. */
	readonly bundle: (config: unknown, name?: string) => string;
	/** What containers have printed so far. */
	readonly printed: () => string;
	readonly status: (id: string) => string;
	/** What is left of containers: state folders, links, control groups. */
	readonly left: () => readonly string[];
}

/**
 * Makes one.
 *
 * @param user - whose it is, and who runs the verbs; root without it
 */
export async function runtimeBox(user?: {readonly uid: number; readonly gid: number}): Promise<RuntimeBox> {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-oci-'));
	mkdirSync(`${folder}/rootfs`);
	execFileSync('tar', ['-xf', await busyboxFixture(), '-C', `${folder}/rootfs`]);
	if (user !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
	const places = ['--root', `${folder}/root`, '--state', `${folder}/state`, '--store', `${folder}/store`];
	const log = `${folder}/log.json`;
	const oci = (...words: readonly string[]): Said => {
		rmSync(log, {force: true});
		const [out, err] = ['out', 'err'].map(name => openSync(`${folder}/${name}`, 'w'));
		const {status} = spawnSync(program, [...places, '--log', log, '--log-format', 'json', ...words], {
			// A container that was created holds them for longer than the verb runs.
			stdio: ['ignore', out ?? 1, err ?? 2],
			env: {},
			cwd: folder,
			timeout: 60_000,
			...user,
		});
		for (const fd of [out, err]) if (fd !== undefined) closeSync(fd);
		const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
		const last = lines.at(-1);
		return {
			status,
			out: readFileSync(`${folder}/out`, 'utf8'),
			err: readFileSync(`${folder}/err`, 'utf8'),
			log: last === undefined ? undefined : (JSON.parse(last) as {msg: string}).msg,
		};
	};
	const names = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);
	const ids = (): readonly string[] => names(`${folder}/root`);
	return {
		folder,
		command: [program, ...places],
		oci,
		bundle: (config, name = 'bundle') => {
			const at = `${folder}/${name}`;
			mkdirSync(at, {recursive: true});
			writeFileSync(`${at}/config.json`, typeof config === 'string' ? config : JSON.stringify(config));
			return at;
		},
		printed: () => readFileSync(`${folder}/rootfs/printed`, 'utf8'),
		status: id => (JSON.parse(oci('state', id).out) as {status: string}).status,
		left: () => [...ids(), ...names(`${folder}/state/containers`)],
		[Symbol.dispose]: () => {
			for (const id of ids()) oci('delete', '--force', id);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

/** A configuration to begin with: a shell with a script in namespaces of its own, whose root filesystem is that of the box. */
export function configOf(at: RuntimeBox, script: string, changes: object = {}, linux: object = {}) {
	return {
		ociVersion: '1.0.2',
		process: {
			user: {uid: 0, gid: 0},
			args: ['sh', '-c', script],
			env: ['PATH=/bin:/usr/bin:/sbin:/usr/sbin'],
			cwd: '/',
			capabilities: {bounding: ['CAP_CHOWN', 'CAP_KILL']},
		},
		root: {path: `${at.folder}/rootfs`},
		mounts: [
			{destination: '/proc', type: 'proc', source: 'proc'},
			{destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k']},
			{destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666']},
		],
		linux: {
			namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map(type => ({type})),
			// Boxes that are there at once have containers of the same id.
			cgroupsPath: `/tsbox/${basename(at.folder)}`,
			...linux,
		},
		...changes,
	};
}

/** A script that says that it runs, and goes on. */
export const forever = 'trap "" TERM; echo up > /printed; while :; do sleep 1; done';

/** Creates the container `c` of a bundle with this script. */
export function createIn(
	at: RuntimeBox,
	script = forever,
	changes: object = {},
	linux: object = {},
	...options: readonly string[]
): Said {
	return at.oci('create', '--bundle', at.bundle(configOf(at, script, changes, linux)), ...options, 'c');
}

/** What a script prints in a container that lives from `create` to `delete`, of which nothing is left. */
export async function printedBy(
	at: RuntimeBox,
	script: string,
	changes: object = {},
	linux: object = {},
): Promise<string> {
	const must = ({status, log}: Said): void => {
		if (status !== 0 || log !== undefined) throw new Error(`exit status ${status}: ${log}`);
	};
	must(createIn(at, `{ ${script}; } > /printed 2>&1`, changes, linux));
	must(at.oci('start', 'c'));
	await until('it has ended', () => at.status('c') === 'stopped');
	must(at.oci('delete', 'c'));
	if (at.left().length > 0) throw new Error(`left: ${at.left().join(', ')}`);
	return at.printed();
}
