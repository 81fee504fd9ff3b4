import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {largest} from '../../spec/syntax/largest.ts';
import {shownPath, type SourceText} from '../../spec/syntax/source-text.ts';

/** The texts that a build is read from. */
export interface DockerfileText {
	readonly dockerfile: SourceText;
	readonly ignoreFile?: SourceText;
}

/** Where to look for them, with absolute paths. */
export interface DockerfilePlace {
	readonly file: string;
	/** The folder of the context. */
	readonly folder: string;
	readonly cwd: string;
	/** What to do when there is no Dockerfile: an imperative sentence. */
	readonly hint: string;
	/** The text of a file; undefined if there is none. */
	readonly read: (path: string) => string | undefined;
}

/**
 * Reads a Dockerfile, and the file of paths that the build leaves out: `Dockerfile.dockerignore` beside it, else `.dockerignore` of the
 * context.
 *
 * @throws TsboxError E_DOCKERFILE when there is no Dockerfile.
 */
export function dockerfileText({file, folder, cwd, hint, read}: DockerfilePlace): DockerfileText {
	const textOf = (path: string): SourceText | undefined => {
		const text = read(path);
		return text === undefined ? undefined : {file: path, shown: shownPath(path, cwd), text};
	};
	const dockerfile = textOf(file);
	if (dockerfile === undefined)
		throw new TsboxError('E_DOCKERFILE', `there is no file ${shownPath(file, cwd)}`, {hint});
	const ignoreFile = textOf(`${file}.dockerignore`) ?? textOf(`${folder}/.dockerignore`);
	return {dockerfile, ...(ignoreFile === undefined ? {} : {ignoreFile})};
}

/**
 * The text of a file in a folder, where others may have put a pipe, or a link to a device without an end: undefined unless it is a file.
 *
 * @throws TsboxError E_DOCKERFILE when it is larger than 1 MiB; the system's error.
 */
export function textInFolder(host: Host, path: string): string | undefined {
	const facts = host.stat(path);
	if (facts?.kind !== 'file') return undefined;
	if (facts.size <= largest) return host.readText(path);
	throw new TsboxError('E_DOCKERFILE', `${path} is larger than 1 MiB`, {
		hint: 'move what is no instruction into files that COPY takes',
	});
}
