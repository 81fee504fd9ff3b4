import type {HostFacts} from '../host/facts.ts';
import type {Plan} from '../step/step.ts';

/** The plan as a POSIX sh script that needs no tsbox. */
export function compilePlan(plan: Plan, _facts: HostFacts): string {
	return plan.name;
}
