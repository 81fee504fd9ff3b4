import {anyServices} from '../../options/project-verb.ts';
import {buildSpec} from '../../build/build-spec.ts';
import {build as own} from '../../commands/build.ts';
import {interruptible} from '../../images/interruptible.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {tell} from '../../output/tell.ts';
import {isTsboxError} from '../../../errors/tsbox-error.ts';
import type {Project} from '../../../spec/model/project.ts';
import {type ComposeContext, defineComposeVerb} from '../parts/compose-verb.ts';
import {projectOf} from '../parts/project-of.ts';
import {pullServices} from '../parts/pull-services.ts';
import {pickOptions} from '../parts/shared-options.ts';

const positionals = [anyServices];

/** The named services, with what they depend on if that is asked for. */
async function servicesOf(
	named: readonly string[],
	withDependencies: boolean,
	context: ComposeContext,
): Promise<{readonly project: Project; readonly services: readonly string[]}> {
	const project = await projectOf(context, named);
	return {project, services: await context.engine.wantedServices(project, named, !withDependencies)};
}

/** `tsbox compose pull`. */
export const pull = defineComposeVerb({
	name: 'pull',
	describe: 'Pull the images of services',
	examples: [['tsbox compose pull -q', 'without progress']],
	options: {
		'ignore-pull-failures': {kind: 'flag', describe: 'Go on after an image that cannot be pulled'},
		'include-deps': {kind: 'flag', describe: 'Also pull for what the services depend on'},
		policy: {kind: 'text', value: 'WHEN', choices: ['missing', 'always'], describe: 'Which images; default always'},
		quiet: {kind: 'flag', short: 'q', describe: 'Pull without showing progress'},
	},
	ignored: {
		'ignore-buildable': {kind: 'flag', why: 'images that are built are never pulled'},
		parallel: {kind: 'flag', why: 'layers are pulled at once, images one after the other'},
		'no-parallel': {kind: 'flag', why: 'images are pulled one after the other'},
	},
	dry: 'images',
	positionals,
	async run({values, positionals: named}, context) {
		const {project, services} = await servicesOf(named, values['include-deps'], context);
		const how = {
			quiet: values.quiet,
			keepGoing: values['ignore-pull-failures'],
			onlyMissing: values.policy === 'missing',
		};
		const status = await pullServices(project, services, how, context);
		return values['ignore-pull-failures'] ? 0 : status;
	},
});

/** `tsbox compose push`. */
export const push = defineComposeVerb({
	name: 'push',
	describe: 'Push the images of services with `build`',
	examples: [['tsbox compose push web', 'to the registry that `image` names']],
	options: {
		'ignore-push-failures': {kind: 'flag', describe: 'Go on after an image that cannot be pushed'},
		'include-deps': {kind: 'flag', describe: 'Also push for what the services depend on'},
		quiet: {kind: 'flag', short: 'q', describe: 'Print no progress'},
	},
	dry: 'images',
	positionals,
	async run({values, positionals: named}, context) {
		const {project, services} = await servicesOf(named, values['include-deps'], context);
		await pushServices(project, services, {quiet: values.quiet, keepGoing: values['ignore-push-failures']}, context);
		return 0;
	},
});

async function pushServices(
	project: Project,
	services: readonly string[],
	{quiet, keepGoing}: {readonly quiet: boolean; readonly keepGoing: boolean},
	{io, engine, folders}: ComposeContext,
): Promise<void> {
	const machine = await engine.openMachine(folders);
	await interruptible(io, async signal => {
		for (const {service, rootfs} of project.services) {
			if (!services.includes(service) || rootfs.kind !== 'image' || project.builds?.[service] === undefined) continue;
			try {
				const {name, digest} = await engine.pushImage(machine, rootfs.reference, undefined, {cwd: io.cwd, signal});
				if (!quiet) tell(io, `${name} is pushed: ${digest}`);
			} catch (error) {
				if (!keepGoing || !isTsboxError(error) || signal.aborted) throw error;
				tell(io, `${service} is not pushed: ${error.message}`);
			}
		}
		return 0;
	});
}

/** `tsbox compose build`. */
export const build = defineComposeVerb({
	name: 'build',
	describe: 'Build the images of services with `build`',
	examples: [['tsbox compose build --no-cache web', 'one service, from scratch']],
	options: {
		...pickOptions(own.options, ['build-arg', 'no-cache', 'progress', 'pull', 'quiet']),
		push: {kind: 'flag', describe: 'Push the images afterwards'},
		'with-dependencies': {kind: 'flag', describe: 'Also build for what the services depend on'},
	},
	refused: {
		builder: {kind: 'text', why: 'tsbox builds itself', hint: 'leave it out'},
		check: {kind: 'flag', why: 'tsbox has no linter of Dockerfiles', hint: '`tsbox build --plan` shows every step'},
		print: {kind: 'flag', why: 'tsbox makes no bake files', hint: '`tsbox build --plan --json` prints the plan'},
		provenance: {kind: 'text', why: 'tsbox makes no attestations', hint: '`tsbox verify --build` compares builds'},
		sbom: {kind: 'text', why: 'tsbox makes no attestations', hint: 'leave it out'},
		ssh: {kind: 'list', why: 'the spec says which agents a build gets', hint: 'write `ssh:` below `build:`'},
	},
	ignored: {
		compress: {kind: 'flag', why: 'the context is read where it is'},
		'force-rm': {kind: 'flag', why: 'containers of builds are always removed'},
		memory: {kind: 'text', short: 'm', why: 'a build has the limits of the caller'},
		'no-rm': {kind: 'flag', why: 'containers of builds are always removed'},
		parallel: {kind: 'flag', why: 'stages are built as their order allows'},
	},
	dry: 'images',
	positionals,
	async run({values, positionals: named}, context) {
		const {project, services} = await servicesOf(named, values['with-dependencies'], context);
		const built = services.filter(service => project.builds?.[service] !== undefined);
		if (built.length === 0) {
			tell(context.io, 'no service to build');
			return 0;
		}
		const {progress} = context;
		const shown = {
			quiet: values.quiet || progress === 'quiet',
			progress: values.progress ?? (progress === 'plain' || progress === 'tty' ? progress : undefined),
			json: progress === 'json',
		};
		const status = await buildSpec({...parseArguments(own, []).values, ...values, ...shown}, project, built, context);
		if (values.push && status === 0)
			await pushServices(project, built, {quiet: values.quiet, keepGoing: false}, context);
		return status;
	},
});
