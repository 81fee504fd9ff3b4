import {callerFindings} from './caller.ts';
import {kernelFindings} from './kernel.ts';
import {limitFindings} from './limits.ts';
import {programFindings} from './programs.ts';
import type {HostFacts} from '../facts.ts';
import type {Finding} from './finding.ts';

/** What the machine has and lacks, for `tsbox doctor`: the caller first, then programs, kernel and limits. */
export function diagnose(facts: HostFacts): readonly Finding[] {
	return [...callerFindings(facts), ...programFindings(facts), ...kernelFindings(facts), ...limitFindings(facts)];
}

/** Whether a plain container can be run here: nothing that each start needs is missing. */
export function canRunMainJob(facts: HostFacts): boolean {
	return diagnose(facts).every(({state}) => state !== 'missing');
}
