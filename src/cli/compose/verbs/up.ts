import {anyServices} from '../../options/project-verb.ts';
import {up as own} from '../../commands/up.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {usageError} from '../../options/usage-error.ts';
import {type ComposeContext, defineComposeVerb} from '../parts/compose-verb.ts';
import {attachedServices} from '../parts/attached-services.ts';
import {pickOptions, pullOptions} from '../parts/shared-options.ts';
import {projectOf} from '../parts/project-of.ts';
import {pullServices} from '../parts/pull-services.ts';
import {withPulled} from '../parts/with-pulled.ts';

/** Those of `tsbox up` that `docker compose up` has too. */
const shared = pickOptions(own.options, [
	'abort-on-container-exit',
	'abort-on-container-failure',
	'always-recreate-deps',
	'attach',
	'build',
	'detach',
	'exit-code-from',
	'force-recreate',
	'no-attach',
	'no-deps',
	'no-log-prefix',
	'no-recreate',
	'no-start',
	'remove-orphans',
	'renew-anon-volumes',
	'scale',
	'timeout',
	'timestamps',
	'wait',
	'wait-timeout',
	'watch',
]);

/** `tsbox compose up`. */
export const up = defineComposeVerb({
	name: 'up',
	describe: 'Create and start containers',
	examples: [
		['tsbox compose up -d', 'all services in the background'],
		['tsbox compose up --build web', 'build, then start a service and what it depends on'],
	],
	options: {
		...shared,
		...pullOptions,
		'attach-dependencies': {kind: 'flag', describe: 'Also show the output of dependencies of the named services'},
		'no-color': {kind: 'flag', describe: 'Print without colors'},
	},
	ignored: {
		menu: {kind: 'flag', why: 'the keys of the menu are those of `tsbox dash`'},
		yes: {kind: 'flag', short: 'y', why: 'tsbox asks no questions'},
	},
	dry: 'up',
	positionals: [anyServices],
	async run({values, positionals: services}, context) {
		if (values.build && values['no-build'])
			throw usageError('--build and --no-build cannot be combined', undefined, 'compose up');
		const io = values['no-color'] ? {...context.io, env: {...context.io.env, NO_COLOR: '1'}} : context.io;
		const all = await withPulled(values, services, {...context, io});
		const detach = values.detach || values['no-start'];
		if (values['no-start'] && values.pull !== 'never') await pullMissing(values, services, all);
		const own = {...ownValues(), ...values, detach, build: values.build || values.pull === 'build'};
		const {progress} = context;
		const removes = values['remove-orphans'] || io.env['COMPOSE_REMOVE_ORPHANS'] === 'true';
		const shown = {
			json: progress === 'json',
			plain: progress === 'plain',
			'quiet-build': values['quiet-build'] || progress === 'quiet',
			'remove-orphans': removes,
		};
		const attach = detach || values.wait ? [] : await attachedServices(values, services, all);
		return runOwn({...own, ...shown, attach}, services, all);
	},
});

/** Pulls the images that a start would pull, for containers that are only created. */
async function pullMissing(
	values: {readonly 'quiet-pull': boolean; readonly 'no-deps': boolean},
	services: readonly string[],
	context: ComposeContext,
): Promise<void> {
	const project = await projectOf(context, services);
	const wanted = await context.engine.wantedServices(project, services, values['no-deps']);
	await pullServices(project, wanted, {quiet: values['quiet-pull'], keepGoing: false, onlyMissing: true}, context);
}

/** The values of `tsbox up` without options. */
function ownValues() {
	return parseArguments(own, []).values;
}

function runOwn(values: ReturnType<typeof ownValues>, positionals: readonly string[], context: ComposeContext) {
	return own.run({values, positionals, rest: undefined}, context);
}
