import type {EngineApi} from './verb/engine-api.ts';

/** The real engine; each verb loads its own part, so that `ps` does not pay for `up`. */
export const engine: EngineApi = {
	toolConfig: async (...args) => (await import('../container/machine/tool-config.ts')).toolConfig(...args),
	openMachine: async (...args) => (await import('../container/machine/open-machine.ts')).openMachine(...args),
	loadProject: async (...args) => (await import('../container/machine/load-project.ts')).loadProject(...args),
	planContainer: async (...args) => (await import('../container/plan/plan-container.ts')).planContainer(...args),
	compilePlan: async (...args) => (await import('../container/start/compile-plan.ts')).compilePlan(...args),
	supervise: async (machine, project) =>
		(await import('../project/supervisor/supervisor.ts')).supervise(machine, project, async (...life) =>
			(await import('../records/record-life.ts')).recordLife(...life),
		),
	upDetached: async (...args) => (await import('../project/client/up-detached.ts')).upDetached(...args),
	upAttached: async (...args) => (await import('../project/client/up-attached.ts')).upAttached(...args),
	askProject: async (...args) => (await import('../project/client/client.ts')).askProject(...args),
	findTarget: async (...args) => (await import('../project/state/target.ts')).findTarget(...args),
	projectTarget: async (...args) => (await import('../project/state/target.ts')).projectTarget(...args),
	inspectProject: async (...args) => (await import('../project/client/inspect-project.ts')).inspectProject(...args),
	knownNames: async (...args) => (await import('../project/state/known-names.ts')).knownNames(...args),
	readLogs: async (...args) => (await import('../project/logs/read-logs.ts')).readLogs(...args),
	attachTo: async (...args) => (await import('../project/client/attach.ts')).attachTo(...args),
	up: async (machine, request) =>
		(await import('../container/start/up.ts')).up(machine, {
			...request,
			recorder: async planned => (await import('../records/recorder.ts')).recordRun(machine, planned, request),
		}),
	replay: async (...args) => (await import('../records/replay.ts')).replay(...args),
	listRuns: async (...args) => (await import('../records/list-runs.ts')).listRuns(...args),
	showRun: async (...args) => (await import('../records/show-run.ts')).showRun(...args),
	removeRun: async (...args) => (await import('../records/list-runs.ts')).removeRun(...args),
	exportRun: async (...args) => (await import('../records/transfer-run.ts')).exportRun(...args),
	importRun: async (...args) => (await import('../records/transfer-run.ts')).importRun(...args),
	diffRuns: async (...args) => (await import('../records/diff-runs.ts')).diffRuns(...args),
	findService: async (...args) => (await import('../container/machine/find-container.ts')).findService(...args),
	execIn: async (...args) => (await import('../container/enter/exec-in.ts')).execIn(...args),
	down: async (...args) => (await import('../container/control/down.ts')).down(...args),
	list: async (...args) => (await import('../container/observe/list.ts')).list(...args),
	watchList: async function* (...args) {
		yield* (await import('../container/observe/watch-list.ts')).watchList(...args);
	},
	inspect: async (...args) => (await import('../container/observe/inspect.ts')).inspect(...args),
	makeLock: async (...args) => (await import('../lock/lock.ts')).makeLock(...args),
	checkLock: async (...args) => (await import('../lock/lock.ts')).checkLock(...args),
	drift: async (...args) => (await import('../container/observe/drift.ts')).drift(...args),
	verify: async (...args) => (await import('../verify/verify.ts')).verify(...args),
	gc: async (...args) => (await import('../container/recover/gc.ts')).gc(...args),
	listImages: async (...args) => (await import('../container/recover/images.ts')).listImages(...args),
	removeImage: async (...args) => (await import('../container/recover/images.ts')).removeImage(...args),
	pruneImages: async (...args) => (await import('../container/recover/images.ts')).pruneImages(...args),
	listVolumes: async (...args) => (await import('../container/recover/volumes.ts')).listVolumes(...args),
	inspectVolume: async (...args) => (await import('../container/recover/volumes.ts')).inspectVolume(...args),
	createVolume: async (...args) => (await import('../container/recover/volumes.ts')).createVolume(...args),
	removeVolume: async (...args) => (await import('../container/recover/volumes.ts')).removeVolume(...args),
	pruneVolumes: async (...args) => (await import('../container/recover/volumes.ts')).pruneVolumes(...args),
	removeProjectVolumes: async (...args) =>
		(await import('../container/recover/volumes.ts')).removeProjectVolumes(...args),
	stats: async function* (...args) {
		yield* (await import('../container/observe/stats.ts')).stats(...args);
	},
	ports: async (...args) => (await import('../container/observe/ports.ts')).ports(...args),
	top: async (...args) => (await import('../container/observe/top.ts')).top(...args),
	signalContainer: async (...args) =>
		(await import('../container/control/signal-container.ts')).signalContainer(...args),
	pause: async (...args) => (await import('../container/control/pause.ts')).pause(...args),
	unpause: async (...args) => (await import('../container/control/pause.ts')).unpause(...args),
	wait: async (...args) => (await import('../container/observe/wait.ts')).wait(...args),
	rename: async (...args) => (await import('../container/control/rename.ts')).rename(...args),
	updateLimits: async (...args) => (await import('../container/control/update-limits.ts')).updateLimits(...args),
	copyIn: async (...args) => (await import('../container/copy/copy-in.ts')).copyIn(...args),
	copyOut: async (...args) => (await import('../container/copy/copy-out.ts')).copyOut(...args),
	diff: async (...args) => (await import('../container/copy/diff.ts')).diff(...args),
};
