import {notStarted} from '../../container/machine/no-service.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../../spec/model/project.ts';
import {hasScreen} from '../output/has-screen.ts';
import type {Io} from '../verb/io.ts';
import {defineCommand, type Selection} from '../verb/command.ts';
import {mostReplicas} from '../../spec/keys/replicas.ts';
import {refuseUnlocked} from '../up/refuse-unlocked.ts';
import {
	buildOptions,
	lockedOptions,
	planOptions,
	recordOptions,
	specRequest,
	ttyOptions,
} from '../options/run-options.ts';
import {projectOptions, selectedProject} from '../options/project-options.ts';
import {mannerOf, mannerOptions} from '../up/up-manner.ts';
import {present} from '../../spec/syntax/pick.ts';
import {keptRequest, startContainer} from '../up/start-container.ts';
import {upInBackground} from '../up/up-in-background.ts';
import {upOnDash} from '../up/up-on-dash.ts';
import {upInForeground} from '../up/up-in-foreground.ts';
import {usageError} from '../options/usage-error.ts';
import {needTerminal, wantsTty} from '../options/wants-tty.ts';
import {optionalSpec, plainOption} from '../options/arguments.ts';

/** `tsbox up`: runs the containers of a spec in the foreground or background. */
export const up = defineCommand({
	name: 'up',
	describe: 'Start the containers of a spec and stay attached; with -d in the background',
	examples: [
		['tsbox up', 'the spec in this folder'],
		['tsbox up demo.yaml', 'a spec file'],
		['tsbox up stack.yaml', 'all its services; Ctrl-C stops and removes them, a second Ctrl-C kills them'],
		['tsbox up stack.yaml web', 'one of several services, without its dependencies'],
		['tsbox up --exit-code-from tests stack.yaml', 'until the tests exit; returns their exit status'],
		['tsbox up -d --wait stack.yaml', 'all services in the background; returns when they are healthy'],
		['tsbox up -d --scale web=3 stack.yaml', 'three containers of one service'],
		['tsbox up -d --build stack.yaml', 'build the images of services with `build` anew'],
		['tsbox up -d --profile debug stack.yaml', 'also the services with this profile'],
		['tsbox up --dash stack.yaml', 'all in the background, on the dashboard'],
		['tsbox up -d --locked stack.yaml', 'only if everything matches tsbox.lock'],
		['tsbox up --watch', 'and bring containers up to date whenever their files change'],
		['tsbox up --step demo.yaml', 'step by step: run or skip each, look around, quit'],
		['tsbox up --json demo.yaml 2>/dev/null | jq .type', 'events as lines of JSON'],
	],
	options: {
		json: {
			kind: 'flag',
			describe: 'Print JSON, one event per line; the command writes to standard error',
		},
		detach: {kind: 'flag', short: 'd', describe: 'Start the services in the background and return when they run'},
		wait: {kind: 'flag', describe: 'Like -d, but return when all services are healthy'},
		'wait-timeout': {kind: 'number', value: 'SECONDS', describe: 'With -d: stop waiting after this long'},
		name: {kind: 'text', value: 'NAME', describe: 'Container name, instead of the one in the spec'},
		scale: {kind: 'list', value: 'SERVICE=N', describe: 'Run N containers of a service'},
		'abort-on-container-exit': {
			kind: 'flag',
			describe: 'Stop all containers when one exits for good, and return its exit status',
		},
		'abort-on-container-failure': {
			kind: 'flag',
			describe: 'Stop all containers when one exits with an error, and return its exit status',
		},
		'exit-code-from': {
			kind: 'text',
			value: 'SERVICE',
			completes: 'service',
			describe: 'Return the exit status of this service; implies --abort-on-container-exit',
		},
		'no-log-prefix': {kind: 'flag', describe: 'Do not prefix lines with the service name'},
		attach: {kind: 'list', value: 'SERVICE', completes: 'service', describe: 'Show only the output of this service'},
		'no-attach': {kind: 'list', value: 'SERVICE', completes: 'service', describe: 'Hide the output of this service'},
		step: {kind: 'flag', describe: 'Explain each step and ask what to do before it'},
		dash: {kind: 'flag', describe: 'Start the services in the background and open the dashboard'},
		timestamps: {kind: 'flag', describe: 'Show the time of each line'},
		watch: {kind: 'flag', short: 'w', describe: 'Follow the files that `develop.watch` names; see tsbox watch'},
		...mannerOptions,
		...projectOptions,
		...plainOption,
		...buildOptions,
		...lockedOptions,
		...recordOptions,
		...planOptions,
		...ttyOptions,
	},
	positionals: [
		optionalSpec,
		{
			name: 'SERVICE',
			describe: 'Services in the spec; default all. With several, or with -d, their dependencies start too',
			many: true,
			completes: 'service',
		},
	],
	async run({values, positionals}, context) {
		const {target: file, services, selection} = selectedProject(values, positionals, context);
		const manner = mannerOf(values, services);
		const {io, engine, folders} = context;
		const isDetached = values.detach || values.wait || values.dash;
		refuse(values, isDetached, io);
		const asked = {
			...specRequest(io, values, {config: folders.config}),
			...selection,
			...present({file: file ?? selection.file, overrides: overridesOf(values, selection)}),
		};
		const isProject = context.selected !== undefined || manner !== undefined || values.watch;
		const isAlone = !isDetached && !isProject && services.length === 1;
		const spec = await refuseUnlocked(values, 'up', asked, {services, alone: isAlone}, context);
		const how = {...values, ...present({manner})};
		if (values.dash) return upOnDash(how, spec, services, context);
		if (isDetached) return upInBackground(how, spec, services, context);
		const [service] = services;
		// One is kept only for a command line that has started a single container.
		const kept = values.build || isProject ? undefined : await engine.keptPlan(folders, keptRequest(context, spec));
		if (kept === undefined) {
			const project = await engine.loadProject({...spec, named: services});
			const alone = isProject ? undefined : onlyOne(project, services);
			if (alone === undefined) {
				if (values.record) throw recordOfSeveral('--record needs a single container');
				if (values.step) throw usageError('--step needs a single container', undefined, 'up');
				const watched = values.watch
					? await engine.planWatch(await engine.openMachine(folders), spec, services)
					: undefined;
				return upInForeground({...how, ...present({watched})}, project, spec, services, context);
			}
			const from = values['exit-code-from'];
			if (from !== undefined && from !== alone) throw notStarted(project, from);
		}
		const progress = values.json ? 'json' : values.step ? 'step' : values.plain || !hasScreen(io) ? 'plain' : 'screen';
		const one = {...spec, ...present({service})};
		const tty = !values.json && wantsTty(values, io);
		return startContainer(
			{verb: 'up', spec: one, tty, progress, record: values.record, build: values.build, kept},
			context,
		);
	},
});

