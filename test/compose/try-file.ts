import {dirname, resolve} from 'node:path';
import type {Machine} from '../../src/container/machine/machine.ts';
import {planService} from '../../src/container/plan/plan-container.ts';
import {isTsboxError} from '../../src/errors/tsbox-error.ts';
import type {FileFacts} from '../../src/host/host.ts';
import {realHost} from '../../src/host/programs/real-host.ts';
import {withImage} from '../../src/spec/merge/with-image.ts';
import type {ImageConfig} from '../../src/spec/model/image-config.ts';
import type {Project, Service} from '../../src/spec/model/project.ts';
import {loadProject} from '../../src/spec/project/load.ts';
import {layeredImage, savedFacts, storedImage} from '../support/sample-input.ts';
import {basesOf, kindOf, type OthersFile, readOrSample} from './files-of-others.ts';

/** What a file was read with that its author leaves to those who use it. */
export interface StandIns {
	/** The file onto which it was merged. */
	readonly base: string | undefined;
	/** Files with variables that were taken from a sample beside them. */
	readonly samples: ReadonlySet<string>;
	/** Files with variables that are nowhere, in place of which an empty one was read. */
	readonly empty: ReadonlySet<string>;
	/** Variables that were given a value. */
	readonly variables: ReadonlySet<string>;
}

/** What became of a file; `error` is undefined for one of which each service has a plan. */
export interface Tried extends StandIns {
	readonly file: OthersFile;
	readonly error: Error | undefined;
}

/** Loads a file, alone or on one that it can be meant for, and plans each of its services for a saved machine. */
export async function tryFile(file: OthersFile): Promise<Tried> {
	const alone = await tryWith(file, undefined);
	if (alone.error === undefined || !isTsboxError(alone.error)) return alone;
	if (file.kind !== 'app' && file.kind !== 'example') return alone;
	// Nothing that is merged brings a file that is missing.
	if (linesOf(alone.error).some(line => line.includes('there is no file'))) return alone;
	for (const base of basesOf(file).slice(0, 6)) {
		const merged = await tryWith(file, base);
		if (merged.error === undefined) return merged;
	}
	return alone;
}

async function tryWith(file: OthersFile, base: string | undefined): Promise<Tried> {
	const [samples, empty, variables] = [new Set<string>(), new Set<string>(), new Set<string>()];
	for (;;) {
		try {
			await planAll(load(base === undefined ? [file.path] : [base, file.path], {base, samples, empty, variables}));
			return {file, base, samples, empty, variables, error: undefined};
		} catch (error) {
			if (!(error instanceof Error)) throw error;
			const before = variables.size + empty.size;
			for (const name of unsetIn(error)) variables.add(name);
			for (const path of missingIn(error, dirname(base ?? file.path))) empty.add(path);
			if (variables.size + empty.size === before) return {file, base, samples, empty, variables, error};
		}
	}
}

function load(
	[file = '', ...others]: readonly string[],
	{empty, variables, samples}: StandIns & {readonly samples: Set<string>},
): Project {
	return loadProject({
		file,
		others,
		cwd: dirname(file),
		env: {HOME: '/root', PATH: '/bin', ...Object.fromEntries([...variables].map(name => [name, valueOf(name)]))},
		readText: path => {
			const found = readOrSample(path);
			if (found?.isSample === true) samples.add(path);
			return found?.text ?? (empty.has(path) ? '' : undefined);
		},
		// Files of profiles and the like are not in the folder.
		kindOf: path => kindOf(path) ?? (path.endsWith('.json') ? 'file' : undefined),
		profiles: [],
	});
}

/** A value for a variable that whoever uses a file has to set. */
function valueOf(name: string): string {
	if (/PATH|DIR|LOCATION|FOLDER|DATA|ROOT/i.test(name)) return '/srv/data';
	return /IP$|ADDRESS/i.test(name) ? '10.0.0.8' : '8080';
}

function linesOf(error: Error): readonly string[] {
	return isTsboxError(error) ? [error.message, ...(error.output ?? '').split('\n'), error.hint ?? ''] : [];
}

