import {hostMounts, lockedFlags} from '../container/plan/bind-sources.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {PlannedContainer} from '../container/machine/planned-container.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {unlessForbidden} from '../host/errno.ts';
import {isRange} from '../host/id-map.ts';
import {type MountInfo, mountOf} from '../host/probe/mountinfo.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import {toolboxFolder} from '../host/programs/sealed-tools.ts';
import {keepsGroupsAnnotation} from '../oci/bundle/annotations.ts';
import type {OciConfig} from '../oci/config.ts';
import type {BundleExtras, SystemdScope} from '../oci/extras.ts';
import type {PlanInput, SourceFacts} from '../plan/input/input.ts';
import {planBundle as plan} from '../plan/bundle/plan-bundle.ts';
import type {BundleConfig} from '../spec/bundle/bundle-config.ts';
import type {NamespaceKind} from '../spec/model/project.ts';
import {present} from '../spec/syntax/pick.ts';
import {homeOf} from './home-of.ts';
import {type ResolvedPaths, resolveTargets} from './resolve-targets.ts';
import {seccompOf} from './seccomp-of.ts';
import {serviceOf} from './service-of.ts';
import {isNested, isReachable, userMapOf, withMap} from './user-namespace.ts';

/** What is known of a container of an engine before it is planned. */
export interface BundleRequest {
	readonly name: string;
	readonly id: string;
	/** Absolute path of the folder with config.json. */
	readonly folder: string;
	readonly config: OciConfig;
	/** As the bundle has it. */
	readonly seccomp: BundleConfig['linux']['seccomp'];
	readonly consoleSocket: string | undefined;
	/** How many descriptors of the caller the command has. */
	readonly preserved: number;
	/** The scope that systemd is to make, if it is asked for one. */
	readonly scope: SystemdScope | undefined;
	/** The process that starts it waits for its end. */
	readonly stays: boolean;
}

/**
 * Plans the container of a bundle with what this machine has.
 *
 * @throws TsboxError E_SPEC_INVALID, E_HOST_UNSUPPORTED.
 */
export async function planBundle(machine: Machine, request: BundleRequest): Promise<PlannedContainer> {
	const {host, dirs, facts} = machine;
	const {name, folder} = request;
	const map = userMapOf(machine, request.config);
	const {linux, mounts: asked, root} = request.config;
	const mounts = hostMounts(host);
	const paths = resolveTargets(host, root.path, asked, [...linux.maskedPaths, ...linux.readonlyPaths]);
	const config = withMap(withResolved(request.config, paths), map);
	const joined = config.linux.namespaces.flatMap(({type, path}) => (path === undefined ? [] : [{kind: type, path}]));
	const image = {kind: 'directory', path: config.root.path} as const;
	const bundle: BundleExtras = {
		id: request.id,
		folder,
		streams: ([0, 1, 2] as const).filter(fd => isReopened(machine, fd)),
		targets: paths.targets,
		hostNamespaces: joined.flatMap(({kind, path}) => (isOwn(machine, kind, path) ? [kind] : [])),
		submounts: below(mounts, config.root.path),
		above: mountOf(config.root.path, mounts)?.target ?? '/',
		stays: request.stays,
		preserved: request.preserved,
		keepsGroups: keepsGroupsAnnotation in (config.annotations ?? {}),
		isReachable: isReachable(host, config.root.path, map),
		isNested: isNested(machine),
		...present({
			scope: request.scope,
			consoleSocket: request.consoleSocket,
			home: homeOf(config.process, config.root.path),
		}),
	};
	const {uid, gid} = config.process.user;
	const input: PlanInput = {
		extras: {
			name,
			user: `${uid}:${gid}`,
			groups: [],
			root: 'pivot',
			keep: false,
			init: false,
			privileged: false,
			reproducible: false,
			devices: [],
			addedCapabilities: ['ALL'],
			hasCgroupParent: !/^\/tsbox(-oci)?\//.test(config.linux.cgroupsPath),
			bundle,
			warnings:
				bundle.keepsGroups && isRange(map)
					? [`${keepsGroupsAnnotation} has no effect: root of a new user namespace has none of the caller's groups`]
					: [],
		},
		config,
		facts: {...facts, kernelPaths: kernelPaths(machine, request.config, paths)},
		image,
		sources: sourcesOf(machine, config, mounts),
		joined,
		networks: null,
		volumes: [],
		devices: {},
		folders: dirs,
		spec: `${folder}/config.json`,
		tty: config.process.terminal,
		map,
		hostRoot: [],
		hostView: {hidden: [], shown: []},
		toolsSealed: unlessForbidden(() => host.lstat(toolboxFolder(facts, dirs.store))) !== undefined,
		storeLocked: [],
		seccomp: await seccompOf(machine, config.process.capabilities.bounding, request.seccomp),
		bestEffort: false,
		executor: 'calls',
	};
	const service = serviceOf(name, config);
	const project = {name, file: input.spec, services: [service]};
	return {project, service, made: service, image, config, plan: plan(input, bundle)};
}

