import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {FileFacts, Host} from '../../host/host.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import type {Project, RootfsSource} from '../../spec/model/project.ts';
import {sampleKind, sampleLabel, sampleNames, sampleSpecs, smallestSpec} from '../../spec/explain/sample-spec.ts';
import type {Plan} from '../../step/verbs/step.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {planService} from './plan-container.ts';

/** The plans of a small container without a key and with the example of the key. */
export interface PlannedExample {
	readonly without: PlannedContainer;
	readonly with: PlannedContainer;
}

/**
 * Plans a small container twice on this machine: without a key, and with its example. Nothing is changed, and nothing of the
 * configuration counts.
 *
 * @throws TsboxError for an example that this machine cannot provide.
 */
export async function planExample(machine: Machine, key: string): Promise<PlannedExample> {
	const specs = sampleSpecs(key);
	return {without: await plan(machine, specs.without), with: await plan(machine, specs.with)};
}

/** The plan of a sample, and what is in its spec, in words. */
export interface PlannedSample {
	/** Empty for the smallest container. */
	readonly label: string;
	readonly plan: Plan;
}

/** Plans the samples that together have all steps that this machine can have. Leaves out what it cannot provide. */
export async function* planSamples(machine: Machine): AsyncGenerator<PlannedSample, void> {
	yield {label: '', plan: (await plan(machine, smallestSpec())).plan};
	for (const name of sampleNames) {
		const planned = await plan(machine, sampleSpecs(name).with).catch(ifUnavailable);
		if (planned !== undefined) yield {label: sampleLabel(name), plan: planned.plan};
	}
}

function ifUnavailable(cause: unknown): undefined {
	if (!isTsboxError(cause)) throw cause;
}

async function plan({host, dirs, facts}: Machine, project: Project): Promise<PlannedContainer> {
	const machine: Machine = {host: withSamples(host), dirs, facts, limits: {}, bestEffort: true};
	const [service] = project.services;
	if (service === undefined) throw new Error('the sample spec has no service');
	const image = sampleImage(service.rootfs, machine.dirs.store);
	return planService(
		machine,
		project,
		service,
		{bestEffort: true},
		{
			dry: true,
			...(image && {findImage: async () => image}),
		},
	);
}

/** An archive or an image that this machine does not have yet; undefined for any other root. */
function sampleImage(rootfs: RootfsSource, store: string): ImageFacts | undefined {
	const digest = 'sha256:DIGEST';
	if (rootfs.kind === 'archive')
		return {
			kind: 'archive',
			archive: rootfs.path,
			digest,
			stored: false,
			path: `${store}/images/DIGEST/rootfs`,
			bytes: 0,
		};
	if (rootfs.kind !== 'image') return undefined;
	const {reference} = rootfs;
	const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
	const layers = ['BASE', 'TOP'].map(name => ({
		diffId: `sha256:${name}`,
		digest: `sha256:${name}`,
		size: 0,
		mediaType,
		path: `${store}/lower/${name}/fs`,
		stored: false,
	}));
	const source = `docker://${reference.replace(/:[^:/]*$/, '')}@${digest}`;
	return {kind: 'image', reference, digest, manifest: digest, config: digest, layers, stored: false, bytes: 0, source};
}

const noFile: FileFacts = {kind: 'file', size: 0, mode: 0o644, uid: 0, ino: 0, dev: 0, mtimeMs: 0, ctimeMs: 0};

/** The host with the files that the examples name. */
function withSamples(host: Host): Host {
	const sample = (path: string): FileFacts | undefined => {
		const kind = sampleKind(path);
		if (path === '/dev/fuse') return {...noFile, kind: 'other', device: {type: 'c', major: 10, minor: 229}};
		return kind && {...noFile, kind};
	};
	return {
		...host,
		realpath: path => (sample(path) === undefined ? host.realpath(path) : path),
		stat: path => sample(path) ?? host.stat(path),
		lstat: path => sample(path) ?? host.lstat(path),
	};
}
