import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from './machine.ts';
import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {realHost} from '../../host/programs/real-host.ts';
import type {ToolConfig} from '../../spec/config/config.ts';
import {configFolders, configProgram, furtherConfigs, searchedFolders} from '../../spec/config/config-places.ts';
import {largest} from '../../spec/syntax/largest.ts';

/** The place to search for a configuration. */
export interface ConfigWish {
	/** Absolute path of the folder where the search begins. */
	readonly cwd: string;
	/** Environment with XDG_CONFIG_HOME and HOME, for the user's own configuration. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** A file to use instead of searching; relative to `cwd`. */
	readonly config?: string;
}

/**
 * The configuration of tsbox, from the working directory or its parents, the user, and the machine. The parser is loaded only
 * when there is a file.
 *
 * @throws TsboxError E_CONFIG for a file that is unreadable, too large, invalid, or writable by others.
 */
export async function toolConfig({cwd, env, config}: ConfigWish, host: Host = realHost()): Promise<ToolConfig> {
	const exists = (path: string): boolean => host.stat(path) !== undefined;
	const isFile = (path: string): boolean => {
		const facts = host.stat(path);
		if (facts?.kind === 'file' && facts.size > largest)
			throw new TsboxError('E_CONFIG', `${path} is larger than 1 MiB`, {
				why: 'no configuration is that long',
				hint: 'remove it, or choose another with --config',
			});
		return facts?.kind === 'file';
	};
	const searched = config === undefined ? searchedFolders(cwd, exists) : [];
	const folders = configFolders(searched, {isFile, readText: path => host.readText(path)});
	const program = configProgram(searched, exists);
	if (program !== undefined)
		throw new TsboxError('E_CONFIG', `${program} is a program, but a configuration of tsbox must be data`, {
			why: 'tsbox may run as root, so it executes no files that it finds',
			hint: 'write it as tsbox.config.yaml, or choose another file with --config',
		});
	const further = furtherConfigs(homeOf(host, env), exists);
	if (config === undefined && folders.length === 0 && further.length === 0)
		return {limits: {}, bestEffort: false, origin: null};
	const {loadConfig} = await import('../../spec/config/config.ts');
	return loadConfig({
		cwd,
		folders,
		further,
		readText: path => host.trustedText(path),
		...(config === undefined ? {} : {file: config}),
	});
}

/** The user's configuration folder; undefined for root under sudo with the HOME of another user. */
function homeOf(host: Host, env: ConfigWish['env']): string | undefined {
	const uid = process.getuid?.();
	const mine = (path: string | undefined): path is string =>
		path !== undefined && path.startsWith('/') && host.stat(path)?.uid === uid;
	const [own, home] = [env['XDG_CONFIG_HOME'], env['HOME']];
	if (own !== undefined && own !== '') return mine(own) ? own : undefined;
	return mine(home) ? `${home}/.config` : undefined;
}

/**
 * The machine with the current configuration of a caller in another folder. A background start thus obeys the policies of the
 * moment when it starts.
 *
 * @throws TsboxError E_CONFIG as {@link toolConfig} does.
 */
export async function withConfigOf(machine: Machine, {cwd, env, config}: ConfigWish): Promise<Machine> {
	const wish = {cwd, env, ...(config === undefined ? {} : {config: resolve(cwd, config)})};
	return {...machine, ...settingsOf(await toolConfig(wish, machine.host))};
}

/** The settings of the configuration that affect plans and starts. */
export function settingsOf({
	defaults,
	policies,
	bestEffort,
	executor,
	networkPools,
	limits: {imageBytes, imageEntries},
}: ToolConfig): Pick<Machine, 'defaults' | 'policies' | 'bestEffort' | 'executor' | 'networkPools' | 'limits'> {
	return {
		defaults,
		policies: policies ?? [],
		bestEffort,
		executor,
		...present({networkPools}),
		limits: {
			...present({bytes: imageBytes, entries: imageEntries}),
		},
	};
}
