import type {CgroupMember} from '../verbs/cgroup-member.ts';
import type {Plan} from '../verbs/step.ts';

/** The cgroups in which the checks expect the first process. */
export function cgroupMembers(plan: Plan): readonly CgroupMember[] {
	return plan.steps.flatMap(step => step.checks.flatMap(check => (check.kind === 'cgroups' ? check.members : [])));
}
