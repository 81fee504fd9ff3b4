import {present} from '../../spec/syntax/pick.ts';
import type {Machine, MachineOptions} from './machine.ts';
import {dirname, resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {accountHome, isHostRoot} from '../../host/host-root.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {settingsOf, toolConfig} from './tool-config.ts';

/** The store of images and writable layers. It is on disk because they are large. */
const defaultStore = '/var/lib/tsbox';
/** The state of running containers. It is on a tmpfs, so that it vanishes with the boot it describes. */
const defaultState = '/run/tsbox';

/** Store and state of an unprivileged user by the XDG Base Directory Specification. Folders of other users are not used. */
function userFolders(
	host: Host,
	env: Readonly<Record<string, string | undefined>>,
	uid: number,
	write: boolean,
): {readonly store: string; readonly state: string} {
	if (isHostRoot(host, uid)) return {store: defaultStore, state: defaultState};
	const mine = (path: string | undefined): path is string =>
		path !== undefined && path.startsWith('/') && host.stat(path)?.uid === uid;
	const home = env['HOME'] ?? accountHome(host, uid);
	const data = mine(env['XDG_DATA_HOME']) ? env['XDG_DATA_HOME'] : mine(home) ? `${home}/.local/share` : undefined;
	// A read-only call, such as a plan, needs no folder.
	if (data === undefined && !write) return {store: defaultStore, state: defaultState};
	if (data === undefined)
		throw new TsboxError('E_CONFIG', 'you have no folder to keep images in', {
			why: 'HOME and XDG_DATA_HOME are not set, or name a folder of another user',
			hint: 'set folders with --store and --state',
		});
	const runtime = [env['XDG_RUNTIME_DIR'], `/run/user/${uid}`].find(mine);
	return {store: `${data}/tsbox`, state: runtime === undefined ? `${data}/tsbox/run` : `${runtime}/tsbox`};
}

/** Refuses a folder that cannot exist, that others can change, or whose path a tool would misread. */
function checkFolder(host: Host, name: string, path: string): void {
	const refused = (why: string, hint: string): TsboxError =>
		new TsboxError('E_CONFIG', `${path} cannot be the ${name} folder`, {why, hint});
	if (/[,:\\"\n]/.test(path))
		throw refused('its path has a comma, colon, quote, backslash or line end', `choose another with --${name}`);
	let there = path;
	while (host.stat(there) === undefined) there = dirname(there);
	if (host.stat(there)?.kind !== 'directory')
		throw refused(`${there} is not a folder`, `choose a folder with --${name}`);
	if (/^\/(proc|sys)(\/|$)/.test(host.realpath(there) ?? there))
		throw refused('the kernel allows no files there', `choose a folder on a disk or tmpfs with --${name}`);
	if (there !== path) return;
	// Anyone who can rename files in the folder decides which tools run as the caller, and a path in /tmp may have been prepared.
	const {uid, mode} = host.stat(path) ?? {uid: 0, mode: 0};
	if (uid !== 0 && uid !== process.getuid?.())
		throw refused('it belongs to another user', `choose a folder of your own with --${name}`);
	if ((mode & 0o002) !== 0) throw refused('everyone may write to it', `chmod o-w ${path}`);
}

/** Who opens a machine: what it is asked through, and where it is asked from. */
export interface Caller {
	readonly host: Host;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
}

function thisProcess(): Caller {
	return {host: realHost(), env: process.env, cwd: process.cwd()};
}

/**
 * The folder for results that are kept as long as their inputs are the same (host/inputs). Like the records of containers they end with the boot.
 * It does not depend on the configuration, which is one of the inputs.
 */
export function keptFolder({state}: MachineOptions, {host, env, cwd}: Caller): string {
	return `${resolve(cwd, state ?? userFolders(host, env, process.getuid?.() ?? 0, false).state)}/kept`;
}

/**
 * Opens the machine: reads the configuration, finds the folders, and probes the host.
 *
 * @param write - false for verbs that must change nothing, not even the cache of host facts
 * @throws TsboxError E_CONFIG, E_PERMISSION.
 */
export async function openMachine(
	options: MachineOptions,
	write = true,
	caller: Caller = thisProcess(),
): Promise<Machine> {
	const opened = await openFolders(options, write, caller);
	const {hostFacts} = await import('../../host/facts/facts-cache.ts');
	return {...opened, facts: await hostFacts(opened.host, opened.dirs, {write})};
}

/**
 * Like {@link openMachine}, but does not probe the host: for verbs that only look at containers.
 *
 * @throws TsboxError E_CONFIG, E_PERMISSION.
 */
export async function openFolders(
	options: MachineOptions,
	write = true,
	{host, env, cwd}: Caller = thisProcess(),
): Promise<Omit<Machine, 'facts'>> {
	const configFile = options.config === undefined ? undefined : resolve(cwd, options.config);
	const config = await toolConfig({cwd, env, ...(configFile && {config: configFile})}, host);
	const uid = options.forRoot === true ? 0 : (process.getuid?.() ?? 0);
	const own = () => userFolders(host, env, uid, write && options.planOnly !== true);
	const dirs = {
		store: resolve(cwd, options.store ?? config.store ?? own().store),
		state: resolve(cwd, options.state ?? config.state ?? own().state),
	};
	for (const [name, path] of Object.entries(dirs)) unlessForbidden(() => checkFolder(host, name, path));
	return {
		host,
		dirs,
		env,
		...settingsOf(config),
		...present({configFile, configured: config.entries, detachKeys: config.detachKeys}),
		...(config.dash === undefined && config.theme === undefined
			? {}
			: {dash: {origin: config.origin, config: {...(config.theme && {theme: config.theme}), ...config.dash}}}),
	};
}
