import type {Machine} from '../../container/machine/machine.ts';
import type {MadePlan} from '../../container/observe/made-plan.ts';
import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import {type Context, defineCommand} from '../verb/command.ts';
import {planOptions, specRequest, terminalOptions} from '../options/run-options.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../../spec/model/project.ts';
import {jsonText} from '../../view/text/json.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {hookSteps} from '../../plan/process/hook-steps.ts';
import {projectOptions, selectedProject} from '../options/project-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {withFacts} from '../options/with-facts.ts';
import {asksTty, wantsTty} from '../options/wants-tty.ts';
import {factsOption, jsonOption, optionalSpec, serviceName} from '../options/arguments.ts';
import {checkSelection, selectedSteps, selectionOptions} from '../options/plan-selection.ts';

/** `tsbox plan`: shows what `up` would do. */
export const plan = defineCommand({
	name: 'plan',
	describe: 'Show every command that creates the container, and run none',
	examples: [
		['tsbox plan demo.yaml', 'the commands by phase'],
		['tsbox plan --explain demo.yaml', 'the reason, man page, check, and undo of each'],
		['tsbox plan --step 7 demo.yaml', 'one step, explained'],
		['tsbox plan --only mounts,cgroup demo.yaml', 'the steps of two phases'],
		['tsbox plan docker-4f8c0ffee123', 'what a container that is there was made by, as one of Docker'],
		['tsbox plan --diff before.yaml after.yaml', 'which steps and protections differ'],
		['tsbox plan --json demo.yaml | jq .steps[].command', 'as data'],
		['tsbox plan --facts other-host.json demo.yaml', 'for another host, from the output of tsbox doctor --facts'],
	],
	options: {
		explain: {
			kind: 'flag',
			describe:
				'Add the reason, man page, kernel object, check, and undo of each step, and where each value comes from',
		},
		...selectionOptions,
		diff: {kind: 'flag', describe: 'Compare the plans of two specs, each FILE or FILE:SERVICE'},
		...jsonOption,
		format: {
			kind: 'text',
			value: 'FORMAT',
			choices: ['table', 'json', 'sh'],
			describe: 'table, json, or sh (a script)',
		},
		...factsOption,
		...terminalOptions,
		...projectOptions,
		...planOptions,
	},
	positionals: [
		{
			...optionalSpec,
			describe: 'Spec file, by default tsbox.yaml or compose.yaml in this folder; or the name of a container',
		},
		serviceName,
	],
	async run({values, positionals}, all) {
		const {io, engine, folders} = all;
		const {target, services, selection} = selectedProject(values, positionals, all);
		checkSelection(values, positionals);
		const machine = await withFacts(await engine.openMachine({...folders, planOnly: true}), values.facts, io);
		const format = values.json ? 'json' : (values.format ?? 'table');
		const view = {json: format === 'json', explain: values.explain || values.step !== undefined};
		// The table shows what `up` would do on this terminal. JSON and scripts must not depend on the terminal.
		const tty = asksTty(values) ?? (format === 'table' && wantsTty(values, io) ? true : undefined);
		let unbuilt: Unbuilt | undefined;
		const planOf = async (file?: string, service?: string, name?: string) => {
			const overrides = name === undefined ? undefined : {name};
			const written = {...specRequest(io, values, {service, overrides}), ...selection};
			const spec = {...written, ...present({file: file ?? selection.file})};
			const planned = await engine.planContainer(machine, spec, {
				dry: true,
				forScript: format === 'sh',
				buildImage: async (project, services) => void (unbuilt = {project, services}),
				...present({tty}),
			});
			// A script runs no hooks.
			return format === 'sh' ? planned : withHooks(planned);
		};
		if (values.diff) {
			const [one, other] = positionals.map(fileAndService);
			const before = await planOf(...(one ?? []));
			const after = await planOf(...(other ?? []));
			const {name} = before.plan;
			// Names are in the paths of cgroups and layers. Under one name, only what is done differently differs.
			const isRenamed = after.plan.name !== name && after.project.services.length === 1;
			const compared = isRenamed ? await planOf(other?.[0], other?.[1], name) : after;
			const otherName = after.plan.name === name ? undefined : after.plan.name;
			const {showDifference} = await import('../output/show-plan.ts');
			await showDifference(before, compared, {...view, otherName}, values.only, io);
			return 0;
		}
		const planned: MadePlan | PlannedContainer | undefined = await planOf(target, services[0]).catch(
			async (error: unknown) => {
				const made =
					isTsboxError(error) && error.code === 'E_SPEC_NOT_FOUND' && target !== undefined && services.length === 0
						? await engine.madePlan(machine, target)
						: undefined;
				if (made !== undefined && format !== 'sh') return made;
				const isMissing = isTsboxError(error) && error.code === 'E_IMAGE_NOT_FOUND';
				if (!isMissing || unbuilt === undefined || format === 'sh') throw error;
				await planOfBuild(unbuilt, format === 'json', machine, all);
				return undefined;
			},
		);
		if (planned === undefined) return 0;
		if (format === 'sh' && 'project' in planned) {
			io.out(await engine.compilePlan(machine, planned));
			return 0;
		}
		const isShown = selectedSteps(values, planned.plan);
		const phases = [...new Set(planned.plan.steps.map(({phase}) => phase))];
		if (values.only.length > 0 && !phases.some(phase => values.only.includes(phase)))
			io.err(`no step is of the phase ${values.only.join(' or ')}; the plan has ${phases.join(', ')}\n`);
		const {showPlan} = await import('../output/show-plan.ts');
		await showPlan(planned, view, isShown, io);
		return 0;
	},
});

/** Services whose images a start would build first. */
interface Unbuilt {
	readonly project: Project;
	readonly services: readonly string[];
}

/** Shows what a start would do first for an image that is not there yet: what then follows depends on what the image says. */
async function planOfBuild(
	{project, services}: Unbuilt,
	json: boolean,
	machine: Machine,
	{io, engine}: Context,
): Promise<void> {
	const stop = stopSignals(io, 'the plan');
	try {
		const builds = await engine.planServices(machine, project, {
			services,
			onlyMissing: true,
			cwd: io.cwd,
			env: io.env,
			output: 2,
			signal: stop.signal,
			force: stop.force,
			emit: (_service, event) => {
				if (event.type === 'build.warning') io.err(`${event.text}\n`);
			},
		});
		if (json) return io.out(jsonText({builds}, 2));
		const {buildTable} = await import('../../view/plan/build-lines.ts');
		io.out(builds.map(({service, plan}) => `the image of ${service} is built first:\n${buildTable(plan)}`).join('\n'));
		io.err('the steps of the container can be shown when its image is built; see `tsbox build`\n');
	} finally {
		stop.close();
	}
}

/** `FILE:SERVICE` as two words. The name of a spec file ends in one of the usual ways. */
function fileAndService(word: string): readonly [file: string, service?: string] {
	const [, file, service] = /^(.+\.(?:ya?ml|json)):([^/:]+)$/.exec(word) ?? [];
	return file === undefined || service === undefined ? [word] : [file, service];
}

/** The plan with the hooks that run once the command does. */
function withHooks(planned: PlannedContainer): PlannedContainer {
	const {plan, service} = planned;
	const {namespaces, root, postStart: hooks = []} = service;
	return {...planned, plan: {...plan, steps: [...plan.steps, ...hookSteps({namespaces, root, hooks})]}};
}
