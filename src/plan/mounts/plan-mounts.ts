import type {Step} from '../../step/verbs/step.ts';
import {afterRows} from './after-rows.ts';
import {beforeRows} from './before-rows.ts';
import {changeRoot} from './change-root.ts';
import {gatherSteps, takenFrom} from './gather.ts';
import {containerPaths, namespacesOf, newNamespaces, type PlanInput} from '../input/input.ts';
import {hideRows} from './hide-rows.ts';
import {type InsideStep, insideStep} from '../input/inside-step.ts';
import {kernelSettings} from './kernel-settings.ts';
import {pointSteps} from './mount-points.ts';
import {hideHost, mountAfter, mountBefore} from './mount-tables.ts';
import type {CgroupPlan} from '../cgroup/plan-cgroup.ts';
import {prepareStage} from './prepare-stage.ts';
import {readonlyRoot} from './readonly-root.ts';
import {releaseStage} from './release-stage.ts';
import {stagedSources} from './staged-sources.ts';

/** Plans the mounts phase: every mount that the container sees, up to the read-only root. */
export function planMounts(
	input: PlanInput,
	cgroup: CgroupPlan,
	toolbox: string,
	reaper: string | null,
	outside: {readonly enter: Step | null; readonly steps: readonly Step[]},
): {readonly steps: readonly Step[]; readonly unstage: readonly Step[]} {
	const namespaces = namespacesOf(input);
	const own = namespaces.includes('mount');
	const loopback = own && newNamespaces(input).includes('network');
	const controllers = cgroup.members.map(member => member.controller);
	const sources = {toolbox, conf: containerPaths(input).state, staged: stagedSources(input, reaper)};
	const taken = takenFrom(input, sources);
	const before = beforeRows(input, taken, loopback);
	const hide = hideRows(input);
	const after = afterRows(input, sources.staged, controllers);
	const inRoot = [...hide, ...after];
	const inside = insideStep({
		kind: 'none',
		reason: own ? 'it goes with the mount namespace' : 'it goes when the root is unmounted',
	});
	return {
		steps: [
			...gatherSteps(input, inside, sources, outside),
			mountBefore(input, inside, before, inRoot),
			...prepareStage(input, inside, taken.staged),
			...changeRoot(input, inside),
			...hideHost(input, inside, hide),
			...kernelSettings(input, inside, loopback),
			...pointSteps(input, inside),
			...mountAfter(input, inside, after),
			...workingDirectory(input, inside),
			...readonlyRoot(input, inside, after),
		],
		unstage: releaseStage(input, inside, before, inRoot),
	};
}

function workingDirectory({extras}: PlanInput, inside: InsideStep): readonly Step[] {
	const path = extras.workingDir;
	if (path === undefined || path === '/') return [];
	return [
		inside('process.directory', `see that ${path} is there`, 'The command starts in it.', 'mkdir(1)', {
			phase: 'mounts',
			action: {kind: 'workingDirectory', path},
			undo: {kind: 'none', reason: 'it goes with the writable layer'},
		}),
	];
}
