import type {ComposeVerb, Refusal} from './parts/compose-verb.ts';

/** How each verb is loaded. A command line needs one of them. */
const loaders: Readonly<Record<string, () => Promise<ComposeVerb>>> = {
	attach: async () => (await import('./verbs/exec.ts')).attach,
	build: async () => (await import('./verbs/images.ts')).build,
	commit: async () => (await import('./verbs/files.ts')).commit,
	config: async () => (await import('./verbs/config.ts')).config,
	cp: async () => (await import('./verbs/files.ts')).cp,
	create: async () => (await import('./verbs/create.ts')).create,
	down: async () => (await import('./verbs/down.ts')).down,
	events: async () => (await import('./verbs/look.ts')).events,
	exec: async () => (await import('./verbs/exec.ts')).exec,
	export: async () => (await import('./verbs/files.ts')).exportFiles,
	images: async () => (await import('./verbs/lists.ts')).images,
	kill: async () => (await import('./verbs/signals.ts')).kill,
	logs: async () => (await import('./verbs/logs.ts')).logs,
	ls: async () => (await import('./verbs/lists.ts')).ls,
	pause: async () => (await import('./verbs/signals.ts')).pause,
	port: async () => (await import('./verbs/look.ts')).port,
	ps: async () => (await import('./verbs/ps.ts')).ps,
	pull: async () => (await import('./verbs/images.ts')).pull,
	push: async () => (await import('./verbs/images.ts')).push,
	restart: async () => (await import('./verbs/lifecycle.ts')).restart,
	rm: async () => (await import('./verbs/lifecycle.ts')).rm,
	run: async () => (await import('./verbs/run.ts')).run,
	scale: async () => (await import('./verbs/create.ts')).scale,
	start: async () => (await import('./verbs/lifecycle.ts')).start,
	stats: async () => (await import('./verbs/look.ts')).stats,
	stop: async () => (await import('./verbs/lifecycle.ts')).stop,
	top: async () => (await import('./verbs/look.ts')).top,
	unpause: async () => (await import('./verbs/signals.ts')).unpause,
	up: async () => (await import('./verbs/up.ts')).up,
	version: async () => (await import('./verbs/version.ts')).version,
	volumes: async () => (await import('./verbs/lists.ts')).volumes,
	wait: async () => (await import('./verbs/signals.ts')).wait,
	watch: async () => (await import('./verbs/watch.ts')).watch,
};

/** Other names of verbs. */
const synonyms: Readonly<Record<string, string>> = {convert: 'config'};

/** Verbs of `docker compose` that are refused. */
export const refusedVerbs: Readonly<Record<string, Refusal>> = {
	alpha: {why: 'these verbs are experiments of Docker', hint: '`tsbox compose --help` lists what there is'},
	bridge: {
		why: 'it makes manifests of Kubernetes, and tsbox is for one host',
		hint: '`tsbox compose config` prints the model, which tools such as kompose read',
	},
	publish: {
		why: 'an OCI artifact of a Compose file is something that only Docker reads',
		hint: 'write the model with `tsbox compose config -o compose.yaml`, and images with `tsbox compose push`',
	},
};

/** The names of all verbs. */
export const composeVerbNames: readonly string[] = Object.keys(loaders);

/** Loads a verb; undefined when there is none of that name. */
export async function findComposeVerb(word: string): Promise<ComposeVerb | undefined> {
	const name = Object.hasOwn(synonyms, word) ? (synonyms[word] ?? word) : word;
	return Object.hasOwn(loaders, name) ? loaders[name]?.() : undefined;
}

/** All verbs. */
export async function allComposeVerbs(): Promise<readonly ComposeVerb[]> {
	return Promise.all(Object.values(loaders).map(load => load()));
}
