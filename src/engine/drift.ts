import {type ProcessView, problemOf, processView, type Told} from '../run/check.ts';
import {type ContainerRecord, containerFolder} from '../state/record.ts';
import {readStory} from '../state/start-story.ts';
import type {Check} from '../step/check.ts';
import type {Step} from '../step/step.ts';
import {hasEnded} from './has-ended.ts';
import type {Difference, Drift} from './observed.ts';
import {readInNamespaces} from './read-in-namespaces.ts';
import {runningContainer, runs} from './running-container.ts';
import type {Machine} from './types.ts';

/** A check with the step that it belongs to. */
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
 * A folder on the host that the start was made from is nothing that the container has: once its command runs, its mounts hold
 * what is in it, and `gc` removes the tools of before an upgrade. Its cgroups are folders too, and are its own.
 */
function isOnlyOfTheStart({step, check}: PlannedCheck): boolean {
	return check.kind === 'folder' && step.phase !== 'cgroup';
}

/**
 * sysfs belongs to its mount, so its flags of lo can't be read from outside. But the kernel gives lo its addresses when it
 * goes up and takes them when it goes down (inetdev_event in net/ipv4/devinet.c), and /proc/PID/net, the host's own mount,
 * shows the tables of the process's namespace.
 */
function loopbackProblem(view: ProcessView): string | undefined {
	const up =
		/\b127\.0\.0\.1\s[^|]*\/32 host LOCAL/.test(view.text('net/fib_trie')) || / lo$/m.test(view.text('net/if_inet6'));
	return up ? undefined : 'lo has no address, as when it is down';
}

/** Why a check can't be made, in words; undefined where it can. */
function uncheckedBecause({step, check}: PlannedCheck, told: Told): string | undefined {
	if (check.kind !== 'readBack' || told.values.has(check.path)) return undefined;
	return isSetting(check.path)
		? `${step.title}: ${check.path} can't be read`
		: `${step.title}: only a process in the container's mounts could read ${check.path}`;
}

/** What nobody has a plan of can't be compared: a compiled script keeps none, and a full disk may have cost it. */
function withoutPlan({name}: ContainerRecord): Drift {
	return {
		differences: [],
		checked: 0,
		unchecked: [`no plan of ${name} was kept: a compiled script keeps none, and a full disk costs it`],
	};
}

/**
 * Makes the checks of a container's plan again, as it was carried out or changed by `update`, against what the kernel shows
 * by now.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER for one that does not run, E_STATE, E_PERMISSION.
 */
export async function drift(machine: Machine, name: string): Promise<Drift> {
	const {host, dirs} = machine;
	const record = runningContainer(machine, name);
	const story = readStory(host, containerFolder(dirs.state, record.name));
	if (story === undefined) return withoutPlan(record);
	const checks = story.plan.steps
		.flatMap(step => step.checks.map((check): PlannedCheck => ({step, check})))
		.filter(each => !isOnlyOfTheStart(each));
	const settings = checks.flatMap(({check}) =>
		check.kind === 'readBack' && isSetting(check.path) ? [check.path] : [],
	);
	const told: Told = {values: await readInNamespaces(machine, record, settings), ids: record.process.ids};
	const view = processView(host, record.process.pid);
	const differences: Difference[] = [];
	const unchecked: string[] = [];
	for (const each of checks) {
		const {step, check} = each;
		const why = isLoopback(each) ? undefined : uncheckedBecause(each, told);
		if (why !== undefined) {
			unchecked.push(why);
			continue;
		}
		const problem = isLoopback(each) ? loopbackProblem(view) : problemOf(check, host, view, told);
		if (problem !== undefined) differences.push({stepId: step.id, title: step.title, problem});
	}
	// Of a process that ends meanwhile /proc shows nothing any more, and its number may be another's.
	if (!runs(machine, record)) throw hasEnded(name);
	return {differences, checked: checks.length - unchecked.length, unchecked};
}
