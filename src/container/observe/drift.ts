import type {Machine} from '../machine/machine.ts';
import type {Host} from '../../host/host.ts';
import {type ProcessView, problemOf, processView, type ReadBack} from '../../execute/check.ts';
import {type ContainerRecord, containerFolder} from '../../state/record.ts';
import {readStartReport} from '../../state/start-report.ts';
import type {Check} from '../../step/verbs/check.ts';
import type {Step} from '../../step/verbs/step.ts';
import {networkDrift} from '../networks/network-drift.ts';
import {hasEnded} from '../machine/has-ended.ts';
import type {Difference, Drift} from '../machine/observed.ts';
import {readInNamespaces} from '../enter/read-in-namespaces.ts';
import {readDevicePrograms} from './device-programs.ts';
import {runningContainer, runs} from '../machine/running-container.ts';

/** A check and its step. */
interface PlannedCheck {
	readonly step: Step;
	readonly check: Check;
}

function isSetting(path: string): boolean {
	return path.startsWith('/proc/sys/');
}

function isLoopback({step, check}: PlannedCheck): boolean {
	return step.id === 'network.loopback' && check.kind === 'readBack';
}

/**
 * Whether a check holds at the start only. The toolbox is needed for the start, and `gc` removes it once the host's tools
 * change. All other checks hold while the container runs.
 */
function isOnlyOfTheStart({step}: PlannedCheck): boolean {
	return step.action.kind === 'copyTools';
}

/** The result of a check; undefined if it passes. */
type Outcome = {readonly problem: string} | {readonly unchecked: string} | undefined;

function loopbackOutcome(igmp: string): Outcome {
	const up = loopbackUp(igmp);
	if (up === undefined) return {unchecked: 'this kernel does not show from outside whether lo is up'};
	return up ? undefined : {problem: 'lo is down'};
}

function outcomeOf(planned: PlannedCheck, host: Host, view: ProcessView, told: ReadBack): Outcome {
	const {check} = planned;
	if (isLoopback(planned)) return loopbackOutcome(view.text('net/igmp'));
	if (check.kind === 'readBack' && !told.values.has(check.path))
		return {
			unchecked: isSetting(check.path)
				? `${check.path} cannot be read`
				: `${check.path} can be read only inside the container's mount namespace`,
		};
	const problem = problemOf(check, host, view, told);
	return problem === undefined ? undefined : {problem};
}

/** The result for a container without a stored plan. A compiled script stores none, and a full disk may have prevented it. */
function withoutPlan({name}: ContainerRecord): Drift {
	return {
		differences: [],
		checked: 0,
		unchecked: [`${name} has no stored plan: it is a compiled script, or the disk was full`],
	};
}

/**
 * Repeats the checks of a container's plan, including limits changed by `update`, against the current state of the kernel, and compares the
 * devices and rules of its networks.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER for a container that is not running, E_STATE, E_PERMISSION.
 */
export async function drift(machine: Machine, name: string): Promise<Drift> {
	const {host, dirs} = machine;
	const record = runningContainer(machine, name);
	const report = readStartReport(host, containerFolder(dirs.state, record.name));
	if (report === undefined) return withoutPlan(record);
	const checks = report.plan.steps
		.flatMap(step => step.checks.map((check): PlannedCheck => ({step, check})))
		.filter(each => !isOnlyOfTheStart(each));
	const settings = checks.flatMap(({check}) =>
		check.kind === 'readBack' && isSetting(check.path) ? [check.path] : [],
	);
	const values = new Map([
		...(await readInNamespaces(machine, record, settings)),
		...(await readDevicePrograms(machine, report.plan.steps)),
	]);
	const told: ReadBack = {values, ids: record.process.ids};
	const view = processView(host, record.process.pid);
	const differences: Difference[] = [];
	const unchecked: string[] = [];
	for (const each of checks) {
		const {id: stepId, title} = each.step;
		const outcome = outcomeOf(each, host, view, told);
		if (outcome === undefined) continue;
		if ('problem' in outcome) differences.push({stepId, title, problem: outcome.problem});
		else unchecked.push(`${title}: ${outcome.unchecked}`);
	}
	const network = await networkDrift(machine, report.plan.steps);
	// After the process has ended, /proc shows nothing or another process with the same pid.
	if (!runs(machine, record)) throw hasEnded(name);
	return {
		differences: [...differences, ...network.differences],
		checked: checks.length - unchecked.length + network.checked,
		unchecked: [...unchecked, ...network.unchecked],
	};
}

/**
 * Whether lo is up, by /proc/PID/net/igmp; undefined when the file does not show it.
 *
 * The flags of lo cannot be read from outside, since sysfs belongs to its mount, and its addresses stay when it goes down. But
 * the kernel adds each interface that comes up to the all-hosts group 224.0.0.1, and removes it when the interface goes down:
 * ip_mc_up and ip_mc_down in net/ipv4/igmp.c. A kernel without CONFIG_IP_MULTICAST has no such file.
 *
 * @param igmp - a line per interface, `1 lo : 1 V3`, followed by a line per group in the byte order of the machine
 */
export function loopbackUp(igmp: string): boolean | undefined {
	if (!igmp.startsWith('Idx')) return undefined;
	const groups = /^\d+\s+lo\s.*\n((?:\s+.*\n?)*)/m.exec(igmp)?.[1] ?? '';
	return /^\s+(?:010000E0|E0000001)\s/m.test(groups);
}
