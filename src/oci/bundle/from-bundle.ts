import {posix} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {BundleConfig} from '../../spec/bundle/bundle-config.ts';
import type {BundleProcess} from '../../spec/bundle/bundle-process.ts';
import {present} from '../../spec/syntax/pick.ts';
import {capabilityNames} from '../capabilities.ts';
import {hookKinds, type OciConfig, type OciHooks, type OciMount, type OciProcess} from '../config.ts';
import {resourcesOf} from './bundle-resources.ts';
import {checkMappings} from './id-mappings.ts';
import {withIdmapOption} from './idmap-option.ts';

/** What the machine decides about the configuration of a bundle. */
export interface BundlePlace {
	/** The path of the root filesystem without symlinks. */
	readonly root: string;
	/** The folder of the bundle, which relative sources of bind mounts begin in. */
	readonly folder: string;
	/** The control group from the root of its hierarchies: `/docker/ID`. */
	readonly cgroup: string;
	readonly onV2: boolean;
	/** The kernel runs SELinux, so that `linux.mountLabel` says something. */
	readonly hasSelinux: boolean;
	/** The capabilities that the kernel knows. */
	readonly capabilities: readonly string[];
}

/**
 * The configuration of a bundle in the form that a plan is made from.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a member that no step of a plan can hold to, by its name.
 */
export function fromBundle(bundle: BundleConfig, place: BundlePlace): OciConfig {
	refuseUnsupported(bundle);
	checkMappings(bundle);
	const {linux, hooks} = bundle;
	return {
		ociVersion: bundle.ociVersion,
		process: processOf(bundle.process, place.capabilities),
		root: {path: place.root, readonly: bundle.root.readonly},
		...present({
			hostname: bundle.hostname === '' ? undefined : bundle.hostname,
			domainname: bundle.domainname === '' ? undefined : bundle.domainname,
		}),
		mounts: seen(
			bundle.mounts.map(mount => labeled(withIdmapOption(mountOf(mount, place.folder), linux), bundle, place)),
		),
		annotations: bundle.annotations,
		...(hooks === undefined ? {} : {hooks: hooksOf(hooks)}),
		linux: {
			namespaces: linux.namespaces.map(({type, path}) => ({
				type,
				...(path === undefined || path === '' ? {} : {path}),
			})),
			cgroupsPath: place.cgroup,
			resources: linux.resources === undefined ? {files: []} : resourcesOf(linux.resources, place.onV2),
			sysctl: linux.sysctl,
			...(linux.uidMappings.length === 0 ? {} : {uidMappings: linux.uidMappings, gidMappings: linux.gidMappings}),
			maskedPaths: linux.maskedPaths,
			readonlyPaths: linux.readonlyPaths,
			...present({
				personality: linux.personality?.domain,
				rootfsPropagation: linux.rootfsPropagation === '' ? undefined : linux.rootfsPropagation,
			}),
			...offsetsOf(linux),
			devices: linux.devices.map(({path, type, major, minor, fileMode, uid, gid}) => ({
				path,
				type: type === 'u' ? 'c' : type,
				major,
				minor,
				mode: (fileMode ?? 0o666) & 0o7777,
				uid: uid ?? 0,
				gid: gid ?? 0,
			})),
		},
	};
}

/** The process of a bundle. Capabilities that the kernel does not know cannot be given, and are left out, as config.md has it. */
export function processOf(process: BundleProcess, known: readonly string[]): OciProcess {
	const names = (set: readonly string[] = []): readonly string[] => {
		const wanted = set.map(name => name.toUpperCase());
		return capabilityNames.filter(name => wanted.includes(name) && known.includes(name));
	};
	const {capabilities: sets, user} = process;
	const [permitted, inheritable] = [names(sets?.permitted), names(sets?.inheritable)];
	return {
		terminal: process.terminal,
		user: {uid: user.uid, gid: user.gid, additionalGids: user.additionalGids, ...present({umask: user.umask})},
		args: process.args,
		env: process.env,
		cwd: process.cwd,
		capabilities: {
			bounding: names(sets?.bounding),
			effective: names(sets?.effective),
			permitted,
			inheritable,
			// The kernel raises no others (capabilities(7)); runc leaves them out too, and its own template asks for some.
			ambient: names(sets?.ambient).filter(name => permitted.includes(name) && inheritable.includes(name)),
		},
		rlimits: process.rlimits.map(({type, soft, hard}) => ({type, soft: limited(soft), hard: limited(hard)})),
		noNewPrivileges: process.noNewPrivileges,
		...present({
			apparmorProfile: process.apparmorProfile === '' ? undefined : process.apparmorProfile,
			selinuxLabel: process.selinuxLabel === '' ? undefined : process.selinuxLabel,
			oomScoreAdj: process.oomScoreAdj,
			consoleSize: process.consoleSize,
			scheduler: process.scheduler,
			ioPriority: process.ioPriority,
			execCPUAffinity: process.execCPUAffinity && present(process.execCPUAffinity),
		}),
	};
}

