import type {Machine} from '../../container/machine/machine.ts';
import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import type {PlannedUpRequest} from '../../container/start/up-request.ts';

/** A function that `load` imports on the first call. */
function lazy<Args extends readonly unknown[], Result>(load: () => Promise<(...args: Args) => Result>) {
	return async (...args: Args): Promise<Awaited<Result>> => await (await load())(...args);
}

/** Like {@link lazy}, for an async iterator. */
function lazyEach<Args extends readonly unknown[], Value>(
	load: () => Promise<(...args: Args) => AsyncIterable<Value>>,
) {
	return async function* (...args: Args): AsyncGenerator<Value, void> {
		yield* (await load())(...args);
	};
}

/** The engine functions that verbs call. Each is loaded on demand, so that `ps` does not load the code of `up`. */
export const engine = {
	toolConfig: lazy(async () => (await import('../../container/machine/tool-config.ts')).toolConfig),
	openMachine: lazy(async () => (await import('../../container/machine/open-machine.ts')).openMachine),
	openFolders: lazy(async () => (await import('../../container/machine/open-machine.ts')).openFolders),
	loadProject: lazy(async () => (await import('../../container/machine/load-project.ts')).loadProject),
	loadModel: lazy(async () => (await import('../../container/machine/load-model.ts')).loadModel),
	loadVariables: lazy(async () => (await import('../../container/machine/load-model.ts')).loadVariables),
	loadEnvironment: lazy(async () => (await import('../../container/machine/load-model.ts')).loadEnvironment),
	imageDigest: lazy(async () => (await import('../../container/images/image-digest.ts')).imageDigest),
	openPlanned: lazy(async () => (await import('../../container/plan/kept-plan.ts')).openPlanned),
	keptPlan: lazy(async () => (await import('../../container/plan/kept-plan.ts')).keptPlan),
	keepFront: lazy(async () => (await import('../../container/start/keep-front.ts')).keepFront),
	endRest: lazy(async () => (await import('../../container/start/end-rest.ts')).endRest),
	tellKills: lazy(async () => (await import('../../container/start/end-rest.ts')).tellKills),
	forgetPlans: lazy(async () => (await import('../../container/plan/kept-plan.ts')).forgetPlans),
	planContainer: lazy(async () => (await import('../../container/plan/plan-container.ts')).planContainer),
	madePlan: lazy(async () => (await import('../../container/observe/made-plan.ts')).madePlan),
	planExample: lazy(async () => (await import('../../container/plan/plan-example.ts')).planExample),
	planSamples: lazyEach(async () => (await import('../../container/plan/plan-example.ts')).planSamples),
	compileMinimal: lazy(async () => (await import('../../container/start/compile-minimal.ts')).compileMinimal),
	compilePlan: lazy(async () => (await import('../../container/start/compile-plan.ts')).compilePlan),
	supervise: async (machine: Machine, project: string): Promise<void> =>
		(await import('../../project/supervisor/supervisor.ts')).supervise(machine, project, async (...life) =>
			(await import('../../records/record-instance.ts')).recordInstance(...life),
		),
	upDetached: lazy(async () => (await import('../../project/client/up-detached.ts')).upDetached),
	announceProject: lazy(async () => (await import('../../project/client/up-detached.ts')).announceProject),
	runDetached: lazy(async () => (await import('../../project/client/run-detached.ts')).runDetached),
	wantedServices: lazy(async () => (await import('../../project/client/up-detached.ts')).wantedServices),
	upAttached: lazy(async () => (await import('../../project/client/up-attached.ts')).upAttached),
	askProject: lazy(async () => (await import('../../project/client/client.ts')).askProject),
	findTarget: lazy(async () => (await import('../../project/state/target.ts')).findTarget),
	projectTarget: lazy(async () => (await import('../../project/state/target.ts')).projectTarget),
	listProjects: lazy(async () => (await import('../../project/state/list-projects.ts')).listProjects),
	inspectProject: lazy(async () => (await import('../../project/client/inspect-project.ts')).inspectProject),
	knownNames: lazy(async () => (await import('../../project/state/known-names.ts')).knownNames),
	readLogs: lazy(async () => (await import('../../project/logs/read-logs.ts')).readLogs),
	attachTo: lazy(async () => (await import('../../project/client/attach.ts')).attachTo),
	up: async (
		machine: Machine,
		planned: PlannedContainer,
		{keepIn, ...request}: PlannedUpRequest & Pick<SpecRequest, 'bestEffort'> & {readonly keepIn?: string},
	) =>
		(await import('../../container/start/up.ts')).upPlanned(machine, planned, {
			...request,
			...(keepIn !== undefined && {
				keepAs: (await import('../../project/state/unit-state.ts')).aboutDetached(keepIn, planned.made, 0, undefined),
			}),
			recorder: async () => (await import('../../records/recorder.ts')).recordRun(machine, planned, request),
		}),
	replay: lazy(async () => (await import('../../records/replay.ts')).replay),
	listRuns: lazy(async () => (await import('../../records/list-runs.ts')).listRuns),
	showRun: lazy(async () => (await import('../../records/show-run.ts')).showRun),
	removeRun: lazy(async () => (await import('../../records/list-runs.ts')).removeRun),
	exportRun: lazy(async () => (await import('../../records/transfer-run.ts')).exportRun),
	importRun: lazy(async () => (await import('../../records/transfer-run.ts')).importRun),
	importableRuns: lazy(async () => (await import('../../records/transfer-run.ts')).importableRuns),
	diffRuns: lazy(async () => (await import('../../records/diff-runs.ts')).diffRuns),
	findService: lazy(async () => (await import('../../container/machine/find-container.ts')).findService),
	execIn: lazy(async () => (await import('../../container/enter/exec-in.ts')).execIn),
	planWatch: lazy(async () => (await import('../../project/watch/watch-project.ts')).planWatch),
	watchProject: lazy(async () => (await import('../../project/watch/watch-project.ts')).watchProject),
	down: lazy(async () => (await import('../../container/control/down.ts')).down),
	list: lazy(async () => (await import('../../container/observe/list.ts')).list),
	listProjectContainers: lazy(
		async () => (await import('../../container/observe/list-project.ts')).listProjectContainers,
	),
	watchList: lazyEach(async () => (await import('../../container/observe/watch-list.ts')).watchList),
	inspect: lazy(async () => (await import('../../container/observe/inspect.ts')).inspect),
	makeLock: lazy(async () => (await import('../../lock/lock.ts')).makeLock),
	checkLock: lazy(async () => (await import('../../lock/lock.ts')).checkLock),
	drift: lazy(async () => (await import('../../container/observe/drift.ts')).drift),
	verifyBuild: lazy(async () => (await import('../../verify/verify-build.ts')).verifyBuild),
	buildRequestOf: lazy(async () => (await import('../../build/services/build-services.ts')).buildRequestOf),
	writeBundle: lazy(async () => (await import('../../export/bundle/write-bundle.ts')).writeBundle),
	verify: lazy(async () => (await import('../../verify/verify.ts')).verify),
	gc: lazy(async () => (await import('../../container/recover/gc.ts')).gc),
	listImages: lazy(async () => (await import('../../container/images/list-images.ts')).listImages),
	removeImage: lazy(async () => (await import('../../container/images/remove-image.ts')).removeImage),
	pruneStore: lazy(async () => (await import('../../container/images/prune-images.ts')).pruneStore),
	pruneBuildCache: lazy(async () => (await import('../../container/images/prune-build-cache.ts')).pruneBuildCache),
	imageReference: lazy(async () => (await import('../../container/images/image-name.ts')).imageReference),
	pullNamed: lazy(async () => (await import('../../container/images/pull-named.ts')).pullNamed),
	inspectImage: lazy(async () => (await import('../../container/images/inspect-image.ts')).inspectImage),
	imageHistory: lazy(async () => (await import('../../container/images/image-history.ts')).imageHistory),
	tagImage: lazy(async () => (await import('../../container/images/tag-image.ts')).tagImage),
	build: lazy(async () => (await import('../../build/execute/build.ts')).build),
	buildServices: lazy(async () => (await import('../../build/services/build-services.ts')).buildServices),
	planServices: lazy(async () => (await import('../../build/services/build-services.ts')).planServices),
	commitContainer: lazy(async () => (await import('../../build/execute/commit-container.ts')).commitContainer),
	planBuild: lazy(async () => (await import('../../build/execute/build.ts')).planRequest),
	importImage: lazy(async () => (await import('../../container/images/import-image.ts')).importImage),
	exportImage: lazy(async () => (await import('../../container/images/export-image.ts')).exportImage),
	saveImages: lazy(async () => (await import('../../container/images/save-images.ts')).saveImages),
	loadImages: lazy(async () => (await import('../../container/images/load-images.ts')).loadImages),
	pushImage: lazy(async () => (await import('../../container/images/push-image.ts')).pushImage),
	outdatedImages: lazy(async () => (await import('../../container/images/outdated-images.ts')).outdatedImages),
	imageTree: lazy(async () => (await import('../../container/images/image-tree.ts')).imageTree),
	diffImages: lazy(async () => (await import('../../container/images/diff-images.ts')).diffImages),
	storeUse: lazy(async () => (await import('../../container/images/disk-use.ts')).storeUse),
	loginWords: lazy(async () => (await import('../../image/pull/skopeo.ts')).loginWords),
	listVolumes: lazy(async () => (await import('../../container/recover/volumes.ts')).listVolumes),
	inspectVolume: lazy(async () => (await import('../../container/recover/volumes.ts')).inspectVolume),
	createVolume: lazy(async () => (await import('../../container/recover/volumes.ts')).createVolume),
	removeVolume: lazy(async () => (await import('../../container/recover/volumes.ts')).removeVolume),
	pruneVolumes: lazy(async () => (await import('../../container/recover/volumes.ts')).pruneVolumes),
	removeProjectVolumes: lazy(async () => (await import('../../container/recover/volumes.ts')).removeProjectVolumes),
	listNetworks: lazy(async () => (await import('../../container/networks/list-networks.ts')).listNetworks),
	inspectNetwork: lazy(async () => (await import('../../container/networks/list-networks.ts')).inspectNetwork),
	networkGraph: lazy(async () => (await import('../../container/networks/network-graph.ts')).networkGraph),
	testNetwork: lazy(async () => (await import('../../container/networks/test-network.ts')).testNetwork),
	connectNetwork: lazy(async () => (await import('../../container/networks/connect-network.ts')).connectNetwork),
	disconnectNetwork: lazy(async () => (await import('../../container/networks/connect-network.ts')).disconnectNetwork),
	createNetwork: lazy(async () => (await import('../../container/networks/create-network.ts')).createNetwork),
	removeNetwork: lazy(async () => (await import('../../container/networks/remove-networks.ts')).removeNetwork),
	pruneNetworks: lazy(async () => (await import('../../container/networks/remove-networks.ts')).pruneNetworks),
	cleanAfter: lazy(async () => (await import('../../learn/room/clean-after.ts')).cleanAfter),
	openSchool: lazy(async () => (await import('../../learn/school.ts')).openSchool),
	stats: lazyEach(async () => (await import('../../container/observe/stats.ts')).stats),
	ports: lazy(async () => (await import('../../container/observe/ports.ts')).ports),
	top: lazy(async () => (await import('../../container/observe/top.ts')).top),
	signalContainer: lazy(async () => (await import('../../container/control/signal-container.ts')).signalContainer),
	pause: lazy(async () => (await import('../../container/control/pause.ts')).pause),
	unpause: lazy(async () => (await import('../../container/control/pause.ts')).unpause),
	wait: lazy(async () => (await import('../../container/observe/wait.ts')).wait),
	rename: lazy(async () => (await import('../../container/control/rename.ts')).rename),
	updateLimits: lazy(async () => (await import('../../container/control/update-limits.ts')).updateLimits),
	copyIn: lazy(async () => (await import('../../container/copy/copy-in.ts')).copyIn),
	copyOut: lazy(async () => (await import('../../container/copy/copy-out.ts')).copyOut),
	diff: lazy(async () => (await import('../../container/copy/diff.ts')).diff),
};

/** The engine as verbs see it. Tests replace it. */
export type EngineApi = typeof engine;
