import {kernelText} from '../../host/files/kernel-text.ts';
import type {ToolName} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {processCgroups} from '../../host/probe/process-status.ts';
import {type SnapshotTexts, snapshotTexts} from '../../kernel/snapshot-texts.ts';
import type {Action} from '../../step/verbs/action.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';

/** What the kernel showed after a step of a start. */
export interface StepTexts {
	/** The id of the step; null before the first step. */
	readonly step: string | null;
	readonly texts: SnapshotTexts;
}

/** What is known about the first process when a step is done. */
export interface FirstProcess {
	/** Undefined while there is none. */
	readonly pid: number | undefined;
	/** The host name that it told; no file of /proc on the host shows it. */
	readonly hostname: string | undefined;
}

/** Called after each step of a start, while the container side waits. Must not throw. */
export type StepObserver = (stepId: string, first: FirstProcess) => void;

/** The kinds of actions, and the tools inside, that change no more than files, mounts, and the root. */
const mountKinds: readonly Action['kind'][] = [
	'bindTerminal',
	'chroot',
	'copyTools',
	'copyTree',
	'fillVolume',
	'makeVolume',
	'mountPoints',
	'mountTable',
	'openFilter',
	'pivotRoot',
	'touch',
	'unpack',
	'workingDirectory',
];
const mountTools: readonly ToolName[] = ['chmod', 'chown', 'cp', 'mount', 'rmdir', 'umount'];

/** Whether the rest need not be read again after a step. */
function changesMountsAtMost({action}: Step): boolean {
	return action.kind === 'run' ? mountTools.includes(action.tool) : mountKinds.includes(action.kind);
}

/**
 * Keeps what the kernel shows after each step: of the first process once there is one, and before of this process, together with
 * the cgroups that are made for the container.
 */
export function stepSnapshots(
	host: Host,
	plan: Plan,
	members: readonly CgroupMember[],
): {readonly afterStep: StepObserver; readonly kept: readonly StepTexts[]} {
	const read = snapshotTexts(host, {usage: false});
	const kept: StepTexts[] = [];
	const keep = (step: Step | undefined, {pid, hostname}: FirstProcess): void => {
		const before = kept.at(-1)?.texts;
		const same = before?.['pid'] === String(pid ?? process.pid) ? before : undefined;
		const texts = read(pid ?? process.pid, {
			...(pid === undefined ? {cgroups: table => withMembers(host, table, members)} : {}),
			since: step !== undefined && changesMountsAtMost(step) ? same : undefined,
			sameLimits: step?.side === 'inside' ? same : undefined,
		});
		if (texts === undefined) return;
		kept.push({step: step?.id ?? null, texts: hostname === undefined ? texts : {...texts, hostname}});
	};
	keep(undefined, {pid: undefined, hostname: undefined});
	return {
		kept,
		afterStep: (id, first) => {
			const step = plan.steps.find(each => each.id === id);
			// Before its first line, the pid of the first process is unknown. After the last step, the command runs and does as it likes.
			const isSeen = first.pid !== undefined || (step?.side === 'before' && step.action.kind !== 'start');
			if (step !== undefined && isSeen && step.action.kind !== 'exec') keep(step, first);
		},
	};
}

/** A table of cgroups with the container's in place of this process's. One that is not made yet is left out. */
function withMembers(host: Host, table: string, members: readonly CgroupMember[]): string {
	return processCgroups(table)
		.flatMap(({controllers, path}, index) => {
			const member = members.find(({controller}) => controllers.includes(controller));
			if (member !== undefined && kernelText(host, `${member.path}/cgroup.procs`) === undefined) return [];
			return [`${index}:${controllers.join(',')}:${member?.cgroup ?? path}`];
		})
		.join('\n');
}