/**
 * The clocks of a new time namespace.
 *
 * @throws TsboxError E_SPEC_INVALID without a new one: those of another have started.
 */
function offsetsOf({timeOffsets = {}, namespaces}: BundleConfig['linux']): Pick<OciConfig['linux'], 'timeOffsets'> {
	const clocks = (['monotonic', 'boottime'] as const).flatMap(clock => {
		const offset = timeOffsets[clock];
		return offset === undefined ? [] : [{clock, ...offset}];
	});
	if (clocks.length === 0) return {};
	if (!namespaces.some(({type, path}) => type === 'time' && (path ?? '') === ''))
		throw new TsboxError('E_SPEC_INVALID', 'linux.timeOffsets needs a new time namespace', {
			why: 'the clocks of the host, and those of a namespace in which processes run, cannot be set',
			hint: 'add {"type": "time"} to `linux.namespaces`, or take `linux.timeOffsets` out',
		});
	return {timeOffsets: clocks};
}

/** 2^64 - 1 is RLIM_INFINITY. */
function limited(value: number): number {
	return value < 0 || value >= 2 ** 63 ? -1 : value;
}

function mountOf(mount: BundleConfig['mounts'][number], folder: string): OciMount {
	const {destination, type, source, options, uidMappings, gidMappings} = mount;
	const isBind = options.includes('bind') || options.includes('rbind') || type === 'bind';
	if (options.includes('tmpcopyup') && (type !== 'tmpfs' || isBind))
		throw new TsboxError('E_SPEC_INVALID', `mount ${destination}: tmpcopyup is for tmpfs`, {
			hint: 'take the option out, or set the type to tmpfs',
		});
	return {
		// config.md: a path that is not absolute is taken as one below the root.
		destination: normalized(destination),
		type: isBind ? 'bind' : type,
		source: isBind ? posix.resolve(folder, source) : source === '' ? type : source,
		options: isBind && !options.includes('bind') && !options.includes('rbind') ? ['rbind', ...options] : options,
		...(uidMappings.length === 0 ? {} : {uidMappings, gidMappings}),
	};
}

/** Filesystems that take a label as an option. What is bound has one, and those of the kernel have the label of its policy. */
const labelable = /^(tmpfs|devpts|ramfs)$/;

/** A new filesystem with `linux.mountLabel`, which says nothing where the kernel runs no SELinux: mount(8), "context". */
function labeled(mount: OciMount, {linux: {mountLabel = ''}}: BundleConfig, {hasSelinux}: BundlePlace): OciMount {
	if (mountLabel === '' || !hasSelinux || !labelable.test(mount.type)) return mount;
	return {...mount, options: [...mount.options, `context="${mountLabel}"`]};
}

/** The mounts without those on and below /dev that a later one on /dev covers: the stage lies on the one that is seen. */
function seen(mounts: readonly OciMount[]): readonly OciMount[] {
	const last = mounts.findLastIndex(({destination}) => destination === '/dev');
	return mounts.filter(({destination}, at) => at >= last || !`${destination}/`.startsWith('/dev/'));
}

function normalized(path: string): string {
	const names: string[] = [];
	for (const name of path.split('/')) {
		if (name === '..') names.pop();
		else if (name !== '' && name !== '.') names.push(name);
	}
	return `/${names.join('/')}`;
}

function hooksOf(hooks: NonNullable<BundleConfig['hooks']>): OciHooks {
	return Object.fromEntries(
		hookKinds
			.filter(kind => hooks[kind].length > 0)
			.map(kind => [
				kind,
				hooks[kind].map(({path, args, env, timeout}) => ({
					path,
					args,
					env,
					...present({timeout}),
				})),
			]),
	);
}

/** Refuses what no step can do. */
function refuseUnsupported({linux}: BundleConfig): void {
	const members: readonly (readonly [string, boolean])[] = [
		['linux.intelRdt', linux.intelRdt !== undefined],
		['a container without a mount namespace', linux.namespaces.every(({type}) => type !== 'mount')],
	];
	for (const [member, asked] of members)
		if (asked)
			throw new TsboxError('E_HOST_UNSUPPORTED', `${member} is not supported`, {
				why: 'no step of a plan does it, and nothing of a bundle is left out silently',
				hint: 'take it out of config.json',
			});
	const kinds = linux.namespaces.map(({type}) => type);
	const twice = kinds.find((kind, at) => kinds.indexOf(kind) !== at);
	if (twice !== undefined)
		throw new TsboxError('E_SPEC_INVALID', `linux.namespaces has ${twice} twice`, {hint: 'leave one of them'});
}
