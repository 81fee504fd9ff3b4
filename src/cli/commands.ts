import type {Command, CommandGroups} from './verb/command.ts';

/** How each verb is loaded, in the groups of the help page. A command line needs one of them. */
const verbs: Readonly<Record<string, Readonly<Record<string, () => Promise<Command>>>>> = {
	'Get started': {
		learn: async () => (await import('./commands/learn.ts')).learn,
		try: async () => (await import('./commands/try.ts')).tryRootfs,
		init: async () => (await import('./commands/init.ts')).init,
		plan: async () => (await import('./commands/plan.ts')).plan,
		up: async () => (await import('./commands/up.ts')).up,
		down: async () => (await import('./commands/down.ts')).down,
		explain: async () => (await import('./commands/explain.ts')).explain,
	},
	Run: {
		build: async () => (await import('./commands/build.ts')).build,
		run: async () => (await import('./commands/run.ts')).run,
		watch: async () => (await import('./commands/watch.ts')).watch,
		compose: async () => (await import('./compose/compose.ts')).compose,
		exec: async () => (await import('./commands/exec.ts')).exec,
		attach: async () => (await import('./commands/attach.ts')).attach,
		start: async () => (await import('./commands/start.ts')).start,
		stop: async () => (await import('./commands/stop.ts')).stop,
		restart: async () => (await import('./commands/restart.ts')).restart,
		rm: async () => (await import('./commands/rm.ts')).rm,
		kill: async () => (await import('./commands/kill.ts')).kill,
		pause: async () => (await import('./commands/pause.ts')).pause,
		unpause: async () => (await import('./commands/unpause.ts')).unpause,
		wait: async () => (await import('./commands/wait.ts')).wait,
		update: async () => (await import('./commands/update.ts')).update,
		rename: async () => (await import('./commands/rename.ts')).rename,
		cp: async () => (await import('./commands/cp.ts')).cp,
		commit: async () => (await import('./commands/commit.ts')).commit,
	},
	Look: {
		ps: async () => (await import('./commands/ps.ts')).ps,
		dash: async () => (await import('./commands/dash.ts')).dash,
		logs: async () => (await import('./commands/logs.ts')).logs,
		stats: async () => (await import('./commands/stats.ts')).stats,
		top: async () => (await import('./commands/top.ts')).top,
		events: async () => (await import('./commands/events.ts')).events,
		port: async () => (await import('./commands/port.ts')).port,
		inspect: async () => (await import('./commands/inspect.ts')).inspect,
		diff: async () => (await import('./commands/diff.ts')).diff,
		drift: async () => (await import('./commands/drift.ts')).drift,
	},
	Keep: {
		lock: async () => (await import('./commands/lock.ts')).lock,
		verify: async () => (await import('./commands/verify.ts')).verify,
		runs: async () => (await import('./commands/runs.ts')).runs,
		replay: async () => (await import('./commands/replay.ts')).replay,
		compile: async () => (await import('./commands/compile.ts')).compile,
	},
	'Clean up': {
		gc: async () => (await import('./commands/gc.ts')).gc,
		images: async () => (await import('./commands/images.ts')).images,
		volume: async () => (await import('./commands/volume.ts')).volume,
		network: async () => (await import('./commands/network.ts')).network,
		du: async () => (await import('./commands/du.ts')).du,
	},
	More: {
		login: async () => (await import('./commands/login.ts')).login,
		logout: async () => (await import('./commands/logout.ts')).logout,
		config: async () => (await import('./commands/config.ts')).config,
		validate: async () => (await import('./commands/validate.ts')).validate,
		doctor: async () => (await import('./commands/doctor.ts')).doctor,
		export: async () => (await import('./commands/export.ts')).exportSpec,
		oci: async () => (await import('./runtime/oci.ts')).oci,
		completion: async () => (await import('./commands/completion.ts')).completion,
		supervise: async () => (await import('./commands/supervise.ts')).supervise,
	},
};
const loaders = Object.assign({}, ...Object.values(verbs)) as Readonly<Record<string, () => Promise<Command>>>;

/** The names of all verbs, in the order of the help page. */
export const verbNames: readonly string[] = Object.keys(loaders);

/** Loads a verb; undefined when there is none of that name. */
export async function findCommand(name: string): Promise<Command | undefined> {
	return Object.hasOwn(loaders, name) ? loaders[name]?.() : undefined;
}

/** All verbs, in the groups of the help page. */
export async function commandGroups(): Promise<CommandGroups> {
	const groups = Object.entries(verbs).map(async ([heading, group]) => {
		const commands = await Promise.all(Object.values(group).map(load => load()));
		return [heading, commands] as const;
	});
	return Object.fromEntries(await Promise.all(groups));
}

/** All verbs, in the order of the help page. */
export async function allCommands(): Promise<readonly Command[]> {
	return Object.values(await commandGroups()).flat();
}
