import type {Device, LandlockRule, Service} from '../spec/model/project.ts';
import {reproducibleWarnings} from '../spec/keys/reproducible.ts';
import {memoryWarnings} from '../spec/project/memory-warnings.ts';
import {portWarnings} from '../spec/project/port-warnings.ts';

/** What a plan needs to know of a container that the OCI runtime configuration has no word for. */
export interface Extras {
	/** The container's name. */
	readonly name: string;
	/** `USER[:GROUP]`, by name or number: names are looked up in the image. Root without. */
	readonly user?: string;
	/** Supplementary groups, by name or number. */
	readonly groups: readonly string[];
	/** The folder that the command starts in, which is made where it is missing. */
	readonly workingDir?: string;
	/** How the root is changed: pivot_root(2), or chroot(2) alone. */
	readonly root: 'pivot' | 'chroot';
	/** The writable layer stays for the next start. */
	readonly keep: boolean;
	/** A reaper is process 1. */
	readonly init: boolean;
	readonly privileged: boolean;
	readonly reproducible: boolean;
	/** Devices of the host, by their paths. */
	readonly devices: readonly Device[];
	readonly landlock?: readonly LandlockRule[];
	/** The capabilities that were asked for by name; `ALL` may be among them. */
	readonly addedCapabilities: readonly string[];
	/** The cgroup lies below a parent that was named. */
	readonly hasCgroupParent: boolean;
	/** What is to be said of the container before it is started. */
	readonly warnings: readonly string[];
}

/**
 * The part of a service that {@link toOciConfig} can't carry.
 *
 * @param memory - the memory of the machine, bytes; undefined where it is not known
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
		addedCapabilities: service.capAdd,
		hasCgroupParent: service.cgroupParent !== undefined,
		warnings: [...memoryWarnings(service, memory), ...portWarnings(service), ...reproducibleWarnings(service)],
	};
}