/** Whether a file stands for the namespace that this process is in. */
function isOwn({host}: Machine, kind: NamespaceKind, path: string): boolean {
	const [joined, own] = [path, `/proc/self/ns/${namespaceFiles[kind]}`].map(file => host.stat(file)?.ino);
	return joined !== undefined && joined === own;
}

/** Whether a program may want to open a standard stream again: anything but a device, such as /dev/null. */
function isReopened({host}: Machine, fd: number): boolean {
	const found = host.stat(`/proc/self/fd/${fd}`);
	return found !== undefined && found.device === undefined;
}

/** The mounts below a folder, relative to it. */
function below(mounts: readonly MountInfo[], folder: string): readonly string[] {
	const start = folder === '/' ? '/' : `${folder}/`;
	const targets = mounts.map(({target}) => target).filter(target => target !== '/' && target.startsWith(start));
	return [...new Set(targets)].toSorted().map(target => target.slice(start.length));
}

/** The sources of bind mounts, each resolved once. */
function sourcesOf(
	{host}: Machine,
	config: OciConfig,
	mounts: readonly MountInfo[],
): Readonly<Record<string, SourceFacts>> {
	const found: Record<string, SourceFacts> = {};
	for (const {type, source, destination, options} of config.mounts) {
		if (type !== 'bind') continue;
		const real = host.realpath(source);
		const kind = real === undefined ? undefined : host.stat(real)?.kind;
		if (real === undefined || kind === undefined)
			throw new TsboxError('E_SPEC_INVALID', `mount ${source} to ${destination}: no such file or directory`, {
				why: 'the source of a bind mount must be there',
				hint: `create it: \`mkdir -p ${source}\``,
			});
		found[source] = {
			real,
			kind: kind === 'directory' ? 'folder' : 'file',
			submounts: options.includes('rbind') ? below(mounts, real) : [],
			locked: lockedFlags(mounts, real),
		};
	}
	return found;
}

/** The paths to hide or write-protect that are there: those of /proc and /sys are the same on the host. */
function kernelPaths(
	{host}: Machine,
	{linux, mounts}: OciConfig,
	{targets, places}: ResolvedPaths,
): Readonly<Record<string, 'file' | 'folder'>> {
	const isMounted = (path: string): boolean =>
		mounts.some(({destination}) => path === destination || path.startsWith(`${destination}/`));
	return Object.fromEntries(
		[...linux.maskedPaths, ...linux.readonlyPaths].flatMap(path => {
			const target = targets[path] ?? path;
			const isKernel = /^\/(proc|sys)\//.test(target) && isMounted(target);
			const place = isKernel ? target : places[path];
			const kind = place === undefined ? undefined : host.stat(place)?.kind;
			return kind === undefined ? [] : [[target, kind === 'directory' ? 'folder' : 'file'] as const];
		}),
	);
}

/** The configuration with its paths to hide and to write-protect without symlinks, each once. */
function withResolved(config: OciConfig, {targets}: ResolvedPaths): OciConfig {
	const {linux} = config;
	const resolved = (paths: readonly string[]): readonly string[] => [
		...new Set(paths.map(path => targets[path] ?? path)),
	];
	const [maskedPaths, readonlyPaths] = [resolved(linux.maskedPaths), resolved(linux.readonlyPaths)];
	return {...config, linux: {...linux, maskedPaths, readonlyPaths}};
}