/** Values from the command line that replace those of the spec; undefined without any. */
function overridesOf(
	{name, scale}: {readonly name: string | undefined; readonly scale: readonly string[]},
	{overrides}: Selection,
) {
	if (name === undefined && scale.length === 0) return overrides;
	return {...overrides, ...scaleOf(scale), ...present({name})};
}

/** The service to start if it has a single container; undefined with several containers. */
function onlyOne({services, active}: Project, named: readonly string[]): string | undefined {
	const wanted = new Set(named.length === 0 ? (active ?? services.map(({service}) => service)) : named);
	const [first, ...others] = [...wanted];
	const isScaled = services.filter(({service}) => service === first).length > 1;
	// Without an active service, the start itself reports the error.
	return others.length > 0 || isScaled ? undefined : (first ?? '');
}

/** Options that only work in the foreground. */
const foreground = [
	'abort-on-container-exit',
	'abort-on-container-failure',
	'exit-code-from',
	'no-log-prefix',
	'timestamps',
	'attach',
	'no-attach',
	'step',
	'record',
	'watch',
] as const;

/** Rejects conflicting options before the spec is read. */
function refuse(
	values: Readonly<Record<(typeof foreground)[number], boolean | string | undefined | readonly string[]>> & {
		readonly 'wait-timeout': number | undefined;
		readonly 'no-start': boolean;
		readonly json: boolean;
		readonly dash: boolean;
	},
	isDetached: boolean,
	io: Io,
): void {
	const fail = (text: string): never => {
		throw usageError(text, undefined, 'up');
	};
	if (isDetached) {
		if (values.record === true) throw recordOfSeveral('--record and -d cannot be combined');
		const strange = foreground.find(name => isGiven(values[name]));
		if (strange !== undefined) fail(`--${strange} and -d cannot be combined`);
	} else {
		if (values['wait-timeout'] !== undefined) fail('--wait-timeout works only with -d');
		if (values['no-start']) fail('--no-start works only with -d');
	}
	if (values.json && values.dash) fail('--json and --dash cannot be combined');
	if (values.json && values.step === true) fail('--json and --step cannot be combined');
	if (values.step === true) needTerminal(io, 'up');
}

function recordOfSeveral(message: string): TsboxError {
	return new TsboxError('E_USAGE', message, {
		hint: 'set `record: true` in each service that you want to record',
	});
}

function isGiven(value: boolean | string | undefined | readonly string[]): boolean {
	return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/**
 * Parses all `--scale SERVICE=N`; undefined without any.
 *
 * @throws TsboxError E_USAGE.
 */
function scaleOf(words: readonly string[]): {readonly scale: Readonly<Record<string, number>>} | undefined {
	if (words.length === 0) return undefined;
	const scale = words.map((word): [string, number] => {
		const [, service, count] = /^([^=]+)=(\d{1,4})$/.exec(word) ?? [];
		if (service === undefined || Number(count) > mostReplicas)
			throw usageError(`--scale ${word} is not SERVICE=N with N from 0 to ${mostReplicas}`, undefined, 'up');
		return [service, Number(count)];
	});
	return {scale: Object.fromEntries(scale)};
}
