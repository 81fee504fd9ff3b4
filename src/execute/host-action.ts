import {dirname} from 'node:path';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {FileFacts, Host} from '../host/host.ts';
import {runHook} from '../host/programs/run-hook.ts';
import {runShell} from '../host/programs/run-shell.ts';
import {sealTools} from '../host/programs/sealed-tools.ts';
import {giveVolume, makeVolume} from '../state/volume.ts';
import type {ActionOf, HostAction} from '../step/verbs/action.ts';
import {copyArguments} from '../step/verbs/image.ts';
import {refreshNames} from '../state/network-names.ts';
import {listenerOn} from '../kernel/listening.ts';
import {hostScriptText, ownedStatus, takenStatus} from '../step/verbs/host-script.ts';
import {runOnHostWords} from '../step/verbs/run.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';

/** What a host action needs. */
export interface HostActionContext {
	/** The pid of the first process, for a beside step. */
	readonly pid?: number;
	readonly host: Host;
	readonly facts: HostFacts;
	readonly signal: AbortSignal;
	/** Unpacks an image. It is a callback, because this folder does not import the image store. */
	readonly unpack: (action: ActionOf<'unpack'>) => Promise<void>;
	/** Pulls an image and unpacks its missing layers; a callback for the same reason. */
	readonly pull: (action: ActionOf<'pullImage'>) => Promise<void>;
	/** Copies a folder with remapped owners; a callback for the same reason. */
	readonly copyMapped: (action: ActionOf<'copyTree'>) => Promise<void>;
	/** Fills an empty volume from the image; a callback for the same reason. */
	readonly fillVolume: (action: ActionOf<'fillVolume'>) => Promise<void>;
}

async function runTool(context: HostActionContext, words: readonly string[], what: string): Promise<void> {
	const {exitCode, stderr, command} = await context.host.run(words, {signal: context.signal});
	if (exitCode !== 0) throw new TsboxError('E_STEP_FAILED', `${what} failed`, {command, output: stderr.trim()});
}

/** What an overlay shows of a name: the first layer that has it, topmost first. A whiteout hides the layers below it. */
function topmost(host: Host, roots: readonly string[], name: string): FileFacts | undefined {
	for (const [at, root] of roots.entries()) {
		const facts = host.lstat(`${root}/${name}`);
		if (facts === undefined) continue;
		const {device} = facts;
		// In the layer that is written to it would be in the way of the folder.
		const isWhiteout = at > 0 && device?.type === 'c' && device.major === 0 && device.minor === 0;
		return isWhiteout ? undefined : facts;
	}
	return undefined;
}

/** `proc -> ../etc` in an image would redirect the kernel's files (CVE-2019-19921, CVE-2026-41579). */
function plainFolders(host: Host, {roots, names}: ActionOf<'plainFolders'>): void {
	for (const name of names) {
		const found = topmost(host, roots, name);
		if (found === undefined) {
			host.mkdir(`${roots[0]}/${name}`, 0o755);
			setMode(host, `${roots[0]}/${name}`, 0o755);
		} else if (found.kind !== 'directory') {
			throw new TsboxError('E_ARCHIVE_INVALID', `/${name} of the root filesystem is a ${found.kind}, not a folder`, {
				why: `what is mounted on /${name} must be mounted on ordinary directory: a ${found.kind} would send it somewhere else`,
				hint: `make /${name} a plain folder in the root filesystem`,
			});
		}
	}
}

/** Makes a mount point and the folders above it, below a root that nothing has run in yet. */
function pointIn(host: Host, root: string, path: string, kind: 'folder' | 'file'): void {
	const names = path.split('/').filter(name => name !== '');
	let at = root;
	for (const [index, name] of names.entries()) {
		at = `${at}/${name}`;
		const isFile = kind === 'file' && index === names.length - 1;
		const found = host.lstat(at)?.kind;
		if (found === undefined) {
			if (isFile) host.append(at, '');
			else host.mkdir(at, 0o755);
		} else if (found !== (isFile ? 'file' : 'directory'))
			throw new TsboxError('E_STEP_FAILED', `${at} is a ${found}`, {
				why: 'a mount on it could land outside of the root',
				hint: `mount on another path than ${path}`,
			});
	}
}

/** Sets the exact mode. The caller's umask must not change a folder that may become the container's root. */
function setMode(host: Host, path: string, mode: number): void {
	if (((host.stat(path)?.mode ?? mode) & 0o777) !== mode) host.chmod(path, mode);
}

