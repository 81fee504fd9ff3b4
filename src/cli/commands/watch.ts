import {projectEventText} from '../../view/lists/project-event.ts';
import {present} from '../../spec/syntax/pick.ts';
import {projectOptions, selectedProject} from '../options/project-options.ts';
import {planOptions, specRequest} from '../options/run-options.ts';
import {optionalSpec} from '../options/arguments.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {upInBackground} from '../up/up-in-background.ts';
import {watchFiles} from '../up/watch-files.ts';
import {defineCommand} from '../verb/command.ts';

/** `tsbox watch`: brings containers up to date whenever their files change. */
export const watch = defineCommand({
	name: 'watch',
	describe: 'Bring containers up to date whenever their files change',
	examples: [
		['tsbox watch', 'build and start all services, then follow their files until Ctrl-C'],
		['tsbox watch stack.yaml web', 'one service, with what it depends on'],
		['tsbox watch --no-up', 'services that run already'],
	],
	options: {
		'no-up': {kind: 'flag', describe: 'Do not build and start services first'},
		prune: {kind: 'flag', describe: 'Remove images that a rebuild has replaced (always done)'},
		'no-prune': {kind: 'flag', describe: 'Keep images that a rebuild has replaced'},
		quiet: {kind: 'flag', describe: 'Do not show builds'},
		json: {kind: 'flag', describe: 'Print JSON, one event per line'},
		...projectOptions,
		...planOptions,
	},
	positionals: [
		optionalSpec,
		{name: 'SERVICE', describe: 'Services in the spec; default all', many: true, completes: 'service'},
	],
	async run({values, positionals}, context) {
		const {target: file, services, selection} = selectedProject(values, positionals, context);
		const {io, engine, folders} = context;
		const {json, quiet, 'best-effort': bestEffort} = values;
		if (values.prune && values['no-prune'])
			throw usageError('--prune and --no-prune cannot be combined', undefined, 'watch');
		const spec = {
			...specRequest(io, values, {config: folders.config}),
			...selection,
			...present({file: file ?? selection.file}),
		};
		const planned = await engine.planWatch(await engine.openMachine(folders), spec, services);
		const say = (text: string): void => (json ? io.out(`${text}\n`) : io.err(`${text}\n`));
		if (!values['no-up']) {
			const how = {json, build: true, 'quiet-build': quiet, 'best-effort': bestEffort, wait: false};
			const status = await upInBackground({...how, 'wait-timeout': undefined}, spec, services, context);
			if (status !== 0) return status;
		}
		const stop = stopSignals(io, 'watching');
		try {
			await watchFiles(
				{
					planned,
					spec,
					ready: Promise.resolve(),
					json,
					quiet,
					prune: !values['no-prune'],
					bestEffort,
					stop,
					say,
					onProject: event => {
						const text = json ? JSON.stringify(event) : projectEventText(event);
						if (text !== undefined) say(text);
					},
				},
				context,
			);
		} finally {
			stop.close();
		}
		return 0;
	},
});
