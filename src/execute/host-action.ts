import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import type {Action} from '../step/verbs/action.ts';
import {sealTools} from '../host/programs/sealed-tools.ts';
import {giveVolume, makeVolume} from '../state/volume.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';

/** What doing a host action needs. */
export interface HostActionContext {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly signal: AbortSignal;
	/** Unpacks an image; the run folder does not know the store. */
	readonly unpack: (action: Extract<Action, {kind: 'unpack'}>) => Promise<void>;
	/** Copies a folder with other owners; as above. */
	readonly copyMapped: (action: Extract<Action, {kind: 'copyTree'}>) => Promise<void>;
	/** Fills an empty volume from the image; as above. */
	readonly fillVolume: (action: Extract<Action, {kind: 'fillVolume'}>) => Promise<void>;
}

async function runTool(context: HostActionContext, words: readonly string[], what: string): Promise<void> {
	const {exitCode, stderr, command} = await context.host.run(words, {signal: context.signal});
	if (exitCode !== 0) throw new TsboxError('E_STEP_FAILED', `${what} failed`, {command, output: stderr.trim()});
}

/** `proc -> ../etc` in an image would send the kernel's files elsewhere (CVE-2019-19921, CVE-2026-41579). */
function plainFolders(host: Host, {roots, names}: Extract<Action, {kind: 'plainFolders'}>): void {
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

/**
 * Does a host action, but for `start`, which the container's launch does.
 *
 * @throws TsboxError, or the system's error with errno code and path.
 */
export async function doHostAction(action: Action, context: HostActionContext): Promise<void> {
	const {host, facts} = context;
	switch (action.kind) {
		case 'mkdir':
			for (const path of action.paths) makeFolder(host, path, action.mode);
			if (action.owner !== undefined) host.chown(action.paths[0] ?? '', ...action.owner);
			return;
		case 'write':
			host.writeKernelFile(action.path, action.value);
			return;
		case 'writeEach':
			for (const value of action.values) host.writeKernelFile(action.path, value);
			return;
		case 'inherit':
			if (host.readText(action.path)?.trim() === '')
				host.writeKernelFile(action.path, host.readText(action.from)?.trim() ?? '');
			return;
		case 'plainFolders':
			plainFolders(host, action);
			return;
		case 'unpack':
			await context.unpack(action);
			return;
		case 'copyTree': {
			// A kept layer has its copy already; one that a kill cut short lies beside it and is made anew.
			if (action.ids !== undefined) return await context.copyMapped(action);
			if (host.list(action.to).length > 0) return;
			const fresh = `${action.to}.new`;
			host.removeTree(fresh);
			host.mkdir(fresh, 0o755);
			await runTool(
				context,
				[...(hostToolWords(facts, 'cp') ?? ['cp']), '-a', '--', `${action.from}/.`, fresh],
				'copying the root filesystem',
			);
			host.rename(fresh, action.to);
			return;
		}
		case 'makeVolume':
			if (action.record !== null) makeVolume(host, action.store, action.record, action.owner);
			else if (action.owner !== undefined) giveVolume(host, action.store, action.name, action.owner);
			return;
		case 'fillVolume':
			await context.fillVolume(action);
			return;
		case 'copyTools':
			sealTools(host, facts, action.store);
			return;
		default:
			throw new TypeError(`${action.kind} is not a host action`);
	}
}
