import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from './machine.ts';
import type {SpecRequest} from './spec-request.ts';
import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {realHost} from '../../host/programs/real-host.ts';
import type {Host} from '../../host/host.ts';
import {dotenvLookup, parseDotenv} from '../../spec/syntax/dotenv.ts';
import {findSpec} from '../../spec/syntax/find.ts';
import {largest} from '../../spec/syntax/largest.ts';
import type {SpecRequest as SpecReading} from '../../spec/keys/request.ts';
import {loadProject as load} from '../../spec/project/load.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {noneActive, noSuchService} from './no-service.ts';
import {pinImages} from './pin-images.ts';
import {toolConfig} from './tool-config.ts';

/**
 * Reads and checks a spec without changing anything. Without a machine, defaults come from the configuration of the request.
 *
 * @throws TsboxError E_SPEC_* with file, line and column, E_SPEC_INVALID for an env file that is too large, E_CONFIG.
 */
export async function loadProject(
	request: SpecRequest,
	machine?: Pick<Machine, 'host' | 'defaults'>,
): Promise<Project> {
	const project = load(await readingOf(request, machine));
	return request.pins === undefined ? project : pinImages(project, request.pins);
}

/**
 * What reading the files of a request needs: which they are, and how this machine is asked for them.
 *
 * @throws TsboxError E_SPEC_NOT_FOUND, E_CONFIG.
 */
export async function readingOf(
	request: SpecRequest,
	machine?: Pick<Machine, 'host' | 'defaults'>,
): Promise<SpecReading> {
	const host = machine?.host ?? realHost();
	const {defaults} = machine ?? (await toolConfig(request, host));
	const kindOf = (path: string): 'file' | 'directory' | 'other' | undefined => {
		const kind = host.stat(path)?.kind;
		return kind === 'symlink' ? 'other' : kind;
	};
	const {file, others} = filesOf(request, kindOf, host);
	const path = resolve(request.cwd, file);
	return {
		file,
		...present({others, projectDirectory: request.projectDirectory, envFiles: envFilesOf(request)}),
		cwd: request.cwd,
		env: request.env,
		readText: asked => {
			if (request.text !== undefined && asked === path) return request.text;
			const facts = host.stat(asked);
			if (facts?.kind !== 'file') return undefined;
			if (facts.size <= largest) return host.readText(asked);
			// Reads just enough for the error about a spec that is too large.
			if (asked === path) return host.readBytes(asked, 0, largest + 1)?.toString();
			throw new TsboxError('E_SPEC_INVALID', `${asked} is larger than 1 MiB`, {
				hint: 'remove everything that is not a variable of a container',
			});
		},
		kindOf,
		...present({
			options: request.overrides,
			defaults,
			profiles: request.profiles,
			projectName: request.projectName,
			nameFromFolder: request.nameFromFolder,
		}),
		named: request.named ?? (request.service === undefined ? [] : [request.service]),
	};
}

/** The files of a request: those that it names, those of COMPOSE_FILE, or those of the folder. */
function filesOf(
	{file, others, cwd, env, projectDirectory = '.', nameFromFolder = false}: SpecRequest,
	kindOf: (path: string) => 'file' | 'directory' | 'other' | undefined,
	host: Host,
): {readonly file: string; readonly others?: readonly string[] | undefined} {
	if (file !== undefined) return {file, others};
	const folder = resolve(cwd, projectDirectory);
	const set = (name: string): string | undefined => env[name] ?? dotenvValue(`${folder}/.env`, name, host);
	const named = set('COMPOSE_FILE');
	const separator = named === undefined ? undefined : set('COMPOSE_PATH_SEPARATOR');
	const [first, ...more] = words(named, separator ?? ':');
	if (first !== undefined) return {file: first, others: more};
	return findSpec(folder, kindOf, nameFromFolder ? path => isOurs(path, host) : undefined);
}

/** A variable of an env file that need not be there. */
function dotenvValue(path: string, name: string, host: Host): string | undefined {
	if (host.stat(path)?.kind !== 'file') return undefined;
	return dotenvLookup(parseDotenv(host.readText(path) ?? '').entries, () => undefined)(name)?.value;
}

/** Whether a file of a parent folder is the caller's, or root's: nobody else decides what the caller starts. */
function isOurs(path: string, host: Host): boolean {
	const uid = host.stat(path)?.uid;
	return uid === 0 || uid === process.getuid?.();
}

/** Files with variables: those that a request names, or those of COMPOSE_ENV_FILES. */
function envFilesOf({envFiles, env}: SpecRequest): readonly string[] | undefined {
	const asked = envFiles ?? words(env['COMPOSE_ENV_FILES'], ',');
	return asked.length === 0 ? undefined : asked;
}

function words(text: string | undefined, separator: string): readonly string[] {
	return (text ?? '').split(separator).filter(word => word !== '');
}

/**
 * The selected service of a project.
 *
 * @throws TsboxError E_USAGE for an unknown service, or for several services when none is selected.
 */
export function pickService(project: Project, wanted: string | undefined): Service {
	const names = [...new Set(project.services.map(service => service.service))];
	if (wanted === undefined) {
		const there = project.active ?? names;
		const only = project.services.find(service => service.service === there[0]);
		if (only !== undefined && there.length === 1) return only;
		if (there.length === 0) throw noneActive(project);
		throw new TsboxError('E_USAGE', `${project.file} has ${there.length} services`, {
			hint: `choose one: ${there.join(', ')}`,
		});
	}
	const found = project.services.find(service => service.service === wanted);
	if (found === undefined) throw noSuchService(project, wanted);
	return found;
}