/** The variables that an error says are not set, or empty. */
function unsetIn(error: Error): readonly string[] {
	return linesOf(error)
		.filter(line => /` (?:is|are) (?:not set|empty)/.test(line))
		.flatMap(line => [...line.matchAll(/`([A-Za-z_]\w*)`(?= (?:and|is|are) )/g)].map(([, name = '']) => name));
}

/** The files with variables that an error says are missing. */
function missingIn(error: Error, folder: string): readonly string[] {
	return linesOf(error).flatMap(line => {
		const [, path] = /there is no file `(.+)`/.exec(line) ?? [];
		return path === undefined ? [] : [resolve(folder, path)];
	});
}

/** What an image says. The image itself cannot be had. */
const anyImage: ImageConfig = {
	healthcheck: {
		test: ['true'],
		intervalMs: 30_000,
		timeoutMs: 30_000,
		startPeriodMs: 0,
		startIntervalMs: 5_000,
		retries: 3,
	},
	entrypoint: ['/entrypoint'],
	command: ['serve'],
	environment: {PATH: '/bin'},
	volumes: [],
	exposedPorts: [],
	labels: {},
};

const noFile: FileFacts = {kind: 'file', size: 0, mode: 0o644, uid: 0, ino: 0, dev: 0, mtimeMs: 0, ctimeMs: 0};
const device: FileFacts = {...noFile, kind: 'other', device: {type: 'c', major: 10, minor: 229}};
const folder: FileFacts = {...noFile, kind: 'directory'};
const disk: FileFacts = {...noFile, kind: 'other', device: {type: 'b', major: 8, minor: 0}};

/** Two graphics processors, as the tool of their vendor describes them. */
const graphics = JSON.stringify({
	cdiVersion: '0.6.0',
	kind: 'nvidia.com/gpu',
	devices: ['0', '1'].map(name => ({name, containerEdits: {deviceNodes: [{path: `/dev/nvidia${name}`}]}})),
});

/** A saved machine, with the files, the sources of mounts and the devices that a file names. */
function machineOf(): Machine {
	const host = realHost();
	const standIn = (path: string): FileFacts =>
		/^\/dev\/[sv]d/.test(path) ? disk : path.startsWith('/dev/') ? device : noFile;
	return {
		host: {
			...host,
			realpath: path => host.realpath(path) ?? path,
			stat: path => (path === '/etc/cdi' ? folder : (host.stat(path) ?? standIn(path))),
			list: path => (path === '/etc/cdi' ? ['nvidia.json'] : host.list(path)),
			readText: path => (path === '/etc/cdi/nvidia.json' ? graphics : host.readText(path)),
			lstat: path => host.lstat(path) ?? (path.startsWith('/dev/') ? device : undefined),
		},
		dirs: {store: '/var/lib/tsbox-of-nobody', state: '/run/tsbox-of-nobody'},
		facts: savedFacts('v2-bookworm'),
		limits: {},
		bestEffort: false,
	};
}

async function planAll(project: Project): Promise<void> {
	const machine = machineOf();
	// The images of services from which others have volumes cannot be had either.
	const others: Project = {
		...project,
		services: project.services.map(service => ({...service, rootfs: {kind: 'directory', path: '/'}})),
	};
	for (const service of project.services) {
		const {rootfs} = service;
		const reference = rootfs.kind === 'image' ? rootfs.reference : undefined;
		const whole = reference === undefined ? service : withImage(service, anyImage, {reference, project: project.name});
		const image = reference === undefined ? storedImage : {...layeredImage(2), reference};
		await planService(machine, others, ofOthers(whole), {}, {dry: true, findImage: async () => image});
	}
}

/** Networks and volumes that others make, as if they were made. */
function ofOthers(service: Service): Service {
	return {
		...service,
		...(service.networks && {
			networks: service.networks.map(join => ({...join, network: {...join.network, project: 'others'}})),
		}),
		volumes: service.volumes.map(mount =>
			mount.type === 'volume' ? {...mount, volume: {...mount.volume, project: 'others'}} : mount,
		),
	};
}
