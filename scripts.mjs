import {readdirSync} from 'node:fs';
import {join} from 'node:path';

/* Which of the program's scripts each module is in. */

/** The modules of a folder of src. */
const listed = path =>
	readdirSync(join(import.meta.dirname, path))
		.toSorted()
		.filter(name => !name.endsWith('.test.ts'))
		.map(name => `${path}/${name}`);

/**
 * Scripts that build on one another: each holds the modules that it names and all that those import, but for what is in a script before it or
 * named for another. A command line loads the first, and then another each time that something of it is used.
 */
const chain = {
	cli: [
		'src/cli/start.ts',
		'src/cli/commands/ps.ts',
		'src/container/machine/find-container.ts',
		'src/container/machine/open-machine.ts',
		'src/container/observe/list.ts',
		'src/view/lists/container-table.ts',
		'src/spec/config/dash-words.ts',
		'src/view/text/error-text.ts',
		'src/view/text/json.ts',
		...listed('src/cli/options').filter(path => !path.endsWith('help-page.ts')),
	],
	exec: ['src/cli/commands/exec.ts', 'src/container/enter/exec-in.ts', 'src/host/facts/facts-cache.ts'],
	run: [
		'src/container/plan/kept-plan.ts',
		'src/cli/commands/run.ts',
		'src/cli/commands/up.ts',
		'src/container/start/up.ts',
		'src/records/recorder.ts',
	],
	control: [
		...['down', 'gc', 'inspect', 'kill', 'logs', 'pause', 'restart', 'rm', 'start', 'stop', 'unpause', 'wait'].map(
			verb => `src/cli/commands/${verb}.ts`,
		),
		'src/container/control/down.ts',
		'src/container/control/pause.ts',
		'src/container/control/signal-container.ts',
		'src/container/observe/inspect.ts',
		'src/container/observe/list-project.ts',
		'src/container/observe/wait.ts',
		'src/image/store/sweep.ts',
		'src/project/client/client.ts',
		'src/project/client/inspect-project.ts',
		'src/project/logs/read-logs.ts',
		'src/project/state/target.ts',
		'src/view/lists/log-lines.ts',
		'src/view/lists/log-names.ts',
	],
	plan: [
		'src/container/plan/plan-container.ts',
		'src/plan/cgroup/plan-cgroup.ts',
		'src/cli/commands/plan.ts',
		'src/cli/output/show-plan.ts',
	],
	// All that needs zod or yaml, which take longer to load than a container to start.
	spec: [
		'src/container/machine/load-project.ts',
		'src/spec/config/config.ts',
		'src/spec/keys/recorded-service.ts',
		'src/spec/project/service-names.ts',
		'src/spec/security/seccomp-profile.ts',
		'src/spec/syntax/yaml-text.ts',
	],
	up: ['src/project/client/up-attached.ts', 'src/project/supervisor/supervisor.ts', 'src/records/record-instance.ts'],
	// The first start of an archive. A supervisor stays, and with it what it has loaded.
	unpack: ['src/container/start/unpack-once.ts'],
};

const inChain = new Set(Object.values(chain).flat());

/** Scripts that build on those, but not on one another: what several of them need is in the script `shared`. */
const leaves = {
	cosmiconfig: ['node_modules/cosmiconfig/dist/Explorer.js'],
	dash: ['src/tui/dash/start-dash.ts'],
	execa: ['node_modules/execa/index.js'],
	learn: ['src/tui/learn/start-learn.ts', 'src/tui/learn/start-try.ts'],
	// An engine waits for it: what it needs of zod is in it, and nothing else of specs.
	runtime: [
		'src/cli/runtime/runtime-main.ts',
		'src/cli/runtime/runtime-verbs.ts',
		'src/runtime/create.ts',
		'src/runtime/exec.ts',
		'src/spec/bundle/bundle-config.ts',
	],
	probe: ['overlay', 'seccomp-loader', 'toolbox', 'tools'].map(name => `src/host/probe/${name}.ts`),
	seccomp: ['src/container/plan/compile-profile.ts'],
	width: ['node_modules/string-width/index.js'],
	words: ['src/cli/options/help-page.ts', ...listed('src/cli/commands').filter(path => !inChain.has(path))],
};

/** A package is copied into each script that imports it at once, since all that it exports would be shared. */
export const isPackage = path => path.startsWith('node_modules/');

/** Whether a module is loaded when it is asked for. Other calls of require are at the top of CommonJS packages. */
const isOnDemand = ({kind, path}) => kind === 'dynamic-import' || path === 'node_modules/string-width/index.js';

/**
 * Divides the modules of the program. JSON is copied into each script that needs it.
 *
 * @param inputs - of esbuild's metafile for the whole program
 * @returns `scripts`: their names; `places`: the script of each module; `shared`: the modules of each
 * script that are imported on demand, or from another script
 */
export function divideModules(inputs) {
	const importsOf = path => {
		if (inputs[path] === undefined) throw new Error(`scripts.mjs: the program does not import ${path}`);
		return inputs[path].imports
			.filter(({external, path}) => !external && !path.endsWith('.json'))
			.flatMap(each => (each.path.startsWith('whenAsked:') ? importsOf(each.path) : each));
	};
	const places = new Map();
	const named = new Set(Object.values({...chain, ...leaves}).flat());
	/** What these modules need, but for what has a place, or is named for another script. */
	const closure = (roots, found = new Set()) => {
		for (const path of roots) {
			if (places.has(path) || found.has(path)) continue;
			found.add(path);
			closure(
				importsOf(path).flatMap(each => (isOnDemand(each) || named.has(each.path) ? [] : each.path)),
				found,
			);
		}
		return found;
	};
	const place = (paths, name) => {
		for (const path of paths) places.set(path, name);
	};
	for (const [name, roots] of Object.entries(chain)) place(closure(roots), name);
	const rest = new Set();
	const needs = new Map(Object.entries(leaves).map(([name, roots]) => [name, closure(roots)])).set('more', rest);
	const found = () => [...places.keys(), ...[...needs.values()].flatMap(paths => Array.from(paths))];
	for (let before = -1; before !== rest.size; ) {
		before = rest.size;
		const asked = found().flatMap(path => importsOf(path).filter(each => isOnDemand(each) && !named.has(each.path)));
		closure(
			asked.map(({path}) => path),
			rest,
		);
	}
	const timesNeeded = path => [...needs.values()].filter(paths => paths.has(path)).length;
	place(
		found().filter(path => !places.has(path) && !isPackage(path) && timesNeeded(path) > 1),
		'shared',
	);
	for (const [name, paths] of needs)
		place(
			Array.from(paths).filter(path => !places.has(path)),
			name,
		);
	const asked = new Map([['cli', new Set(['src/cli/start.ts'])]]);
	for (const [path, name] of places)
		for (const each of importsOf(path)) {
			const owner = places.get(each.path);
			if (isOnDemand(each) || (owner !== name && !isPackage(each.path)))
				asked.set(owner, (asked.get(owner) ?? new Set()).add(each.path));
		}
	return {scripts: [...new Set(places.values())], places, shared: asked};
}
