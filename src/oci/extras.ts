import type {Device, LandlockRule, Service} from '../spec/model/project.ts';
import {dropsPrivileges} from '../spec/keys/bare.ts';
import {reproducibleWarnings} from '../spec/keys/reproducible.ts';
import {blankWarnings} from '../spec/project/blank-warnings.ts';
import {memoryWarnings} from '../spec/project/memory-warnings.ts';
import {portWarnings} from '../spec/project/port-warnings.ts';

/** The facts about a container that a plan needs and the OCI runtime configuration cannot express. */
export interface Extras {
	readonly name: string;
	/** `USER[:GROUP]`, by name or number; names are looked up in the image. Default: root. */
	readonly user?: string;
	/** Supplementary groups, by name or number. */
	readonly groups: readonly string[];
	/** The command's working directory; created when missing. */
	readonly workingDir?: string;
	/** How the container's root is entered: pivot_root(2), or chroot(2) alone. */
	readonly root: 'pivot' | 'chroot';
	/** The writable layer survives until the next start. */
	readonly keep: boolean;
	/** Process 1 is an init that reaps zombies. */
	readonly init: boolean;
	readonly privileged: boolean;
	readonly reproducible: boolean;
	/** Host devices by path. */
	readonly devices: readonly Device[];
	readonly landlock?: readonly LandlockRule[];
	/** The capabilities that the spec adds by name, possibly `ALL`. */
	readonly addedCapabilities: readonly string[];
	/** The spec names a parent cgroup. */
	readonly hasCgroupParent: boolean;
	/** Root of the container may make cgroups below its own. */
	readonly writableCgroups?: true;
	/** Nothing is made but what the spec asks for. */
	readonly bare?: {readonly overlay: boolean; readonly veth?: string; readonly drops: boolean};
	/** Warnings to print before the container starts. */
	readonly warnings: readonly string[];
}

/**
 * The part of a service that {@link toOciConfig} cannot express.
 *
 * @param memory - the machine's memory, bytes; undefined when unknown
 */
export function extrasOf(service: Service, memory: number | undefined): Extras {
	const {user, workingDir, landlock} = service;
	return {
		name: service.name,
		...(user === undefined ? {} : {user}),
		groups: service.groupAdd,
		...(workingDir === undefined ? {} : {workingDir}),
		root: service.root,
		keep: service.keep,
		init: service.init,
		privileged: service.privileged,
		reproducible: service.reproducible === true,
		devices: service.devices,
		...(landlock === undefined ? {} : {landlock}),
		addedCapabilities: service.profile === 'bare' ? [...service.capAdd, 'ALL'] : service.capAdd,
		hasCgroupParent: service.cgroupParent !== undefined,
		...(service.security.writableCgroups === true ? {writableCgroups: true as const} : {}),
		...(service.profile === 'bare' ? {bare: bareOf(service)} : {}),
		warnings: [
			...blankWarnings(service),
			...memoryWarnings(service, memory),
			...portWarnings(service),
			...reproducibleWarnings(service),
		],
	};
}

/** What a bare container has besides its namespaces. */
function bareOf(service: Service): NonNullable<Extras['bare']> {
	const {overlay = false, veth} = service;
	return {overlay, drops: dropsPrivileges(service), ...(veth === undefined ? {} : {veth})};
}
