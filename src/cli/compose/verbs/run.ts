import {run as own} from '../../commands/run.ts';
import {startContainer} from '../../up/start-container.ts';
import {asksTty, wantsTty} from '../../options/wants-tty.ts';
import {tell} from '../../output/tell.ts';
import {programOf} from '../../verb/program.ts';
import {splitShellWords} from '../../../spec/syntax/shell-words.ts';
import {projectEventText} from '../../../view/lists/project-event.ts';
import {present} from '../../../spec/syntax/pick.ts';
import {usageError} from '../../options/usage-error.ts';
import {stopSignals} from '../../options/stop-signals.ts';
import {imageBuilder} from '../../build/image-builder.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {projectOf, specOf} from '../parts/project-of.ts';
import {readEnvFiles} from '../parts/env-files.ts';
import {oneOffName, oneOffOf} from '../parts/one-off.ts';
import {pickOptions, pullOptions} from '../parts/shared-options.ts';
import {startDependencies} from '../parts/start-dependencies.ts';
import {withPulled} from '../parts/with-pulled.ts';

/** `tsbox compose run`. */
export const run = defineComposeVerb({
	name: 'run',
	describe: 'Run a command in a new container of a service',
	examples: [
		['tsbox compose run --rm web sh', 'a shell beside the service'],
		['tsbox compose run -T db pg_dump shop > dump', 'without a terminal'],
		['tsbox compose run -d --name job worker', 'in the background'],
	],
	options: {
		...pickOptions(own.options, ['env', 'interactive', 'no-tty', 'tty', 'user', 'volume', 'workdir', 'name']),
		...pullOptions,
		build: {kind: 'flag', describe: 'Build the image first'},
		'cap-add': {kind: 'list', value: 'CAP', describe: 'Add a capability'},
		'cap-drop': {kind: 'list', value: 'CAP', describe: 'Drop a capability'},
		detach: {kind: 'flag', short: 'd', describe: 'Run it in the background, and print its name'},
		entrypoint: {kind: 'text', value: 'COMMAND', describe: 'Replace the entrypoint of the service'},
		'env-from-file': {
			kind: 'list',
			value: 'FILE',
			describe: 'File with variables for the container',
			completes: 'file',
		},
		label: {kind: 'list', short: 'l', value: 'NAME=VALUE', describe: 'Add a label'},
		'no-TTY': {kind: 'flag', describe: 'The same as --no-tty'},
		'no-deps': {kind: 'flag', describe: 'Do not start what the service depends on'},
		publish: {kind: 'list', short: 'p', value: 'PORT:PORT', describe: 'Publish a port'},
		quiet: {kind: 'flag', short: 'q', describe: 'Do not tell of services that are started'},
		'remove-orphans': {kind: 'flag', describe: 'Remove containers of services that the files do not have'},
		rm: {kind: 'flag', describe: 'Remove the container when its command has ended'},
		'service-ports': {kind: 'flag', short: 'P', describe: 'Publish the ports of the service'},
		'use-aliases': {kind: 'flag', describe: 'Let others find it by the name and the aliases of the service'},
	},
	dry: 'none',
	positionals: [{name: 'SERVICE', describe: 'Service', required: true, completes: 'service'}],
	rest: {required: false, bare: true},
	async run({values, positionals: [service = ''], rest}, given) {
		const named = [service];
		const context = await withPulled({...values, 'no-deps': true}, named, given);
		const {io, engine, folders} = context;
		const project = await projectOf(context, named);
		// Refuses an unknown service before its dependencies are started.
		await engine.wantedServices(project, named, true);
		if (!values['no-deps']) await startDependencies(project, service, values, context);
		const name = values.name ?? oneOffName(project.name, service);
		const environment = [...(await readEnvFiles(values['env-from-file'], io)), ...values.env];
		const noTty = values['no-tty'] || values['no-TTY'];
		const tty = values.detach
			? (asksTty({...values, 'no-tty': noTty}) ?? false)
			: wantsTty({...values, 'no-tty': noTty}, io);
		const entrypoint = values.entrypoint === undefined ? undefined : wordsOf(values.entrypoint);
		const overrides = {
			...context.selected.overrides,
			...present({
				command: rest,
				entrypoint,
				environment: environment.length === 0 ? undefined : environment,
				volumes: values.volume.length === 0 ? undefined : values.volume,
				user: values.user,
				workingDir: values.workdir,
				scale: {[service]: 1},
				oneOff: oneOffOf(service, name, values),
			}),
		};
		const spec = {...specOf(context), service, overrides};
		if (!values.detach) {
			if (!values.rm) await engine.announceProject(await engine.openMachine(folders), project, specOf(context));
			return startContainer(
				{
					verb: 'run',
					spec,
					tty,
					progress: 'quiet',
					record: false,
					build: values.build || values.pull === 'build',
					...(values.rm ? {} : {keepIn: project.name}),
				},
				context,
			);
		}
		const stop = stopSignals(io, 'the start');
		try {
			const states = await engine.runDetached(await engine.openMachine(folders), {
				spec: {...spec, overrides: {...overrides, ...(tty && {tty, stdinOpen: true})}},
				service,
				remove: values.rm,
				program: programOf(io),
				signal: stop.signal,
				buildImages: imageBuilder(context, {...values, json: false, 'best-effort': false}, stop),
				emit: event => {
					const text = event.service === name ? projectEventText(event) : undefined;
					if (text !== undefined && event.type !== 'service.started') tell(io, text);
				},
			});
			const failed = states.some(state => state.name === name && state.status === 'failed');
			if (!failed) io.out(`${name}\n`);
			return failed ? 1 : 0;
		} finally {
			stop.close();
		}
	},
});

/** @throws TsboxError E_USAGE for an open quote. */
function wordsOf(entrypoint: string): readonly string[] {
	const words = splitShellWords(entrypoint);
	if (!words.ok) throw usageError(`--entrypoint ${words.problem}`, undefined, 'compose run');
	return words.value;
}
