import type {CgroupMember} from '../verbs/cgroup-member.ts';
import type {CgroupKill} from '../verbs/cgroups.ts';
import type {Plan} from '../verbs/step.ts';

/** The cgroups in which the checks expect the first process. */
export function cgroupMembers(plan: Plan): readonly CgroupMember[] {
	return plan.steps.flatMap(step => step.checks.flatMap(check => (check.kind === 'cgroups' ? check.members : [])));
}

/** How to kill all processes of the container: what undoes the start of its first one. */
export function killOfPlan({steps}: Plan): CgroupKill {
	return steps.flatMap(({undo}) => (undo.kind === 'stop' ? [undo.kill] : []))[0] ?? {kind: 'none'};
}
