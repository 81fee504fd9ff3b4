import {removeOwned} from '../../host/files/remove-owned.ts';
import {hold} from '../../image/store/hold.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {platformOf} from '../../image/oci/platform.ts';
import {fixedEnvironment} from '../../spec/keys/reproducible.ts';
import type {BuildRun} from '../../spec/model/build-source.ts';
import type {PullPolicy} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {SourceText} from '../../spec/syntax/source-text.ts';
import type {NamedContext} from '../plan/build-input.ts';
import type {BuildPlan, BuildRow} from '../plan/build-plan.ts';
import {finishedConfig, type MadeRow} from '../plan/finished-config.ts';
import {planBuild} from '../plan/plan-build.ts';
import {type Platform, parsePlatform} from '../plan/platform.ts';
import type {BuildSink} from './build-event.ts';
import {type BaseImages, baseImages} from './find-base.ts';
import {hostTree} from './host-tree.ts';
import {heldRow, type HoldRow} from './held-row.ts';
import {makeRow} from './make-row.ts';
import {RowWork} from './row-work.ts';
import type {SecretSource} from './run-mounts.ts';
import {writeImage, type WrittenImage} from './write-image.ts';

/** A context besides the main one. */
export type OtherContext = {readonly folder: string} | {readonly image: string};

/** What a build is asked for. Paths are absolute. */
export interface BuildRequest {
	readonly dockerfile: SourceText;
	readonly ignoreFile?: SourceText | undefined;
	/** The folder of the context. */
	readonly folder: string;
	readonly contexts?: Readonly<Record<string, OtherContext>>;
	readonly target?: string | undefined;
	readonly args?: Readonly<Record<string, string>>;
	readonly labels?: Readonly<Record<string, string>>;
	/** Complete references: `docker.io/library/app:latest`. */
	readonly names: readonly string[];
	readonly platform?: Platform | undefined;
	/** When registries are asked for base images. */
	readonly pull: PullPolicy;
	/** Makes all layers anew. */
	readonly noCache?: boolean;
	readonly secrets?: Readonly<Record<string, SecretSource>>;
	readonly ssh?: Readonly<Record<string, string>>;
	/** What all its commands have in common. */
	readonly run?: BuildRun;
	/**
	 * The time of the image and its rows, and the latest one of its files, seconds since the epoch; by default that at which each row was
	 * made.
	 */
	readonly epoch?: number | undefined;
	/** Descriptor for the output of commands; `events` for the events `row.output`. */
	readonly output: number | 'events';
	readonly emit: BuildSink;
	/** Asked before each row. */
	readonly hold?: HoldRow;
	readonly signal: AbortSignal;
	/** Aborted when what still runs is to be killed. */
	readonly force: AbortSignal;
}

/** A plan, and where the images in it are. */
export interface PlannedRequest {
	readonly plan: BuildPlan;
	readonly images: BaseImages;
}

/**
 * Plans a build. Nothing is made; of base images that the store does not have, manifest and configuration are fetched.
 *
 * @throws TsboxError E_DOCKERFILE; of images as `resolveImage`.
 */
export async function planRequest(machine: Machine, request: BuildRequest): Promise<PlannedRequest> {
	const {host, facts} = machine;
	const buildPlatform = ownPlatform(facts.kernel.arch);
	const images = baseImages(machine, buildPlatform, request.pull, request.signal);
	const contexts = Object.entries(request.contexts ?? {}).map(([name, context]): [string, NamedContext] => [
		name,
		'folder' in context
			? {kind: 'folder', tree: hostTree(host, context.folder)}
			: {kind: 'image', reference: context.image},
	]);
	const plan = await planBuild({
		dockerfile: request.dockerfile,
		...(request.ignoreFile === undefined ? {} : {ignoreFile: request.ignoreFile}),
		context: hostTree(host, request.folder),
		contexts: Object.fromEntries(contexts),
		...(request.target === undefined ? {} : {target: request.target}),
		args: request.args ?? {},
		labels: request.labels ?? {},
		...present({network: request.run?.network}),
		platform: request.platform ?? buildPlatform,
		buildPlatform,
		image: images.find,
	});
	request.emit({type: 'build.planned', plan});
	for (const text of plan.warnings) request.emit({type: 'build.warning', text});
	return {plan, images};
}

/**
 * Builds an image: plans the Dockerfile, and makes a layer for each row that changes files, or takes it from an earlier build.
 *
 * @throws TsboxError E_DOCKERFILE, E_BUILD, E_INTERRUPTED; of images as `resolveImage` and `pullImage`; of containers as `up`.
 */
export async function build(machine: Machine, request: BuildRequest): Promise<WrittenImage> {
	const {host, facts, dirs} = machine;
	const {signal, args = {}} = request;
	const {plan, images} = await planRequest(machine, request);
	const fixed = request.run?.reproducible === true ? epochOf(fixedEnvironment['SOURCE_DATE_EPOCH']) : undefined;
	const epoch = request.epoch ?? epochOf(args['SOURCE_DATE_EPOCH']) ?? fixed;
	const now = epoch ?? Math.floor(host.now() / 1000);
	// Nothing knows before which layers will be needed, so that nothing is pruned meanwhile.
	const held = hold(host, dirs.store, 'everything');
	try {
		const rows = new RowWork(machine, request, images, {
			toolbox: sealTools(host, facts, dirs.store),
			now,
			latest: epoch,
		});
		const date = epoch === undefined ? undefined : new Date(epoch * 1000).toISOString();
		const made = new Map<BuildRow, MadeRow>();
		for (const {stage, row} of plan.stages.flatMap(each => each.rows.map(one => ({stage: each, row: one})))) {
			if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'the build was interrupted', {cause: signal.reason});
			await request.hold?.(heldRow(row, stage, rows));
			const done = await makeRow(row, rows);
			if (done === undefined) continue;
			made.set(row, {layer: done.layer?.diffId, created: date ?? new Date(done.made).toISOString()});
		}
		const config = finishedConfig(plan, made, date);
		return writeImage(host, dirs.store, config, rows.layersOf(plan.target), request.names);
	} finally {
		await removeOwned(host, facts, held);
	}
}

function ownPlatform(arch: string): Platform {
	const parsed = parsePlatform(platformOf(arch));
	return parsed.ok ? parsed.value : {os: 'linux', arch};
}

/** `SOURCE_DATE_EPOCH` of reproducible-builds.org: whole seconds. */
function epochOf(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
