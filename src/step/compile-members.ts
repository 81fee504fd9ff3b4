import type {CgroupMember} from './cgroup-member.ts';
import type {Plan} from './step.ts';

/** The cgroups that a check finds the first process in. */
export function cgroupMembers(plan: Plan): readonly CgroupMember[] {
	return plan.steps.flatMap(step => step.checks.flatMap(check => (check.kind === 'cgroups' ? check.members : [])));
}
