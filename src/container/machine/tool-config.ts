import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from './machine.ts';
import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {trustedText} from '../../host/files/trusted-text.ts';
import type {ToolConfig} from '../../spec/config/config.ts';
import {configFolders, configProgram, furtherConfigs, searchedFolders} from '../../spec/config/config-places.ts';
import {largest} from '../../spec/syntax/largest.ts';

/** Whose configuration is meant. */
export interface ConfigWish {
	/** Absolute path of the folder that is searched from. */
	readonly cwd: string;
	/** For the folder of the person: XDG_CONFIG_HOME, HOME. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** A file in place of those of the folders; relative to `cwd`. */
	readonly config?: string;
}

/**
 * The configuration of tsbox: of the working folder or those above it, of the person, and of the machine. Loads what reads
 * it only where there is a file.
 *
 * @throws TsboxError E_CONFIG for a file that can't be read, is too large, holds something else, or that others could have written.
 */
export async function toolConfig({cwd, env, config}: ConfigWish, host: Host = realHost()): Promise<ToolConfig> {
	const exists = (path: string): boolean => host.stat(path) !== undefined;
	const isFile = (path: string): boolean => {
		const facts = host.stat(path);
		if (facts?.kind === 'file' && facts.size > largest)
			throw new TsboxError('E_CONFIG', `${path} is larger than 1 MiB`, {
				why: 'a configuration file may be there, but none is that long',
				hint: 'take it away, or name another with --config',
			});
		return facts?.kind === 'file';
	};
	const searched = config === undefined ? searchedFolders(cwd, exists) : [];
	const folders = configFolders(searched, {isFile, readText: path => host.readText(path)});
	const program = configProgram(searched, exists);
	if (program !== undefined)
		throw new TsboxError('E_CONFIG', `${program} is a program, and a configuration of tsbox is data`, {
			why: 'tsbox may run as root, and runs nothing that it finds in a folder',
			hint: 'write it as tsbox.config.yaml, or name another file with --config',
		});
	const further = furtherConfigs(homeOf(host, env), exists);
	if (config === undefined && folders.length === 0 && further.length === 0)
		return {limits: {}, bestEffort: false, origin: null};
	const {loadConfig} = await import('../../spec/config/config.ts');
	return loadConfig({cwd, folders, further, readText: trustedText, ...(config === undefined ? {} : {file: config})});
}

/** The person's folder of configurations; of root, called by way of sudo with another's HOME, it is none. */
function homeOf(host: Host, env: ConfigWish['env']): string | undefined {
	const uid = process.getuid?.();
	const mine = (path: string | undefined): path is string =>
		path !== undefined && path.startsWith('/') && host.stat(path)?.uid === uid;
	const [own, home] = [env['XDG_CONFIG_HOME'], env['HOME']];
	if (own !== undefined && own !== '') return mine(own) ? own : undefined;
	return mine(home) ? `${home}/.config` : undefined;
}

/**
 * The machine with what the configuration says by now to a caller in another folder: what is started in the background
 * obeys the policy as it is when it is started.
 *
 * @throws TsboxError E_CONFIG as {@link toolConfig} does.
 */
export async function withConfigOf(machine: Machine, {cwd, env, config}: ConfigWish): Promise<Machine> {
	const wish = {cwd, env, ...(config === undefined ? {} : {config: resolve(cwd, config)})};
	return {...machine, ...settingsOf(await toolConfig(wish, machine.host))};
}

/** What of the configuration every plan and start goes by. */
export function settingsOf({
	defaults,
	policies,
	bestEffort,
	limits: {imageBytes, imageEntries},
}: ToolConfig): Pick<Machine, 'defaults' | 'policies' | 'bestEffort' | 'limits'> {
	return {
		defaults,
		policies: policies ?? [],
		bestEffort,
		limits: {
			...present({bytes: imageBytes, entries: imageEntries}),
		},
	};
}
