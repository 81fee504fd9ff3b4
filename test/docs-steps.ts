import {planSamples, type PlannedSample} from '../src/container/plan/plan-example.ts';
import {stepCommand, undoText} from '../src/step/verbs/command.ts';
import type {Step} from '../src/step/verbs/step.ts';
import {checkWords} from '../src/view/plan/check-words.ts';
import {phaseWords} from '../src/view/plan/phase-words.ts';
import {recordingHost} from './support/recording-host.ts';
import {machines, savedFacts} from './support/sample-input.ts';

/* Every step that a plan can have, from plans of the saved machines: docs/steps.md. */

interface Found extends PlannedSample {
	readonly step: Step;
	readonly machine: (typeof machines)[number];
}

/** The newest machine comes first: an older one adds what only it has. */
async function allSteps(): Promise<readonly Found[]> {
	const found = new Map<string, Found>();
	for (const machine of machines.toReversed()) {
		const samples = planSamples({
			host: recordingHost(),
			dirs: {store: '/var/lib/tsbox', state: '/run/tsbox'},
			facts: savedFacts(machine),
			limits: {},
			bestEffort: true,
		});
		for await (const sample of samples)
			for (const step of sample.plan.steps) if (!found.has(step.id)) found.set(step.id, {...sample, step, machine});
	}
	return [...found.values()];
}

const mostLines = 12;
const longest = 240;

/** A section for each step, below a heading for each phase. */
export async function stepSections(): Promise<string> {
	const steps = await allSteps();
	const phases = Object.entries(phaseWords).map(([phase, words]) => {
		const own = steps.filter(({step}) => step.phase === phase);
		return own.length === 0 ? [] : [`## ${phase}: ${words}`, ...own.map(section)];
	});
	return phases.flat().join('\n\n');
}

function section({step, plan, label, machine}: Found): string {
	const {id, title, why, man, object, checks, undo} = step;
	const undone = undoText(step, plan);
	const rows = [
		['read', man],
		...(object === null ? [] : [['makes', object]]),
		...(checks.length === 0
			? []
			: [
					[
						'check',
						someOf(
							checks.map(check => code(short(checkWords(check)))),
							4,
						).join('<br>'),
					],
				]),
		['undo', undo.kind === 'none' ? undone : undone.split('\n').map(code).join('<br>')],
		...(label === '' ? [] : [['with', label]]),
		...(machine === machines.at(-1) ? [] : [['on', `a machine like ${machine}`]]),
	];
	return [
		`### \`${id}\`: ${title.split('\n')[0]}`,
		'',
		why,
		'',
		'```sh no-run: a command of a plan',
		...someOf(stepCommand(step, plan).split('\n').map(short), mostLines),
		'```',
		'',
		'| | |',
		'| --- | --- |',
		...rows.map(([name = '', text = '']) => `| ${name} | ${text.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`),
	].join('\n');
}

const code = (text: string): string => `\`${text}\``;
const short = (line: string): string => (line.length > longest ? `${line.slice(0, longest)} ...` : line);

function someOf(lines: readonly string[], most: number): readonly string[] {
	const more = lines.length - most;
	return more > 1 ? [...lines.slice(0, most), `... and ${more} more`] : lines;
}
