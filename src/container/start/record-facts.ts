import {configHash} from '../../spec/merge/config-hash.ts';
import {containerLabels} from '../../state/compose-labels.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {CgroupKill} from '../../step/verbs/cgroups.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';
import type {FilterLoader} from '../../step/verbs/drop-privileges.ts';
import type {Plan} from '../../step/verbs/step.ts';

/** The cgroups of a plan's container, and how to kill them. */
export function cgroupsOf(plan: Plan): {readonly members: readonly CgroupMember[]; readonly kill: CgroupKill} {
	let members: readonly CgroupMember[] = [];
	let kill: CgroupKill = {kind: 'none'};
	for (const step of plan.steps) {
		for (const check of step.checks) if (check.kind === 'cgroups') members = check.members;
		if (step.undo.kind === 'stop') kill = step.undo.kill;
	}
	return {members, kill};
}

/** A process that enters later is not traced, but asks the agent that the first one asks. */
function entryFilter(filter: FilterLoader | null): FilterLoader | null {
	if (filter === null || filter.agent !== undefined) return filter;
	const {listen: _, ...loader} = filter;
	return loader;
}

/** What the drop of privileges does besides capabilities and ids. */
function confinementOf(plan: Plan): ContainerRecord['confinement'] {
	const drop = plan.steps.flatMap(({action}) => (action.kind === 'dropPrivileges' ? [action] : []))[0];
	return {
		filter: entryFilter(drop?.filter ?? null),
		labels: drop?.args.filter(each => /^--(apparmor-profile|selinux-label)=/.test(each)) ?? [],
		landlock: drop?.landlock ?? [],
		...(drop?.fixedAddresses === true ? {fixedAddresses: true} : {}),
	};
}

/** The labels that Compose sets, if the container is one of a project's. */
function labelsOf({project, made, image}: PlannedContainer): Pick<ContainerRecord, 'labels'> {
	if (project.hasServices !== true) return {};
	const digest = image.kind === 'image' ? image.config : image.kind === 'archive' ? image.digest : undefined;
	return {labels: containerLabels({project, service: made, hash: configHash(made), image: digest})};
}

/** A record without its owner, its times, and its first process. */
export function recordFacts(
	planned: PlannedContainer,
): Omit<ContainerRecord, 'owner' | 'bootId' | 'created' | 'process'> {
	const {service, project, image, config, plan, egress} = planned;
	return {
		schema: 1,
		name: service.name,
		spec: project.file,
		image,
		config,
		stopSignal: service.stopSignal,
		stopGraceMs: service.stopGraceMs,
		...(service.preStop === undefined ? {} : {preStop: service.preStop}),
		...(egress === undefined ? {} : {egress}),
		namespaces: plan.namespaces,
		...(service.ipc === 'shareable' || typeof service.ipc === 'object' ? {sharesIpc: true} : {}),
		...(service.ports.length === 0 ? {} : {ports: service.ports}),
		root: service.root,
		executor: plan.executor,
		cgroups: cgroupsOf(plan).members,
		confinement: confinementOf(plan),
		origins: service.origins,
		...labelsOf(planned),
	};
}
