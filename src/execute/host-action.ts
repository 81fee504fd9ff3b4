import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import type {ActionOf, HostAction} from '../step/verbs/action.ts';
import {copyArguments} from '../step/verbs/image.ts';
import {runOnHostWords} from '../step/verbs/run.ts';
import {sealTools} from '../host/programs/sealed-tools.ts';
import {giveVolume, makeVolume} from '../state/volume.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';

/** What doing a host action needs. */
export interface HostActionContext {
	/** The number of the first process, of a step beside it. */
	readonly pid?: number;
	readonly host: Host;
	readonly facts: HostFacts;
	readonly signal: AbortSignal;
	/** Unpacks an image; the run folder does not know the store. */
	readonly unpack: (action: ActionOf<'unpack'>) => Promise<void>;
	/** Copies a folder with other owners; as above. */
	readonly copyMapped: (action: ActionOf<'copyTree'>) => Promise<void>;
	/** Fills an empty volume from the image; as above. */
	readonly fillVolume: (action: ActionOf<'fillVolume'>) => Promise<void>;
}

async function runTool(context: HostActionContext, words: readonly string[], what: string): Promise<void> {
	const {exitCode, stderr, command} = await context.host.run(words, {signal: context.signal});
	if (exitCode !== 0) throw new TsboxError('E_STEP_FAILED', `${what} failed`, {command, output: stderr.trim()});
}

/** `proc -> ../etc` in an image would send the kernel's files elsewhere (CVE-2019-19921, CVE-2026-41579). */
function plainFolders(host: Host, {roots, names}: ActionOf<'plainFolders'>): void {
	for (const name of names) {
		const found = roots
			.map(root => ({path: `${root}/${name}`, facts: host.lstat(`${root}/${name}`)}))
			.find(each => each.facts !== undefined);
		if (found?.facts === undefined) {
			host.mkdir(`${roots[0]}/${name}`, 0o755);
			setMode(host, `${roots[0]}/${name}`, 0o755);
		} else if (found.facts.kind !== 'directory') {
			throw new TsboxError(
				'E_ARCHIVE_INVALID',
				`/${name} of the root filesystem is a ${found.facts.kind}, not a folder`,
				{
					why: `the kernel's files are mounted on /${name}, and a ${found.facts.kind} there would send them somewhere else`,
					hint: `make /${name} a plain folder in the root filesystem`,
				},
			);
		}
	}
}

/** The caller's umask is no affair of the container, whose root a folder may become. */
function setMode(host: Host, path: string, mode: number): void {
	if (((host.stat(path)?.mode ?? mode) & 0o777) !== mode) host.chmod(path, mode);
}

/** Another container that ends can take the common parent cgroup away just before ours is made in it. */
function makeFolder(host: Host, path: string, mode: number): void {
	for (let tries = 5; ; tries -= 1) {
		try {
			if (host.stat(path)?.kind === 'directory') return;
			host.mkdirs(path, mode);
			setMode(host, path, mode);
			return;
		} catch (error) {
			if (tries === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		}
	}
}

async function copyTree(action: ActionOf<'copyTree'>, context: HostActionContext): Promise<void> {
	const {host, facts} = context;
	// A kept layer has its copy already; one that a kill cut short lies beside it and is made anew.
	if (action.ids !== undefined) return await context.copyMapped(action);
	if (host.list(action.to).length > 0) return;
	const fresh = `${action.to}.new`;
	host.removeTree(fresh);
	host.mkdir(fresh, 0o755);
	const words = [...(hostToolWords(facts, 'cp') ?? ['cp']), ...copyArguments({from: action.from, to: fresh})];
	await runTool(context, words, 'copying the root filesystem');
	host.rename(fresh, action.to);
}

type Doing<A> = (action: A, context: HostActionContext) => void | Promise<void>;

/** What each host action does to the machine. */
const doings: {readonly [K in HostAction['kind']]: Doing<ActionOf<K>>} = {
	mkdir: ({paths, mode, owner}, {host}) => {
		for (const path of paths) makeFolder(host, path, mode);
		if (owner !== undefined) host.chown(paths[0] ?? '', ...owner);
	},
	write: ({path, value}, {host}) => host.writeKernelFile(path, value),
	writeEach: ({path, values}, {host}) => {
		for (const value of values) host.writeKernelFile(path, value);
	},
	inherit: ({path, from}, {host}) => {
		if (host.readText(path)?.trim() === '') host.writeKernelFile(path, host.readText(from)?.trim() ?? '');
	},
	plainFolders: (action, {host}) => plainFolders(host, action),
	unpack: (action, context) => context.unpack(action),
	copyTree,
	makeVolume: ({store, name, record, owner}, {host}) => {
		if (record !== null) makeVolume(host, store, record, owner);
		else if (owner !== undefined) giveVolume(host, store, name, owner);
	},
	fillVolume: (action, context) => context.fillVolume(action),
	copyTools: ({store}, {host, facts}) => void sealTools(host, facts, store),
	runOnHost: (action, context) => runTool(context, runOnHostWords(action, context.facts, context.pid), action.tool),
};

/**
 * Does a host action.
 *
 * @throws TsboxError, or the system's error with errno code and path.
 */
export async function doHostAction(action: HostAction, context: HostActionContext): Promise<void> {
	await (doings[action.kind] as Doing<HostAction>)(action, context);
}
