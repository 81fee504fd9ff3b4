import {resolve} from 'node:path';
import type {Machine} from '../../container/machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../../spec/model/project.ts';
import {usageError} from '../options/usage-error.ts';
import type {Context} from '../verb/command.ts';

/**
 * The spec whose images a command line asks for; undefined when it asks for a folder with a Dockerfile. Without a word it is the spec of the
 * caller's folder, if that builds something.
 *
 * @param given - the options that only a folder takes
 * @throws TsboxError E_USAGE for an option that the spec decides; as `loadProject`.
 */
export async function specToBuild(
	word: string | undefined,
	given: readonly string[],
	{host}: Pick<Machine, 'host'>,
	{io, engine, folders}: Context,
): Promise<Project | undefined> {
	const request = {cwd: io.cwd, env: io.env, ...(folders.config === undefined ? {} : {config: folders.config})};
	if (word === undefined) {
		if (given.length > 0) return undefined;
		try {
			const project = await engine.loadProject(request);
			return project.builds === undefined ? undefined : project;
		} catch (error) {
			if (isTsboxError(error) && error.code === 'E_SPEC_NOT_FOUND') return undefined;
			throw error;
		}
	}
	const isFile = host.stat(resolve(io.cwd, word))?.kind === 'file';
	if (!isFile && !/\.(?:ya?ml|json)$/.test(word)) return undefined;
	const [option] = given;
	if (option !== undefined)
		throw usageError(`--${option} goes with a folder; ${word} says itself what it builds`, undefined, 'build');
	return engine.loadProject({...request, file: word});
}
