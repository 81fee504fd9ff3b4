import {cpSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {TestBox} from './box.ts';
import {leftovers} from './leftovers.ts';
import {noteLinks, unusedPort} from './network-stack.ts';
import type {Row} from './project.ts';

/** The stacks that stand in the project. */
export const stacksFolder = join(import.meta.dirname, '../../config/examples/stacks');

/** Ports of this machine, by the variables of a stack. */
export type Ports = Readonly<Record<string, string>>;

/** A stack of config/examples in a box of a test. */
export interface StackProject {
	/** The box as helpers for one project see it: its name is that of the project. */
	readonly box: TestBox;
	/** Its copy of the Compose file. */
	readonly file: string;
	readonly ports: Ports;
	/** Runs tsbox, and expects that it works. Gives what it prints. */
	readonly works: (...words: readonly string[]) => Promise<string>;
	/** `up -d` of its file. */
	readonly up: (...words: readonly string[]) => Promise<void>;
	/** Takes it down, with its volumes. */
	readonly down: () => Promise<void>;
	/** The containers of a service, or of all. */
	readonly containers: (service?: string) => Promise<readonly Row[]>;
	/** The processes of all containers that run, by their names. */
	readonly running: () => Promise<Readonly<Record<string, number>>>;
	/** Runs a script in the first container of a service. Gives its output, or its status and why it failed. */
	readonly shell: (service: string, script: string) => Promise<string>;
}

/** Runs tsbox in a box, and expects that it works. Gives what it prints. */
export async function works(box: TestBox, ...words: readonly string[]): Promise<string> {
	const {status, out, err} = await box.tsbox(words);
	expect({words, status, err: status === 0 ? '' : err}).toEqual({words, status: 0, err: ''});
	return out;
}

/** Which stack it is, and how it is handled. */
export interface StackOptions {
	/** Its folder. */
	readonly name: string;
	/** Variables that each get a port on which nobody listens. */
	readonly ports: readonly string[];
	/** It goes up and down with the words of `docker compose`. */
	readonly byCompose?: boolean;
}

/** Copies a stack into a folder that names its project, as the name of a box is in use once. */
export async function stackProject(
	within: TestBox,
	{name, ports: variables, byCompose = false}: StackOptions,
): Promise<StackProject> {
	const project = `${within.name}${name}`;
	const box = {...within, name: project, leftovers: () => leftovers(project, within.folder)};
	const folder = join(within.folder, project);
	cpSync(join(stacksFolder, name), folder, {recursive: true});
	const file = join(folder, 'compose.yaml');
	const ports: Record<string, string> = {};
	for (const variable of variables) ports[variable] = String(await unusedPort());
	const env = join(folder, '.env');
	const lines = Object.entries(ports).map(([variable, port]) => `${variable}=${port}\n`);
	writeFileSync(env, (existsSync(env) ? readFileSync(env, 'utf8') : '') + lines.join(''));
	const containers: StackProject['containers'] = async service => {
		const rows = JSON.parse(await works(box, 'ps', '-a', '--json')) as readonly (Row & {readonly project?: string})[];
		return rows.filter(row => row.project === project && (service === undefined || row.service === service));
	};
	return {
		box,
		file,
		ports,
		works: (...words) => works(box, ...words),
		up: async (...words) => {
			await works(box, ...(byCompose ? ['compose', '-f', file, 'up', '-d', ...words] : ['up', '-d', ...words, file]));
			noteLinks(box);
		},
		down: async () => {
			await works(box, ...(byCompose ? ['compose', '-f', file, 'down', '-v'] : ['down', '-v', project]));
		},
		containers,
		running: async () => {
			const rows = (await containers()).filter(({state}) => state === 'running');
			return Object.fromEntries(rows.map(({name: container, pid}) => [container, pid]));
		},
		shell: async (service, script) => {
			const [row] = await containers(service);
			const {out, err, status} = await box.tsbox(['exec', row?.name ?? service, '--', 'sh', '-c', script]);
			return status === 0 ? out : `${status}: ${err}`;
		},
	};
}
