import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import {defineCommand} from '../verb/command.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {Io} from '../verb/io.ts';
import {planOptions, specRequest, terminalOptions} from '../options/run-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {withFacts} from '../options/with-facts.ts';
import {lookOf} from '../output/look-of.ts';
import {asksTty, wantsTty} from '../options/wants-tty.ts';

/** `tsbox plan`: what `up` would do, without doing it. */
export const plan = defineCommand({
	name: 'plan',
	describe: 'Show every command that makes the container, and run none',
	examples: [
		['tsbox plan demo.yaml', 'the commands by phase'],
		['tsbox plan --explain demo.yaml', 'why each is there, its man page, check and undo'],
		['tsbox plan --json demo.yaml | jq .steps[].command', 'as data'],
		['tsbox plan --facts other-host.json demo.yaml', 'for a host whose facts were saved: tsbox doctor --facts'],
	],
	options: {
		explain: {kind: 'flag', describe: 'Add why, man page, kernel object, check, undo and the origin of each value'},
		json: {kind: 'flag', describe: 'The same as --format json'},
		format: {kind: 'text', value: 'FORMAT', choices: ['table', 'json', 'sh'], describe: 'table, json, or sh: a script'},
		facts: {kind: 'text', value: 'FILE', describe: 'Plan for the host whose facts this file holds'},
		...terminalOptions,
		...planOptions,
	},
	positionals: [
		{name: 'SPEC', describe: 'Spec file; without it tsbox.yaml of this folder or one above', completes: 'file'},
		{name: 'SERVICE', describe: 'Entry of services: in the spec', completes: 'service'},
	],
	async run({values, positionals: [file, service]}, {io, engine, folders}) {
		const machine = await withFacts(await engine.openMachine({...folders, planOnly: true}), values.facts, io);
		const spec = specRequest(io, values, {file, service});
		const format = values.json ? 'json' : (values.format ?? 'table');
		// What is read here is what `up` would do here; data is the same wherever it is made.
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
