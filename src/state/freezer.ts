import type {Host} from '../host/host.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {type ContainerRecord, stateOf} from './record.ts';

/** A cgroup whose processes the kernel can hold. */
export interface Freezer {
	/** 2: cgroup.freeze and cgroup.events, cgroup-v2.rst. 1: freezer.state, cgroup-v1/freezer-subsystem.rst. */
	readonly version: 1 | 2;
	readonly path: string;
}

/**
 * The freezers of a container, the better one first. Where both are there the second version is better: a process that
 * it holds can still be killed, so whatever ends a container ends a paused one too.
 */
export function freezersOf(host: Host, members: readonly CgroupMember[]): readonly Freezer[] {
	const of = (controller: string, file: string): readonly string[] =>
		members
			.filter(member => member.controller === controller && host.lstat(`${member.path}/${file}`) !== undefined)
			.map(({path}) => path);
	return [
		// cgroup.freeze is there since Linux 5.2.
		...of('', 'cgroup.freeze').map(path => ({version: 2 as const, path})),
		...of('freezer', 'freezer.state').map(path => ({version: 1 as const, path})),
	];
}

/** Whether the kernel holds every process of the cgroup, for its own sake or for that of a group above. */
export function isFrozen(host: Host, {version, path}: Freezer): boolean {
	return version === 2
		? /^frozen 1$/m.test(host.readText(`${path}/cgroup.events`) ?? '')
		: host.readText(`${path}/freezer.state`)?.trim() === 'FROZEN';
}

/** Whether the kernel was told to hold this very cgroup, be it done or not. */
export function isToFreeze(host: Host, {version, path}: Freezer): boolean {
	return host.readText(`${path}/${version === 2 ? 'cgroup.freeze' : 'freezer.self_freezing'}`)?.trim() === '1';
}

/** The states of a container: `paused` runs too, and its processes are held. */
export type ContainerState = ReturnType<typeof stateOf> | 'paused';

/** The state as {@link stateOf} has it, with what the freezer of its cgroup shows. */
export function shownState(host: Host, record: ContainerRecord): ContainerState {
	const state = stateOf(host, record);
	const paused = state === 'running' && freezersOf(host, record.cgroups).some(each => isFrozen(host, each));
	return paused ? 'paused' : state;
}
