import {TsboxError} from '../../errors/tsbox-error.ts';
import type {OciConfig, OciDeviceRule, OciMount, OciSeccomp} from '../../oci/config.ts';
import type {DeviceFacts} from '../../plan/input/input.ts';
import type {Device} from '../../spec/model/project.ts';
import type {FoundUser} from './find-user.ts';

/** What a bundle's configuration is made from besides the container's. */
export interface BundleParts {
	/** The ids of the command, looked up in the root filesystem. */
	readonly user: FoundUser;
	/** Files of the bundle that are mounted read-only. */
	readonly files: readonly {readonly target: string; readonly source: string}[];
	/** Null for no filter. */
	readonly seccomp: OciSeccomp | null;
	readonly devices: readonly {readonly device: Device; readonly facts: DeviceFacts}[];
	/** It may open every device. */
	readonly privileged: boolean;
	/** The folder of a volume in the bundle, relative to it, by the source of its mount. */
	readonly volumes: ReadonlyMap<string, string>;
	readonly hostname: string;
	/** Added to those of the container. */
	readonly annotations: Readonly<Record<string, string>>;
}

/**
 * The `config.json` of a bundle; OCI runtime-spec 1.0, bundle.md and config.md. Its version is the oldest one that has all that it says, so
 * that each runtime takes it.
 *
 * @throws TsboxError E_SPEC_INVALID for a seccomp profile with numbers that JSON cannot hold.
 */
export function bundleConfig(config: OciConfig, parts: BundleParts): unknown {
	const {process, linux, root, mounts, annotations = {}} = config;
	const {cgroupsPath: _, seccomp: __, ...kept} = linux;
	return {
		ociVersion: '1.0.2',
		process: {
			...process,
			user: {
				...process.user,
				uid: parts.user.uid,
				gid: parts.user.gid,
				additionalGids: isOneId(linux) ? [] : parts.user.groups,
			},
			env: withHome(process.env, parts.user.home),
		},
		root: {path: 'rootfs', readonly: root.readonly},
		hostname: parts.hostname,
		...(config.domainname === undefined ? {} : {domainname: config.domainname}),
		mounts: [
			...mounts.map(mount => withVolume(withKnownGroup(withNodes(mount), linux), parts.volumes)),
			...parts.files.map(({target, source}) => ({
				destination: target,
				type: 'bind',
				source,
				options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'],
			})),
		],
		annotations: {...annotations, ...parts.annotations},
		linux: {
			...kept,
			// The clocks of a time namespace without offsets are those of the host, and runc 1.1 knows no time namespaces.
			namespaces: kept.namespaces.filter(({type}) => type !== 'time'),
			resources: {
				...kept.resources,
				devices: deviceRules(kept.resources.devices, parts),
			},
			...(parts.devices.length === 0
				? {}
				: {
						devices: parts.devices.map(({device, facts}) => ({
							path: device.target,
							type: facts.type,
							major: facts.major,
							minor: facts.minor,
						})),
					}),
			...(parts.seccomp === null ? {} : {seccomp: withNumbers(parts.seccomp)}),
		},
	};
}

/** What may be opened, in order; the devices that each container has are let in by the runtime. */
function deviceRules(
	asked: OciConfig['linux']['resources']['devices'] = [],
	{devices, privileged}: BundleParts,
): readonly OciDeviceRule[] {
	if (privileged) return [{allow: true, type: 'a', access: 'rwm'}];
	return [
		{allow: false, type: 'a', access: 'rwm'},
		...devices.map(({device: {permissions}, facts: {type, major, minor}}) => ({
			allow: true,
			type,
			major,
			minor,
			access: permissions,
		})),
		// The kernel takes `a` for all devices, whatever number stands behind it.
		...asked.flatMap(rule => (rule.type === 'a' ? (['c', 'b'] as const).map(type => ({...rule, type})) : [rule])),
	];
}

/** Runtimes make the nodes of devices in /dev, where tsbox mounts those of the host. */
function withNodes(mount: OciMount): OciMount {
	if (mount.destination !== '/dev') return mount;
	return {...mount, options: mount.options.filter(option => option !== 'nodev')};
}

/** Whether an ordinary user without subordinate ids maps its own alone: setgroups(2) is denied there. */
function isOneId({gidMappings: [first, ...more] = []}: OciConfig['linux']): boolean {
	return first?.size === 1 && more.length === 0;
}

/** A group that the user namespace does not have cannot own a terminal. */
function withKnownGroup(mount: OciMount, {gidMappings}: OciConfig['linux']): OciMount {
	const isKnown = (gid: number): boolean =>
		gidMappings?.some(({containerID, size}) => gid >= containerID && gid < containerID + size) ?? true;
	return {
		...mount,
		options: mount.options.filter(option => !option.startsWith('gid=') || isKnown(Number(option.slice('gid='.length)))),
	};
}

function withHome(env: readonly string[], home: string): readonly string[] {
	return env.some(each => each.startsWith('HOME=')) ? env : [...env, `HOME=${home}`];
}

/** A volume lies in the bundle: a relative source begins there. */
function withVolume(mount: OciMount, volumes: BundleParts['volumes']): OciMount {
	const source = volumes.get(mount.source);
	return source === undefined ? mount : {...mount, source};
}

function withNumbers(seccomp: OciSeccomp): unknown {
	const number = (value: bigint): number => {
		if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
		throw new TsboxError('E_SPEC_INVALID', `the seccomp profile compares with ${value}`, {
			why: 'JSON readers do not keep numbers above 2^53',
			hint: 'compare with SCMP_CMP_MASKED_EQ, whose mask and value can be smaller',
		});
	};
	return {
		...seccomp,
		syscalls: seccomp.syscalls.map(({args, ...rule}) => ({
			...rule,
			...(args === undefined
				? {}
				: {
						args: args.map(({value, valueTwo, ...arg}) => ({
							...arg,
							value: number(value),
							valueTwo: number(valueTwo),
						})),
					}),
		})),
	};
}
