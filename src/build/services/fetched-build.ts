import {TsboxError} from '../../errors/tsbox-error.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {makeStore, newWorkPath} from '../../image/store/store.ts';
import type {BuildSource} from '../../spec/model/build-source.ts';
import type {BuildSink} from '../execute/build-event.ts';
import {fetchProgram, pickVariables, proxiesOf} from '../execute/fetch-program.ts';

/** What git reads of the caller: proxies, and what lets it in at servers. */
const ofCaller = /^(?:HOME|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_SSH_COMMAND|GIT_SSL_\w+)$/;

/** Nothing of the repository runs on the host, and no submodule names a folder of it. */
const careful = ['-c', 'core.hooksPath=/dev/null', '-c', 'protocol.file.allow=never', '-c', 'protocol.ext.allow=never'];

/** A `build` whose files are in a folder of this machine. */
export interface LocalBuild {
	readonly source: BuildSource;
	/** Removes what was fetched. */
	readonly release: () => Promise<void>;
}

/**
 * Fetches the repository of a `build` with git(1): the newest commit of its branch or tag, or a commit, and the submodules, without history, as
 * BuildKit does. A `build` of a folder stays as it is.
 *
 * @throws TsboxError E_BUILD with the words of git, E_HOST_UNSUPPORTED without git, E_INTERRUPTED, E_SPEC_INVALID for a path that leads out of it.
 */
export async function fetchedBuild(
	{host, facts, dirs: {store}}: Pick<Machine, 'host' | 'facts' | 'dirs'>,
	source: BuildSource,
	{
		service,
		env,
		signal,
		emit,
	}: {
		readonly service: string;
		readonly env: Readonly<Record<string, string | undefined>>;
		readonly signal: AbortSignal;
		readonly emit: BuildSink;
	},
): Promise<LocalBuild> {
	const {repository, ...local} = source;
	if (repository === undefined) return {source, release: async () => {}};
	makeStore(host, store);
	const folder = newWorkPath(host, store);
	host.mkdir(folder, 0o700);
	const release = async (): Promise<void> => removeOwned(host, facts, folder);
	const {url, ref = 'HEAD', folder: below} = repository;
	const shown = url.replace(/\/\/[^/@]*@/, '//***@');
	const variables = {...proxiesOf(env), ...pickVariables(env, ofCaller), GIT_TERMINAL_PROMPT: '0'};
	const git = async (...words: readonly string[]): Promise<void> => {
		emit({type: 'build.fetching', command: shellCommand(['git', ...words.map(word => (word === url ? shown : word))])});
		const argv = ['git', '-C', folder, ...careful, ...words];
		const {exitCode, said} = await fetchProgram(host, argv, {env: variables, what: `fetching ${shown}`, signal});
		if (exitCode === 127)
			throw new TsboxError('E_HOST_UNSUPPORTED', `the \`build\` of ${service} is a repository, and needs git`, {
				why: said,
				hint: 'install git',
			});
		if (exitCode !== 0)
			throw new TsboxError('E_BUILD', `${shown} could not be fetched for ${service}`, {
				output: said.replaceAll(url, shown),
				hint: `try it: \`git ls-remote ${shown} ${ref}\``,
			});
	};
	try {
		await git('init', '--quiet', '--template=');
		await git('fetch', '--quiet', '--depth', '1', '--', url, ref);
		await git('checkout', '--quiet', 'FETCH_HEAD');
		if (host.lstat(`${folder}/.gitmodules`) !== undefined)
			await git('submodule', '--quiet', 'update', '--init', '--recursive', '--depth', '1');
		host.removeTree(`${folder}/.git`);
		const context = inside(folder, below ?? '');
		const {dockerfile} = local;
		return {
			source: {
				...local,
				context,
				dockerfile: 'file' in dockerfile ? {file: inside(context, dockerfile.file.slice(1))} : dockerfile,
			},
			release,
		};
	} catch (error) {
		await release();
		throw error;
	}

	/** A path in a folder, whose symlinks may not lead out of it; one that does not exist is reported by who reads it. */
	function inside(root: string, path: string): string {
		const whole = path === '' ? root : `${root}/${path}`;
		const real = host.realpath(whole);
		if (real === undefined || `${real}/`.startsWith(`${host.realpath(folder) ?? folder}/`)) return whole;
		throw new TsboxError('E_SPEC_INVALID', `${path} leads out of the repository of ${service}`, {
			hint: 'it is a symbolic link there: name what it stands for',
		});
	}
}
