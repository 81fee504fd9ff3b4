import {TsboxError} from '../errors/tsbox-error.ts';
import {callTrouble} from '../step/calls/call-trouble.ts';
import {chosenExecutor} from '../step/calls/chosen-executor.ts';
import type {Plan} from '../step/verbs/step.ts';
import {toolboxFolder} from '../host/programs/sealed-tools.ts';
import {namespacesOf, type PlanInput} from './input/input.ts';
import {planBare} from './bare/plan-bare.ts';
import {hiddenWarnings} from './mounts/hide-rows.ts';
import {checkToolbox, toolsStep} from './process/tools-step.ts';
import {asideSteps, planCgroup} from './cgroup/plan-cgroup.ts';
import {onlyV1Warnings} from './cgroup/v1-settings.ts';
import {planMounts} from './mounts/plan-mounts.ts';
import {checkSysctls, planProcess, reaperOf, rootOnly} from './process/plan-process.ts';
import {planRootfs} from './rootfs/plan-rootfs.ts';
import {planSecurity} from './security/plan-security.ts';
import {joinedSteps} from './process/joined-steps.ts';
import {planStart} from './process/plan-start.ts';
import {planNetwork} from './network/plan-network.ts';
import {planVolumes, volumeWarnings} from './volumes/plan-volumes.ts';
import {protections} from './security/protections.ts';
import {hasFixedAddresses} from './input/reproducible.ts';
import {shortfalls} from './input/unsupported.ts';

/**
 * Plans, step by step, how to make this container on this host. Pure: the same input gives the same plan.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED, E_SPEC_INVALID for what this host cannot do.
 */
export function planContainer(input: PlanInput): Plan {
	const {extras, facts} = input;
	checkToolbox(facts);
	if (extras.bare !== undefined) return planBare(input, extras.bare);
	checkSysctls(input);
	const missing = shortfalls(input.bestEffort);
	const {bound} = reaperOf(input);
	const security = planSecurity(input, missing);
	const cgroup = planCgroup(input, missing);
	const network = planNetwork(input.networks ?? null, input.map);
	const {start, enter} = planStart(input, cgroup);
	const {steps: mounts, unstage} = planMounts(input, cgroup, toolboxFolder(facts, input.folders.store), bound, {
		enter,
		steps: rootOnly(input),
	});
	const steps = [
		...(input.toolsSealed ? [] : [toolsStep(facts, input.folders.store)]),
		...planRootfs(input),
		...planVolumes(input),
		...network.before,
		...cgroup.steps,
		start,
		...joinedSteps(input.joined ?? []),
		...(cgroup.attach ?? []),
		...mounts,
		...network.beside,
		...security.steps,
		...unstage,
		...asideSteps(input, cgroup),
		...planProcess(input, missing, security),
	];
	const executor = chosenExecutor(input.executor, () => callTrouble(steps, input.facts));
	// As commands the step would do nothing.
	if (executor === 'commands' && steps.some(({action}) => action.kind === 'attachDevices'))
		throw new TsboxError('E_HOST_UNSUPPORTED', '`device_cgroup_rules` needs the executor of calls', {
			why: callTrouble(steps, input.facts) ?? 'a program that says which devices open is attached by bpf(2)',
			hint: 'name the devices with `devices`',
		});
	return {
		schema: 1,
		name: extras.name,
		spec: input.spec,
		namespaces: namespacesOf(input),
		executor,
		steps,
		warnings: [
			...privilegedWarning(input),
			...sharedIds(input),
			...hiddenWarnings(input),
			...volumeWarnings(input),
			...onlyV1Warnings(input),
			...extras.warnings,
			...randomAddresses(input),
			...missing.warnings,
		],
		protections: protections(input, security),
	};
}

/** The first warning, because `privileged` cancels the protection of all other steps. */
function privilegedWarning({extras}: PlanInput): readonly string[] {
	if (!extras.privileged) return [];
	return [
		'PRIVILEGED: this container has all capabilities, no seccomp filter and the kernel files of the host; root in it is root of this machine',
	];
}

/** Warns about users who share the subordinate id range: the range does not isolate the container from them. */
function sharedIds({map, facts}: PlanInput): readonly string[] {
	const {sharers} = facts.userNamespace;
	if (map === null || map.kind === 'single' || sharers.length === 0) return [];
	return [
		`the ids of this container are not its own: ${sharers.join(', ')} on this host ${sharers.length === 1 ? 'has' : 'have'} some of them too, by /etc/subuid or as an account`,
	];
}

function randomAddresses({extras, facts}: PlanInput): readonly string[] {
	if (!extras.reproducible || hasFixedAddresses(facts)) return [];
	return ['not reproducible: this host has no setarch that fixes addresses'];
}
