import type {BuildEvent} from '../../build/execute/build-event.ts';
import {escapeText} from '../../view/text/escape.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {jsonText} from '../../view/text/json.ts';
import {readBuild} from '../options/build-request.ts';
import {jsonOption} from '../options/arguments.ts';
import {needTerminal} from '../options/wants-tty.ts';
import {buildHold} from '../build/step-build.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {progressOptions, withBuildView} from '../build/build-view.ts';
import {buildSpec} from '../build/build-spec.ts';
import {specToBuild} from '../build/spec-to-build.ts';
import {type Context, defineCommand, type Options, type Values} from '../verb/command.ts';

/** What a spec says itself. */
const ofFolder = {
	file: {
		kind: 'text',
		short: 'f',
		value: 'FILE',
		describe: 'The Dockerfile; default Dockerfile in the context',
		completes: 'file',
	},
	tag: {kind: 'list', short: 't', value: 'NAME[:TAG]', describe: 'Name of the image'},
	target: {kind: 'text', value: 'STAGE', describe: 'Build up to this stage; default the last one'},
	label: {kind: 'list', value: 'NAME=VALUE', describe: 'Add a label to the image'},
	secret: {
		kind: 'list',
		value: 'id=ID,src=FILE',
		describe: 'A secret for RUN --mount=type=secret; or id=ID,env=NAME',
	},
	ssh: {kind: 'list', value: 'default|ID=SOCKET', describe: 'An ssh agent for RUN --mount=type=ssh'},
	'build-context': {kind: 'list', value: 'NAME=FOLDER', describe: 'Another context; or NAME=docker-image://IMAGE'},
	platform: {kind: 'text', value: 'OS/ARCH', describe: 'Platform of the image; default that of this machine'},
} as const satisfies Options;

const options = {
	...ofFolder,
	'build-arg': {kind: 'list', value: 'NAME[=VALUE]', describe: "Value of an ARG; without VALUE, copy the caller's"},
	reproducible: {kind: 'flag', describe: 'Fix times, names and processors, so that the same files give the same image'},
	'no-cache': {kind: 'flag', describe: 'Use no layer of an earlier build'},
	pull: {kind: 'flag', describe: 'Ask registries for newer base images'},
	plan: {kind: 'flag', describe: 'Show the plan and change nothing but base images'},
	step: {kind: 'flag', describe: 'Explain each instruction and ask what to do before it'},
	...progressOptions,
	quiet: {kind: 'flag', short: 'q', describe: 'Print only the digest of the image'},
	...jsonOption,
} as const satisfies Options;

/** `tsbox build`: builds an image from a Dockerfile, or those of a spec. */
export const build = defineCommand({
	name: 'build',
	describe: 'Build an image from a Dockerfile, or the images of a spec',
	examples: [
		['tsbox build -t app .', 'the Dockerfile of this folder; `image: app` uses it'],
		['tsbox build stack.yaml web', 'the image of a service with `build`; without services, of all'],
		['tsbox build --plan .', 'show what would be done, with cache keys'],
		['tsbox build --step .', 'instruction by instruction: do it, look around in a shell, quit'],
		['tsbox build --target test --build-arg MODE=ci .', 'up to a stage, with an argument'],
		['tsbox build --secret id=npm,src=$HOME/.npmrc .', 'with a secret that no layer keeps'],
	],
	options,
	positionals: [
		{
			name: 'CONTEXT',
			describe: 'Folder with the files, or a spec; default the spec in this folder, else this folder',
			completes: 'file',
		},
		{
			name: 'SERVICE',
			describe: 'Services of the spec; default all with `build`',
			many: true,
			completes: 'service',
		},
	],
	async run({values, positionals: [context, ...services]}, all) {
		const machine = await all.engine.openMachine(all.folders);
		const given = Object.keys(ofFolder).filter(name => {
			const value = values[name as keyof typeof ofFolder];
			return value !== undefined && value.length > 0;
		});
		const project = await specToBuild(context, given, machine, all);
		if (project !== undefined) return buildSpec(values, project, services, all);
		const [word] = services;
		if (word !== undefined) throw usageError(`build: ${word}: only a spec has services`, undefined, 'build');
		return buildFolder(values, context ?? '.', machine, all);
	},
});

async function buildFolder(
	values: Values<typeof options>,
	context: string,
	machine: Machine,
	{io, engine}: Context,
): Promise<number> {
	const asked = readBuild(values, context, io, machine.host);
	const stop = stopSignals(io, 'the build');
	try {
		const request = {
			...asked,
			pull: values.pull ? 'always' : 'missing',
			noCache: values['no-cache'],
			run: values.reproducible ? {reproducible: true} : {},
			signal: stop.signal,
			force: stop.force,
		} as const;
		if (values.plan) {
			const emit = (event: BuildEvent): void => {
				if (event.type === 'build.warning') io.err(`warning: ${escapeText(event.text)}\n`);
			};
			const {plan} = await engine.planBuild(machine, {...request, output: 2, emit});
			const {buildTable} = await import('../../view/plan/build-lines.ts');
			io.out(values.json ? jsonText(plan, 2) : buildTable(plan));
			return 0;
		}
		if (values.step) needTerminal(io, 'build');
		const hold = values.step ? {hold: buildHold(io, machine, stop.signal)} : {};
		const shown = values.step ? {...values, progress: 'plain'} : values;
		const {manifest, config} = await withBuildView(shown, io, 'build', async ({output, show}) =>
			engine.build(machine, {...request, ...hold, output, emit: event => show(event)}),
		);
		io.out(values.json ? jsonText({type: 'build.completed', manifest, config, names: asked.names}) : `${manifest}\n`);
		return 0;
	} finally {
		stop.close();
	}
}
