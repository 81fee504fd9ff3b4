import {anyServices} from '../options/project-verb.ts';
import {modelYaml} from '../../spec/resolved/model-yaml.ts';
import {plainOf, type Resolved} from '../../spec/resolved/resolved.ts';
import {present} from '../../spec/syntax/pick.ts';
import {jsonText} from '../../view/text/json.ts';
import {table} from '../../view/text/table.ts';
import {hashesOf, type ListName, listOf} from '../config/config-lists.ts';
import {digestsOf, imagesAlone, withDigests} from '../config/pin-images.ts';
import {onlyServices} from '../config/only-services.ts';
import {withImages} from '../config/with-images.ts';
import {writeResult} from '../config/write-result.ts';
import {optionalSpec} from '../options/arguments.ts';
import {composeProjectOptions, selectedProject} from '../options/project-options.ts';
import {usageError} from '../options/usage-error.ts';
import {lookOf} from '../output/look-of.ts';
import {tell} from '../output/tell.ts';
import {defineCommand} from '../verb/command.ts';

/** The questions that are answered with a list of words. */
const lists: readonly ListName[] = ['services', 'images', 'volumes', 'networks', 'profiles', 'models'];

/** `tsbox config`: prints the resolved model. */
export const config = defineCommand({
	name: 'config',
	describe: 'Print the files of a project as one model: merged, with variables filled in, in long forms',
	examples: [
		['tsbox config', 'the spec in this folder'],
		['tsbox config --origin', 'each value with where it comes from'],
		['tsbox config -f compose.yaml -f prod.yaml -o whole.yaml', 'two files as one'],
		['tsbox config --services', 'only the names of services'],
		['tsbox config --variables', 'the variables that the files use'],
		[`tsbox config --hash '*'`, 'what tells whether a service has changed'],
	],
	options: {
		...composeProjectOptions,
		origin: {
			kind: 'flag',
			describe: 'Add a comment to each value: the line, variable, env file, or option it comes from',
		},
		format: {kind: 'text', value: 'FORMAT', choices: ['yaml', 'json'], describe: 'yaml or json; default yaml'},
		output: {kind: 'text', short: 'o', value: 'FILE', describe: 'Write to this file', completes: 'file'},
		quiet: {kind: 'flag', short: 'q', describe: 'Only check the files'},
		services: {kind: 'flag', describe: 'Print services, one per line'},
		images: {kind: 'flag', describe: 'Print images'},
		volumes: {kind: 'flag', describe: 'Print volumes'},
		networks: {kind: 'flag', describe: 'Print networks'},
		profiles: {kind: 'flag', describe: 'Print profiles'},
		models: {kind: 'flag', describe: 'Print models; tsbox runs none'},
		hash: {
			kind: 'text',
			value: 'SERVICE',
			describe: "Print a hash of the configuration of a service, or of all with '*'",
		},
		environment: {kind: 'flag', describe: 'Print the variables that files are filled in with'},
		variables: {kind: 'flag', describe: 'Print the variables that the files use'},
		'no-interpolate': {kind: 'flag', describe: 'Leave ${NAME} as it is written'},
		'no-normalize': {kind: 'flag', describe: 'Leave short forms as they are written, and add no defaults'},
		'no-path-resolution': {kind: 'flag', describe: 'Leave paths as they are written'},
		'no-env-resolution': {kind: 'flag', describe: 'Leave env_file as it is written'},
		'no-consistency': {kind: 'flag', describe: 'Do not check the files'},
		'resolve-image-digests': {kind: 'flag', describe: 'Add its digest to the name of each image'},
		'lock-image-digests': {kind: 'flag', describe: 'Print only the images with their digests, as a file to merge'},
		'all-resources': {kind: 'flag', describe: 'Also print volumes and networks that no service uses'},
	},
	positionals: [optionalSpec, anyServices],
	async run({values, positionals}, context) {
		const {io, engine, folders} = context;
		const {target: file, services, selection} = selectedProject(values, positionals, context);
		const request = {
			cwd: io.cwd,
			env: io.env,
			profiles: [],
			...selection,
			...(file === undefined ? {} : {file}),
			...present({config: folders.config}),
			named: services,
		};
		const write = (text: string): void => writeResult(text, values.output, io);
		if (values.environment) {
			write((await engine.loadEnvironment(request)).map(line => `${line}\n`).join(''));
			return 0;
		}
		if (values.variables) {
			const rows = await engine.loadVariables(request);
			if (values.format === 'json') write(jsonText(rows, 2));
			else {
				const {width} = await lookOf(io, 'stdout', rows);
				const cells = rows.map(({name, required, byDefault = '', alternate = ''}) => [
					name,
					String(required),
					byDefault,
					alternate,
				]);
				write(table([['NAME', 'REQUIRED', 'DEFAULT VALUE', 'ALTERNATE VALUE'], ...cells], width));
			}
			return 0;
		}
		const options = {
			noInterpolate: values['no-interpolate'],
			noNormalize: values['no-normalize'],
			noPathResolution: values['no-path-resolution'],
			noEnvResolution: values['no-env-resolution'],
			// A question about volumes is about all of them.
			allResources: values['all-resources'] || values.volumes || values.networks,
		};
		const isChecked = !values['no-consistency'] && !values['no-interpolate'];
		const loaded = await engine.loadModel(request, options, isChecked);
		for (const {text} of loaded.project?.warnings ?? []) tell(io, `warning: ${text}`);
		if (values.quiet) return 0;
		const asked = lists.find(name => values[name]);
		if (asked !== undefined || values.hash !== undefined) {
			const project = loaded.project ?? (await engine.loadProject(request));
			const chosen = onlyServices(loaded.model, services);
			const words =
				asked === undefined ? hashesOf(values.hash ?? '*', chosen, project) : listOf(asked, chosen, project);
			write(words.map(word => `${word}\n`).join(''));
			return 0;
		}
		let model: Resolved = onlyServices(loaded.model, services);
		const locks = values['lock-image-digests'];
		if (locks || values['resolve-image-digests']) {
			if (loaded.project === undefined)
				throw usageError('digests need checked files: take --no-interpolate out', undefined, 'config');
			model = withDigests(model, await digestsOf(loaded.project, context));
			if (locks) model = imagesAlone(model);
		}
		if (values.origin && loaded.project !== undefined) model = await withImages(model, loaded.project, context);
		if (values.format === 'json') write(jsonText(plainOf(model), 2));
		else write(modelYaml(model, values.origin ? io.cwd : undefined));
		return 0;
	},
});
