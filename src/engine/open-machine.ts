import {TsboxError} from '../errors/tsbox-error.ts';
import {hostFacts} from '../host/facts-cache.ts';
import type {Host} from '../host/host.ts';
import {realHost} from '../host/real-host.ts';
import type {ToolConfig} from '../spec/config.ts';
import {mayHaveConfig} from '../spec/config-places.ts';
import type {Machine, MachineOptions} from './types.ts';

/** Where images and writable layers are kept: on disk, for they are large. */
const defaultStore = '/var/lib/tsbox';
/** Where what runs is noted: on a tmpfs, so that it is gone with the boot that it tells of. */
const defaultState = '/run/tsbox';

async function readConfig(host: Host, cwd: string, file: string | undefined): Promise<ToolConfig> {
	if (file === undefined && !mayHaveConfig(cwd, path => host.lstat(path) !== undefined))
		return {limits: {}, bestEffort: false, origin: null};
	const {loadConfig} = await import('../spec/config.ts');
	return loadConfig({cwd, ...(file === undefined ? {} : {file})});
}

/**
 * Opens the machine: the configuration, the folders, and the facts that plans are made from.
 *
 * @param write - false for verbs that may change nothing, not even a cache
 * @throws TsboxError E_CONFIG, E_PERMISSION.
 */
export async function openMachine(options: MachineOptions, write = true): Promise<Machine> {
	const host = realHost();
	const config = await readConfig(host, process.cwd(), options.config);
	if (config.origin !== null) {
		// A file of somebody else, found on the way up from the working folder, must not steer a tool that runs as root.
		const owner = host.stat(config.origin)?.uid;
		if (owner !== 0 && owner !== process.getuid?.())
			throw new TsboxError('E_CONFIG', `${config.origin} belongs to somebody else`, {
				why: 'whoever owns it could choose where tsbox writes',
				hint: 'chown it, or name another with --config',
			});
	}
	const dirs = {
		store: options.store ?? config.store ?? defaultStore,
		state: options.state ?? config.state ?? defaultState,
	};
	for (const [name, path] of Object.entries(dirs)) {
		if (!path.startsWith('/') || path.includes('/../') || /[,:\\"\n]/.test(path))
			throw new TsboxError('E_CONFIG', `the ${name} folder ${path} is not a plain absolute path`, {
				hint: 'name it from / on, without `..`, comma, colon, quote or backslash',
			});
	}
	const facts = await hostFacts(host, dirs, {write: write && process.getuid?.() === 0});
	const {imageBytes, imageEntries} = config.limits;
	return {
		host,
		dirs,
		facts,
		limits: {
			...(imageBytes === undefined ? {} : {bytes: imageBytes}),
			...(imageEntries === undefined ? {} : {entries: imageEntries}),
		},
		bestEffort: config.bestEffort ?? false,
	};
}
