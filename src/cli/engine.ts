import type {EngineApi} from './engine-api.ts';

/** The real engine; each verb loads its own part, so that `ps` does not pay for `up`. */
export const engine: EngineApi = {
	openMachine: async (...args) => (await import('../engine/open-machine.ts')).openMachine(...args),
	loadProject: async (...args) => (await import('../engine/load-project.ts')).loadProject(...args),
	planContainer: async (...args) => (await import('../engine/plan-container.ts')).planContainer(...args),
	compilePlan: async (...args) => (await import('../engine/compile-plan.ts')).compilePlan(...args),
	up: async (...args) => (await import('../engine/up.ts')).up(...args),
	execIn: async (...args) => (await import('../engine/exec-in.ts')).execIn(...args),
	down: async (...args) => (await import('../engine/down.ts')).down(...args),
	list: async (...args) => (await import('../engine/list.ts')).list(...args),
	inspect: async (...args) => (await import('../engine/inspect.ts')).inspect(...args),
	gc: async (...args) => (await import('../engine/gc.ts')).gc(...args),
	listImages: async (...args) => (await import('../engine/images.ts')).listImages(...args),
	removeImage: async (...args) => (await import('../engine/images.ts')).removeImage(...args),
	pruneImages: async (...args) => (await import('../engine/images.ts')).pruneImages(...args),
};
