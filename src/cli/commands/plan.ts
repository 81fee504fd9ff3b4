import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import {defineCommand} from '../verb/command.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {Io} from '../verb/io.ts';
import {planOptions, specRequest, terminalOptions} from '../options/run-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {withFacts} from '../options/with-facts.ts';
import {lookOf} from '../output/look-of.ts';
import {asksTty, wantsTty} from '../options/wants-tty.ts';
import {factsOption, jsonOption, optionalSpec, serviceName} from '../options/arguments.ts';

/** `tsbox plan`: shows what `up` would do. */
export const plan = defineCommand({
	name: 'plan',
	describe: 'Show every command that creates the container, and run none',
	examples: [
		['tsbox plan demo.yaml', 'the commands by phase'],
		['tsbox plan --explain demo.yaml', 'the reason, man page, check, and undo of each'],
		['tsbox plan --json demo.yaml | jq .steps[].command', 'as data'],
		['tsbox plan --facts other-host.json demo.yaml', 'for another host, from the output of tsbox doctor --facts'],
	],
	options: {
		explain: {
			kind: 'flag',
			describe:
				'Add the reason, man page, kernel object, check, and undo of each step, and where each value comes from',
		},
		...jsonOption,
		format: {
			kind: 'text',
			value: 'FORMAT',
			choices: ['table', 'json', 'sh'],
			describe: 'table, json, or sh (a script)',
		},
		...factsOption,
		...terminalOptions,
		...planOptions,
	},
	positionals: [optionalSpec, serviceName],
	async run({values, positionals: [file, service]}, {io, engine, folders}) {
		const machine = await withFacts(await engine.openMachine({...folders, planOnly: true}), values.facts, io);
		const spec = specRequest(io, values, {file, service});
		const format = values.json ? 'json' : (values.format ?? 'table');
		// The table shows what `up` would do on this terminal. JSON and scripts must not depend on the terminal.
		const tty = asksTty(values) ?? (format === 'table' && wantsTty(values, io) ? true : undefined);
		const planned = await engine.planContainer(machine, spec, {dry: true, ...present({tty})});
		if (format === 'sh') io.out(await engine.compilePlan(machine, planned));
		else if (format === 'json') {
			const {planJson} = await import('../../view/plan/plan-json.ts');
			const {stepCommand} = await import('../../step/verbs/command.ts');
			io.out(planJson(planned.plan, step => stepCommand(step, planned.plan)));
		} else await io.page(await readable(planned, values.explain, io));
		return 0;
	},
});

async function readable({plan, service}: PlannedContainer, explain: boolean, io: Io): Promise<string> {
	const {stepCommand, undoText} = await import('../../step/verbs/command.ts');
	const look = {
		...(await lookOf(io, 'stdout', {plan, service})),
		commandOf: (step: Step) => stepCommand(step, plan),
	};
	if (!explain) {
		const {planTable} = await import('../../view/plan/plan-table.ts');
		return planTable(plan, look);
	}
	const [{planExplain}, {explainOrigin}] = await Promise.all([
		import('../../view/plan/plan-explain.ts'),
		import('../../spec/project/explain-origin.ts'),
	]);
	const origins = Object.entries(service.origins).map(([value, origin]) => ({
		value,
		origin: explainOrigin(origin, io.cwd),
	}));
	return planExplain(plan, {...look, undoOf: step => undoText(step, plan)}, origins);
}
