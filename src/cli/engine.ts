import type {EngineApi} from './engine-api.ts';

/** The real engine; each verb loads its own part, so that `ps` does not pay for `up`. */
export const engine: EngineApi = {
	openMachine: async (...args) => (await import('../engine/open-machine.ts')).openMachine(...args),
	loadProject: async (...args) => (await import('../engine/load-project.ts')).loadProject(...args),
	planContainer: async (...args) => (await import('../engine/plan-container.ts')).planContainer(...args),
	compilePlan: async (...args) => (await import('../engine/compile-plan.ts')).compilePlan(...args),
	supervise: async (...args) => (await import('../supervise/supervisor.ts')).supervise(...args),
	upDetached: async (...args) => (await import('../supervise/up-detached.ts')).upDetached(...args),
	askProject: async (...args) => (await import('../supervise/client.ts')).askProject(...args),
	findTarget: async (...args) => (await import('../supervise/target.ts')).findTarget(...args),
	projectTarget: async (...args) => (await import('../supervise/target.ts')).projectTarget(...args),
	inspectProject: async (...args) => (await import('../supervise/inspect-project.ts')).inspectProject(...args),
	readLogs: async (...args) => (await import('../supervise/read-logs.ts')).readLogs(...args),
	attachTo: async (...args) => (await import('../supervise/attach.ts')).attachTo(...args),
	up: async (...args) => (await import('../engine/up.ts')).up(...args),
	execIn: async (...args) => (await import('../engine/exec-in.ts')).execIn(...args),
	down: async (...args) => (await import('../engine/down.ts')).down(...args),
	list: async (...args) => (await import('../engine/list.ts')).list(...args),
	watchList: async function* (...args) {
		yield* (await import('../engine/watch-list.ts')).watchList(...args);
	},
	inspect: async (...args) => (await import('../engine/inspect.ts')).inspect(...args),
	gc: async (...args) => (await import('../engine/gc.ts')).gc(...args),
	listImages: async (...args) => (await import('../engine/images.ts')).listImages(...args),
	removeImage: async (...args) => (await import('../engine/images.ts')).removeImage(...args),
	pruneImages: async (...args) => (await import('../engine/images.ts')).pruneImages(...args),
	listVolumes: async (...args) => (await import('../engine/volumes.ts')).listVolumes(...args),
	inspectVolume: async (...args) => (await import('../engine/volumes.ts')).inspectVolume(...args),
	createVolume: async (...args) => (await import('../engine/volumes.ts')).createVolume(...args),
	removeVolume: async (...args) => (await import('../engine/volumes.ts')).removeVolume(...args),
	pruneVolumes: async (...args) => (await import('../engine/volumes.ts')).pruneVolumes(...args),
	removeProjectVolumes: async (...args) => (await import('../engine/volumes.ts')).removeProjectVolumes(...args),
	stats: async function* (...args) {
		yield* (await import('../engine/stats.ts')).stats(...args);
	},
	ports: async (...args) => (await import('../engine/ports.ts')).ports(...args),
	top: async (...args) => (await import('../engine/top.ts')).top(...args),
	signalContainer: async (...args) => (await import('../engine/signal-container.ts')).signalContainer(...args),
	pause: async (...args) => (await import('../engine/pause.ts')).pause(...args),
	unpause: async (...args) => (await import('../engine/pause.ts')).unpause(...args),
	wait: async (...args) => (await import('../engine/wait.ts')).wait(...args),
	rename: async (...args) => (await import('../engine/rename.ts')).rename(...args),
	updateLimits: async (...args) => (await import('../engine/update-limits.ts')).updateLimits(...args),
	copyIn: async (...args) => (await import('../engine/copy-in.ts')).copyIn(...args),
	copyOut: async (...args) => (await import('../engine/copy-out.ts')).copyOut(...args),
	diff: async (...args) => (await import('../engine/diff.ts')).diff(...args),
};
