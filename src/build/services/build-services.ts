import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {pullOnce} from '../../container/start/pull-once.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {resolveImage} from '../../image/pull/resolve.ts';
import {readImage, readName} from '../../image/store/images.ts';
import {imageLabels} from '../../state/compose-labels.ts';
import type {ImageSource, Project} from '../../spec/model/project.ts';
import type {BuildSource} from '../../spec/model/build-source.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {BuildEvent} from '../execute/build-event.ts';
import {build, type BuildRequest, planRequest} from '../execute/build.ts';
import type {BuildPlan} from '../plan/build-plan.ts';
import type {WrittenImage} from '../execute/write-image.ts';
import {fetchedBuild} from './fetched-build.ts';
import {type BuildAdditions, serviceRequest} from './service-request.ts';

/** Options of {@link buildServices}. */
export interface ServicesRequest extends BuildAdditions, Pick<BuildRequest, 'output' | 'signal' | 'force' | 'hold'> {
	/** The services whose images are wanted. Those that have no `build` are left out. */
	readonly services: readonly string[];
	/** Only images that are not there, or whose `pull_policy` asks for it. */
	readonly onlyMissing: boolean;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly emit: (service: string, event: BuildEvent) => void;
}

/** An image that was built for a service. */
export interface BuiltService extends WrittenImage {
	readonly service: string;
	readonly names: readonly string[];
}

/**
 * Builds the images of services, one after the other, each behind those that it takes files from.
 *
 * @returns what was built, in that order
 * @throws TsboxError as `build`; E_SPEC_INVALID when images need each other in a circle.
 */
export async function buildServices(
	machine: Machine,
	project: Project,
	request: ServicesRequest,
): Promise<readonly BuiltService[]> {
	const built: BuiltService[] = [];
	for (const service of inOrder(project, request.services)) {
		const source = project.builds?.[service];
		if (source === undefined) continue;
		const emit = (event: BuildEvent): void => request.emit(service, event);
		if (request.onlyMissing && (await isThere(machine, project, service, request, emit))) continue;
		for (const {text, services} of project.warnings ?? [])
			if (text.startsWith('`build.') && services.includes(service)) emit({type: 'build.warning', text});
		const {env, signal} = request;
		const local = await fetchedBuild(machine, source, {service, env, signal, emit});
		try {
			const asked = buildRequestOf(machine, project, service, {...request, source: local.source});
			built.push({service, names: source.names, ...(await build(machine, {...asked, emit}))});
		} finally {
			await local.release();
		}
	}
	return built;
}

/**
 * Plans the images of services. Nothing is made; see {@link planRequest}. What is made from an image that is not there yet cannot be planned.
 *
 * @throws TsboxError as {@link buildServices}.
 */
export async function planServices(
	machine: Machine,
	project: Project,
	request: ServicesRequest,
): Promise<readonly {readonly service: string; readonly plan: BuildPlan}[]> {
	const plans: {readonly service: string; readonly plan: BuildPlan}[] = [];
	for (const service of inOrder(project, request.services)) {
		if (request.onlyMissing && (await isThere(machine, project, service, request, () => {}))) continue;
		const below = Object.values(project.builds?.[service]?.contexts ?? {}).flatMap(each =>
			'service' in each ? each.service : [],
		);
		const missing = below.find(other => project.builds?.[other] !== undefined && !isStored(machine, project, other));
		if (missing !== undefined) {
			const text = `the build of ${service} can be planned when the image of ${missing} is built`;
			request.emit(service, {type: 'build.warning', text});
			continue;
		}
		if (project.builds?.[service]?.repository !== undefined) {
			const text = `the build of ${service} can be planned when its repository is fetched, as \`tsbox build\` does`;
			request.emit(service, {type: 'build.warning', text});
			continue;
		}
		const asked = buildRequestOf(machine, project, service, request);
		const {plan} = await planRequest(machine, {...asked, emit: event => request.emit(service, event)});
		plans.push({service, plan});
	}
	return plans;
}

/**
 * What is to be built for a service that has a `build`; `source` is the same `build` with its files in a folder.
 *
 * @throws TsboxError as {@link serviceRequest}.
 */
export function buildRequestOf(
	machine: Machine,
	{name, hasServices, builds = {}, services}: Project,
	service: string,
	request: Omit<ServicesRequest, 'services' | 'onlyMissing' | 'emit'> & {readonly source?: BuildSource},
): Omit<BuildRequest, 'emit'> {
	const source = request.source ?? builds[service];
	if (source === undefined) throw new RangeError(`${service} has no build`);
	const {cwd, env, output, signal, force, hold} = request;
	const images = Object.fromEntries(
		services.flatMap(({service: each, rootfs}) => (rootfs.kind === 'image' ? [[each, rootfs.reference]] : [])),
	);
	const asked = serviceRequest(machine, {service, source, images, cwd, env}, request);
	// The same files are to give the same image in whatever folder they are.
	const isLabeled = hasServices === true && asked.run?.reproducible !== true;
	return {
		...asked,
		...(isLabeled ? {labels: {...asked.labels, ...imageLabels(name, service)}} : {}),
		output,
		signal,
		force,
		...present({hold}),
	};
}

/** The services with a `build`, each behind those whose images it takes files from. */
function inOrder({builds = {}}: Project, wanted: readonly string[]): readonly string[] {
	const ordered: string[] = [];
	const visit = (service: string, path: readonly string[]): void => {
		const source = builds[service];
		if (source === undefined || ordered.includes(service)) return;
		if (path.includes(service))
			throw new TsboxError('E_SPEC_INVALID', `images need each other: ${[...path, service].join(' -> ')}`, {
				hint: 'take one of the `additional_contexts` out',
			});
		for (const other of Object.values(source.contexts))
			if ('service' in other) visit(other.service, [...path, service]);
		ordered.push(service);
	};
	for (const service of wanted) visit(service, []);
	return ordered;
}

/**
 * Whether a service can start without a build. Compose: an image that a registry was to be asked for is built when it cannot be had.
 */
async function isThere(
	machine: Machine,
	project: Project,
	service: string,
	{signal}: Pick<ServicesRequest, 'signal'>,
	emit: (event: BuildEvent) => void,
): Promise<boolean> {
	const rootfs = project.services.find(each => each.service === service)?.rootfs;
	if (rootfs?.kind !== 'image' || rootfs.pull === 'build') return false;
	if (rootfs.pull === 'always' || typeof rootfs.pull === 'object') return isPulled(machine, rootfs, signal, emit);
	return isStored(machine, project, service);
}

function isStored({host, dirs: {store}}: Machine, {services}: Project, service: string): boolean {
	const rootfs = services.find(each => each.service === service)?.rootfs;
	const name = rootfs?.kind === 'image' ? readName(host, store, rootfs.reference) : undefined;
	return name !== undefined && readImage(host, store, name.manifest) !== undefined;
}

async function isPulled(
	machine: Machine,
	{reference, pull, platform}: ImageSource,
	signal: AbortSignal,
	emit: (event: BuildEvent) => void,
): Promise<boolean> {
	const {host, facts, env = {}, dirs} = machine;
	const tell = (text: string): void => emit({type: 'build.warning', text});
	try {
		const {facts: image} = await resolveImage(
			{host, facts, env, store: dirs.store},
			{reference, pull, platform, remember: true, signal},
		);
		if (!image.stored) await pullOnce(machine, image, {toolbox: sealTools(host, facts, dirs.store), signal, tell});
		return true;
	} catch (error) {
		if (signal.aborted || !isTsboxError(error)) throw error;
		tell(`${error.message}; so it is built`);
		return false;
	}
}
