import {addressNoRandomize} from '../../step/verbs/check.ts';
import type {Step} from '../../step/verbs/step.ts';
import {hasFixedAddresses} from '../input/reproducible.ts';
import type {PlanInput} from '../input/input.ts';

/** The undo of process attributes: they end with the process. */
export const endsWithProcess = {kind: 'none', reason: 'it ends with the process'} as const;

/** The step that turns address space randomization off for a reproducible container, if this host can. */
export function fixedAddresses({extras, facts}: PlanInput): readonly Step[] {
	if (!extras.reproducible || !hasFixedAddresses(facts)) return [];
	return [
		{
			id: 'process.addresses',
			phase: 'hardening',
			side: 'inside',
			title: 'lay its memory out the same each time',
			why: 'Programs that sort by addresses, or print them, then do the same in each run. The flag stays over execve(2); a program that attacks this one knows the addresses, too.',
			man: 'setarch(8)',
			object: 'personality of the process',
			action: {kind: 'fixAddresses'},
			undo: endsWithProcess,
			checks: [{kind: 'personality', flag: addressNoRandomize}],
		},
	];
}

/** The step that uses up process ids, so that `verify` sees a run with different ids. */
export function usedNumbers({usedNumbers: count = 0}: PlanInput): readonly Step[] {
	if (count === 0) return [];
	return [
		{
			id: 'process.numbers',
			phase: 'process',
			side: 'inside',
			title: `use up ${count} process numbers`,
			why: 'What the command starts gets other numbers than in the run before.',
			man: 'pid_namespaces(7)',
			object: null,
			action: {kind: 'useNumbers', count},
			undo: endsWithProcess,
			checks: [],
		},
	];
}
