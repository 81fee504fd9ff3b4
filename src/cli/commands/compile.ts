import {defineCommand} from '../verb/command.ts';
import {planOptions, specRequest, terminalOptions} from '../options/run-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {asksTty} from '../options/wants-tty.ts';
import {withFacts} from '../options/with-facts.ts';
import {usageError} from '../options/usage-error.ts';
import {tell} from '../output/tell.ts';
import {factsOption, requiredSpec, serviceName} from '../options/arguments.ts';

/** `tsbox compile`: prints the plan as a standalone script. */
export const compile = defineCommand({
	name: 'compile',
	describe: 'Print the plan as a POSIX sh script that runs without tsbox',
	examples: [
		['tsbox compile demo.yaml > demo.sh', 'then: sudo sh demo.sh'],
		['tsbox compile --minimal demo.yaml', 'the few commands of a tutorial, and what they leave out'],
		['tsbox compile --facts other-host.json demo.yaml', 'for another host, from its saved facts'],
	],
	options: {
		minimal: {kind: 'flag', describe: 'Print the fewest commands, with a comment for each protection left out'},
		...factsOption,
		...terminalOptions,
		...planOptions,
	},
	positionals: [requiredSpec, serviceName],
	async run({values, positionals: [file, service]}, {io, engine, folders}) {
		const machine = await withFacts(
			await engine.openMachine({...folders, planOnly: true, forRoot: values.minimal}),
			values.facts,
			io,
		);
		const spec = specRequest(io, values, {file, service});
		if (values.minimal) {
			if (asksTty(values) === true) throw usageError('--minimal and -t cannot be combined', undefined, 'compile');
			// The script is for root, whoever asks for it.
			const {capabilities, cgroup} = machine.facts;
			const asRoot = {user: {uid: 0, gid: 0, capabilities}, cgroup: {...cgroup, writable: true, delegated: null}};
			const forRoot = {...machine, facts: {...machine.facts, ...asRoot}};
			io.out(
				await engine.compileMinimal(machine, await engine.planContainer(forRoot, spec, {dry: true, forScript: true})),
			);
			return 0;
		}
		const planned = await engine.planContainer(machine, spec, {
			dry: true,
			forScript: true,
			...present({tty: asksTty(values)}),
		});
		for (const warning of planned.plan.warnings) tell(io, `warning: ${warning}`);
		if (planned.service.record === true)
			io.err('warning: `record` is ignored, because a script cannot record its run\n');
		io.out(await engine.compilePlan(machine, planned));
		return 0;
	},
});
