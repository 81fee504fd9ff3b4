import {jsonText} from '../../view/text/json.ts';
import {readBuild} from '../options/build-request.ts';
import {jsonOption} from '../options/arguments.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {defineCommand} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';

/** `tsbox build`: builds an image from a Dockerfile. */
export const build = defineCommand({
	name: 'build',
	describe: 'Build an image from a Dockerfile',
	examples: [
		['tsbox build -t app .', 'the Dockerfile of this folder; `image: app` uses it'],
		['tsbox build --plan .', 'show what would be done, with cache keys'],
		['tsbox build --target test --build-arg MODE=ci .', 'up to a stage, with an argument'],
		['tsbox build --secret id=npm,src=$HOME/.npmrc .', 'with a secret that no layer keeps'],
	],
	options: {
		file: {
			kind: 'text',
			short: 'f',
			value: 'FILE',
			describe: 'The Dockerfile; default Dockerfile in the context',
			completes: 'file',
		},
		tag: {kind: 'list', short: 't', value: 'NAME[:TAG]', describe: 'Name of the image'},
		target: {kind: 'text', value: 'STAGE', describe: 'Build up to this stage; default the last one'},
		'build-arg': {kind: 'list', value: 'NAME[=VALUE]', describe: "Value of an ARG; without VALUE, copy the caller's"},
		label: {kind: 'list', value: 'NAME=VALUE', describe: 'Add a label to the image'},
		secret: {
			kind: 'list',
			value: 'id=ID,src=FILE',
			describe: 'A secret for RUN --mount=type=secret; or id=ID,env=NAME',
		},
		ssh: {kind: 'list', value: 'default|ID=SOCKET', describe: 'An ssh agent for RUN --mount=type=ssh'},
		'build-context': {kind: 'list', value: 'NAME=FOLDER', describe: 'Another context; or NAME=docker-image://IMAGE'},
		'no-cache': {kind: 'flag', describe: 'Use no layer of an earlier build'},
		pull: {kind: 'flag', describe: 'Ask registries for newer base images'},
		platform: {kind: 'text', value: 'OS/ARCH', describe: 'Platform of the image; default that of this machine'},
		plan: {kind: 'flag', describe: 'Show the plan and change nothing but base images'},
		quiet: {kind: 'flag', short: 'q', describe: 'Print only the digest of the image'},
		...jsonOption,
	},
	positionals: [{name: 'CONTEXT', describe: 'Folder with the files; default .', completes: 'file'}],
	async run({values, positionals: [context = '.']}, {io, engine, folders}) {
		const asked = readBuild(values, context, io);
		const machine = await engine.openMachine(folders);
		const stop = stopSignals(io, 'the build');
		try {
			const request = {
				...asked,
				pull: values.pull ? 'always' : 'missing',
				noCache: values['no-cache'],
				// Standard output carries the digest, or events; so commands print to standard error.
				output: 2,
				emit: await sinkOf(values, io),
				signal: stop.signal,
				force: stop.force,
			} as const;
			if (values.plan) {
				const {plan} = await engine.planBuild(machine, request);
				const {buildTable} = await import('../../view/plan/build-lines.ts');
				io.out(values.json ? jsonText(plan, 2) : buildTable(plan));
				return 0;
			}
			const {manifest, config} = await engine.build(machine, request);
			io.out(values.json ? jsonText({type: 'build.completed', manifest, config, names: asked.names}) : `${manifest}\n`);
			return 0;
		} finally {
			stop.close();
		}
	},
});

async function sinkOf(
	{quiet, json, plan}: {readonly quiet: boolean; readonly json: boolean; readonly plan: boolean},
	io: Io,
) {
	const {buildEventJson, buildProgress, noBuildProgress} = await import('../../view/plan/build-lines.ts');
	let progress = noBuildProgress;
	return (event: Parameters<typeof buildProgress>[1]): void => {
		if (json && !plan) {
			io.out(buildEventJson(event));
			return;
		}
		progress = buildProgress(progress, event);
		if (progress.lines !== '' && (!quiet || event.type === 'build.warning')) io.err(progress.lines);
	};
}
