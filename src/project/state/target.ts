import type {Machine} from '../../container/machine/machine.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {ofEngine} from '../../container/machine/of-engine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {idOf, shownName} from '../../state/alias.ts';
import {readProject} from './project-folder.ts';
import {projectsFolder} from '../../state/project-place.ts';

/** Where a command line asks from, and how it selects the project without a word. */
export type TargetRequest = Pick<SpecRequest, 'cwd' | 'env'> &
	Partial<
		Pick<
			SpecRequest,
			'file' | 'others' | 'projectDirectory' | 'envFiles' | 'profiles' | 'projectName' | 'nameFromFolder'
		>
	>;

/** A detached project and the selected services; empty selects all. */
export interface ProjectTarget {
	readonly project: string;
	readonly services: readonly string[];
}

/** The names of all detached projects. */
export function projectNames({host, dirs}: Machine): readonly string[] {
	return host
		.list(projectsFolder(dirs.state))
		.filter(name => !name.startsWith('.') && readProject(host, dirs.state, name) !== undefined);
}

/**
 * Resolves a command-line word: the name of a project or of one of its containers, or the path of a spec if it has a slash or
 * a spec's suffix. Without a word, uses the spec of the working folder.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER if the word names no detached project, E_PERMISSION if it names a container of an
 * engine, E_SPEC_* for an invalid spec.
 */
export async function projectTarget(
	machine: Machine,
	word: string | undefined,
	request: TargetRequest,
	services: readonly string[],
): Promise<ProjectTarget> {
	const found = await findTarget(machine, word, request, services);
	if (found !== undefined) return found;
	const known = [
		...projectNames(machine),
		...allRecords(machine).map(({name}) => shownName(machine.host, machine.dirs.state, name)),
	];
	const engine = allRecords(machine).find(({name}) => name === word)?.engine;
	if (engine !== undefined) throw ofEngine(word ?? '', engine, 'logs', 'restart', 'stop', 'rm -f');
	if (word !== undefined && known.includes(word))
		throw new TsboxError('E_NO_SUCH_CONTAINER', `${word} runs in the foreground`, {
			why: 'this command is for containers that `tsbox up -d` started in the background',
			hint: `its output is on the terminal that started it; \`tsbox down ${word}\` stops it`,
		});
	const near = word === undefined ? undefined : didYouMean(word, known);
	throw new TsboxError(
		'E_NO_SUCH_CONTAINER',
		`${word ?? request.projectName ?? request.file ?? 'the spec of this folder'} is not a detached project`,
		{
			hint:
				near === undefined
					? 'start it with `tsbox up -d`; `tsbox ps -a` lists all containers'
					: `did you mean ${near}?`,
		},
	);
}

/** Like {@link projectTarget}, but undefined if the word names no detached project. */
export async function findTarget(
	machine: Machine,
	word: string | undefined,
	request: TargetRequest,
	services: readonly string[],
): Promise<ProjectTarget | undefined> {
	const names = projectNames(machine);
	const {projectName} = request;
	// The project is known by its name, even if its files are gone.
	if (word === undefined && projectName !== undefined)
		return names.includes(projectName) ? {project: projectName, services} : undefined;
	if (word === undefined || word.includes('/') || /\.(ya?ml|json)$/.test(word)) {
		const {loadProject} = await import('../../container/machine/load-project.ts');
		const {name} = await loadProject({...request, ...(word === undefined ? {} : {file: word})}, machine);
		return names.includes(name) ? {project: name, services} : undefined;
	}
	if (names.includes(word)) return {project: word, services};
	const {host, dirs} = machine;
	const id = idOf(host, dirs.state, word) ?? word;
	const detached = allRecords(machine).find(({name}) => name === id)?.detached;
	return detached === undefined ? undefined : {project: detached.project, services: [id, ...services]};
}