/** The folder and those above it that are to be made, the lowest first. */
function missingFolders(host: Host, path: string): readonly string[] {
	return host.stat(path)?.kind === 'directory' ? [] : [path, ...missingFolders(host, dirname(path))];
}

/** Retries on ENOENT: another container that ends may remove the shared parent cgroup at this moment. */
function makeFolder(host: Host, path: string, mode: number): void {
	for (let tries = 5; ; tries -= 1) {
		try {
			const missing = missingFolders(host, path);
			if (missing.length === 0) return;
			host.mkdirs(path, mode);
			for (const each of missing) setMode(host, each, mode);
			return;
		} catch (error) {
			if (tries === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		}
	}
}

async function copyTree(action: ActionOf<'copyTree'>, context: HostActionContext): Promise<void> {
	const {host, facts} = context;
	// A layer that was kept has a complete copy. An interrupted copy is still named `.new` and is made again.
	if (action.ids !== undefined) return await context.copyMapped(action);
	if (host.list(action.to).length > 0) return;
	const fresh = `${action.to}.new`;
	host.removeTree(fresh);
	host.mkdir(fresh, 0o755);
	const words = [...(hostToolWords(facts, 'cp') ?? ['cp']), ...copyArguments({from: action.from, to: fresh})];
	await runTool(context, words, 'copying the root filesystem');
	host.rename(fresh, action.to);
}

async function hostScript(
	action: ActionOf<'hostScript'>,
	{host, facts, signal, pid}: HostActionContext,
): Promise<void> {
	if (action.unless !== undefined && host.lstat(action.unless) !== undefined) return;
	for (const port of action.ports ?? []) {
		const who = listenerOn(host, port);
		if (who === undefined) continue;
		throw new TsboxError('E_NETWORK_TAKEN', `the port ${port.port}/${port.protocol} of this host is in use`, {
			why: `${who} listens on it`,
			hint: 'stop that, or publish another port',
		});
	}
	const {exitCode, stderr} = await runShell(host, facts, hostScriptText(action), {signal, pid});
	if (exitCode === ownedStatus)
		throw new TsboxError('E_NETWORK_TAKEN', stderr, {hint: 'publish another port, or stop that container'});
	if (exitCode === takenStatus)
		throw new TsboxError('E_ADDRESS_IN_USE', 'another container took the address meanwhile', {hint: 'start it again'});
	if (exitCode !== 0) throw new TsboxError('E_STEP_FAILED', 'a command of the step failed', {output: stderr});
}

/** Enters the namespaces of a process, but for that of users. */
function enterWords(facts: HostFacts, pid: number): readonly string[] {
	const nsenter = hostToolWords(facts, 'nsenter') ?? ['nsenter'];
	return [...nsenter, '--target', String(pid), '--mount', '--uts', '--ipc', '--net', '--pid', '--no-fork', '--'];
}

type Doing<A> = (action: A, context: HostActionContext) => void | Promise<void>;

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
	pointsIn: ({root, folders, files}, {host}) => {
		for (const path of folders) pointIn(host, root, path, 'folder');
		for (const path of files) pointIn(host, root, path, 'file');
	},
	sequence: async ({actions}, context) => {
		for (const action of actions) await doHostAction(action, context);
	},
	unpack: (action, context) => context.unpack(action),
	pullImage: (action, context) => context.pull(action),
	copyTree,
	makeVolume: ({store, name, record, owner}, {host}) => {
		if (record !== null) makeVolume(host, store, record, owner);
		else if (owner !== undefined) giveVolume(host, store, name, owner);
	},
	fillVolume: (action, context) => context.fillVolume(action),
	copyTools: ({store}, {host, facts}) => void sealTools(host, facts, store),
	hostScript,
	refreshNames: ({state}, {host}) => refreshNames(host, state),
	writeFiles: ({files}, {host}) => {
		for (const {path, text, mode, owner} of files) {
			host.writeWhole(path, text, mode);
			if (owner !== undefined) host.chown(path, ...owner);
		}
	},
	runHook: async ({hook, label, folder, state, inside}, {host, facts, pid = 0, signal}) =>
		await runHook(host, hook, {
			label,
			folder,
			state: {...state, pid},
			env: hostToolWords(facts, 'env') ?? ['env'],
			perl: hostToolWords(facts, 'perl') ?? ['perl'],
			...(inside === true ? {enter: enterWords(facts, pid)} : {}),
			signal,
		}),
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
