import {defineCommand} from '../verb/command.ts';
import {lookOf} from '../output/look-of.ts';
import {usageError} from '../options/usage-error.ts';
import {jsonText} from '../../view/text/json.ts';
import {jsonOption} from '../options/arguments.ts';

/** `tsbox doctor`: shows what this machine supports and how to fix what is missing. */
export const doctor = defineCommand({
	name: 'doctor',
	describe: 'Show what this machine supports and how to fix what is missing',
	examples: [
		['tsbox doctor', 'a table; the configuration is at the end'],
		['tsbox doctor --json', 'the findings as data'],
		['tsbox doctor --facts > here.json', 'save facts for plan --facts on another machine'],
	],
	options: {
		...jsonOption,
		facts: {kind: 'flag', describe: 'Print the facts of this host, for plan --facts'},
	},
	positionals: [],
	async run({values}, {io, engine, folders}) {
		if (values.json && values.facts) throw usageError('--json and --facts cannot be combined', undefined, 'doctor');
		const machine = await engine.openMachine(folders);
		if (values.facts) {
			const {saveFacts} = await import('../../host/facts/saved-facts.ts');
			io.out(saveFacts(machine.facts));
			return 0;
		}
		const [
			{diagnose},
			{executorFinding},
			{frontFinding},
			{joinFinding},
			{skopeoFinding},
			{networkFinding},
			{configFindings},
		] = await Promise.all([
			import('../../host/diagnose/diagnose.ts'),
			import('../../step/calls/executor-finding.ts'),
			import('../../step/calls/front-finding.ts'),
			import('../../kernel/join-finding.ts'),
			import('../../image/pull/skopeo-finding.ts'),
			import('../../container/networks/network-finding.ts'),
			import('../../container/machine/config-findings.ts'),
		]);
		const joining = joinFinding(machine.host);
		const findings = [
			...diagnose(machine.facts),
			...(joining === undefined ? [] : [joining]),
			executorFinding(machine.facts),
			frontFinding(machine.facts, io.env),
			skopeoFinding(machine.host, machine.facts.packageManager),
			await networkFinding(machine.host, machine.facts),
			...configFindings(machine.configured ?? [], io.cwd),
		];
		if (values.json) io.out(jsonText(findings, 2));
		else {
			const {doctorTable} = await import('../../view/lists/doctor-table.ts');
			await io.page(doctorTable(findings, await lookOf(io, 'stdout', findings)));
		}
		return findings.some(finding => finding.state === 'missing') ? 1 : 0;
	},
});
