import {callerFindings} from './caller.ts';
import {kernelFindings} from './kernel.ts';
import {limitFindings} from './limits.ts';
import {programFindings} from './programs.ts';
import type {HostFacts} from '../facts.ts';
import type {Finding} from './finding.ts';

/** All findings for `tsbox doctor`: caller, programs, kernel, and limits. */
export function diagnose(facts: HostFacts): readonly Finding[] {
	return [...callerFindings(facts), ...programFindings(facts), ...kernelFindings(facts), ...limitFindings(facts)];
}

/** Whether this machine can run a plain container: nothing that every start needs is missing. */
export function canRunMainJob(facts: HostFacts): boolean {
	return diagnose(facts).every(({state}) => state !== 'missing');
}
