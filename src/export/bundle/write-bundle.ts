import {createHash} from 'node:crypto';
import {basename, dirname, join, resolve} from 'node:path';
import {resolveInside} from '../../build/context/source-tree.ts';
import {mergedTree} from '../../build/execute/merged-tree.ts';
import {mergedTar} from '../../container/images/merged-tar.ts';
import {loadProject, pickService} from '../../container/machine/load-project.ts';
import type {Machine} from '../../container/machine/machine.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {planInput} from '../../container/plan/plan-container.ts';
import {profileText} from '../../container/plan/seccomp.ts';
import {pullOnce} from '../../container/start/pull-once.ts';
import {unpackOnce} from '../../container/start/unpack-once.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRange, mappedRoot} from '../../host/id-map.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {extraction} from '../../image/archive/extraction.ts';
import {type ImageFacts, lowerFolders} from '../../image/store/facts.ts';
import {hold} from '../../image/store/hold.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import {feedTar} from '../../image/unpack/feed-tar.ts';
import {makeLock} from '../../lock/lock.ts';
import {bundleAnnotations} from '../../oci/bundle/annotations.ts';
import type {OciConfig, OciSeccomp} from '../../oci/config.ts';
import {defaultSeccompProfile, lowerSeccomp} from '../../oci/lower-seccomp.ts';
import type {PlanInput} from '../../plan/input/input.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {joinedOf, modeWord} from '../../spec/model/namespace-mode.ts';
import {readSeccompProfile} from '../../spec/security/seccomp-profile.ts';
import {volumeData} from '../../state/volume.ts';
import {type BundleParts, bundleConfig} from './bundle-config.ts';
import {findUser} from './find-user.ts';
import {leftOutKeys} from './left-out.ts';

/** The largest config, bytes: the limit of Docker's. */
const largestConfig = 1024 * 1024;

/** The bundle to write. */
export interface BundleRequest {
	readonly spec: SpecRequest;
	/** The folder of the bundle: it does not exist, or is empty. */
	readonly folder: string;
	readonly signal?: AbortSignal | undefined;
	/** Called with messages for people, such as that another process pulls the same image. */
	readonly tell: (text: string) => void;
	/** Builds the image of a service that has a `build`, if it must be. */
	readonly buildImage?: (project: Project, services: readonly string[]) => Promise<void>;
}

/** A bundle that was written. */
export interface WrittenBundle {
	/** Its absolute path. */
	readonly folder: string;
	readonly service: string;
	/** What its runner has to know. */
	readonly notes: readonly string[];
}

/**
 * Writes a service as an OCI bundle: `config.json`, `rootfs` with the files of its image, a folder for each volume, and `tsbox.lock`, which
 * says what it was made from. The folder appears whole, by a rename.
 *
 * @throws TsboxError for a spec that cannot start here; E_USAGE for a folder that is not empty; E_SPEC_INVALID for what a bundle cannot
 * hold; as `pullOnce`, `unpackOnce` and `makeLock`.
 */
export async function writeBundle(machine: Machine, request: BundleRequest): Promise<WrittenBundle> {
	const {host, facts, dirs} = machine;
	const {spec, signal} = request;
	const folder = resolve(spec.cwd, request.folder);
	checkFree(machine, folder);
	const project = await loadProject(spec, machine);
	const service = pickService(project, spec.service);
	refuseOthers(service);
	if (project.builds?.[service.service] !== undefined) await request.buildImage?.(project, [service.service]);
	const {made, input} = await planInput(machine, project, alone(service), spec, {
		dry: false,
		...(signal === undefined ? {} : {signal}),
	});
	await fetchRoot(machine, input.image, request);
	const work = hold(host, dirs.store, 'everything');
	// On the same disk as the bundle. What a killed export left there is removed by the next one.
	const fresh = join(dirname(folder), `.${basename(folder)}.tsbox-export`);
	try {
		await removeStubborn(host, facts, fresh);
		host.mkdir(fresh, 0o755);
		const lowers = lowerFolders(input.image);
		const volumes = makeVolumes(machine, made, fresh);
		const locked = await makeLock(machine, {spec, services: [service.service], file: `${fresh}/tsbox.lock`});
		const config = bundleConfig(input.config, {
			user: userOf(machine, input.extras, lowers),
			files: writeGiven(machine, service, fresh),
			seccomp: seccompOf(machine, made, input.config),
			devices: made.devices.flatMap(device => {
				const found = input.devices[device.source];
				return found === undefined ? [] : [{device, facts: found}];
			}),
			privileged: input.extras.privileged,
			volumes,
			hostname: input.config.hostname ?? made.name,
			annotations: {
				[bundleAnnotations.lock]: `sha256:${createHash('sha256').update(locked.text).digest('hex')}`,
				...(service.record === true ? {[bundleAnnotations.record]: 'true'} : {}),
			},
		});
		await copyRoot(machine, input, {lowers, work, tree: `${fresh}/rootfs`, title: service.service, signal});
		host.writeWhole(`${fresh}/tsbox.lock`, locked.text, 0o644);
		host.writeWhole(`${fresh}/config.json`, `${configText(config)}\n`, 0o644);
		signal?.throwIfAborted();
		host.rename(fresh, folder);
	} finally {
		await removeStubborn(host, facts, fresh);
		await removeStubborn(host, facts, work);
	}
	return {folder, service: service.service, notes: notesOf(service, made)};
}

function checkFree({host}: Machine, folder: string): void {
	const there = host.lstat(folder);
	if (there !== undefined && (there.kind !== 'directory' || host.list(folder).length > 0))
		throw new TsboxError('E_USAGE', `${folder} is ${there.kind === 'directory' ? 'not empty' : 'no folder'}`, {
			hint: 'pass a folder that does not exist yet',
		});
	if (host.stat(dirname(folder))?.kind !== 'directory')
		throw new TsboxError('E_USAGE', `the folder of ${folder} does not exist`, {hint: 'create it with `mkdir -p`'});
}

function refuseOthers(service: Service): void {
	const [joined] = joinedOf(service);
	if (joined !== undefined)
		throw new TsboxError('E_SPEC_INVALID', `${service.service} has \`${joined.key}: ${modeWord(joined.from)}\``, {
			why: 'a bundle knows no other container',
			hint: `take \`${joined.key}\` out`,
		});
	if (service.rootfs.kind === 'host')
		throw new TsboxError('E_SPEC_INVALID', `${service.service} has \`rootfs: host\``, {
			why: 'a bundle has files of its own',
			hint: 'name an image or an archive',
		});
	const secret = service.given?.find(({kind}) => kind === 'secret');
	if (secret !== undefined)
		throw new TsboxError('E_SPEC_INVALID', `a bundle cannot hold the text of the secret ${secret.name}`, {
			why: 'it would have it in clear',
			hint: 'name a file with `file`, without `uid`, `gid` and `mode`: it is mounted as it is',
		});
}

/** The service without what only containers of tsbox have: its networks, and the files that name others on them. */
function alone(service: Service): Service {
	const {networks: _, given: __, ...rest} = service;
	return {...rest, ports: [], init: false};
}

async function fetchRoot(machine: Machine, image: ImageFacts, {signal, tell}: BundleRequest): Promise<void> {
	const {host, facts, dirs} = machine;
	const toolbox = sealTools(host, facts, dirs.store);
	if (image.kind === 'image' && !image.stored) await pullOnce(machine, image, {toolbox, signal, tell});
	if (image.kind === 'archive' && !image.stored)
		await unpackOnce(machine, image, {toolbox, ...(signal === undefined ? {} : {signal})}, tell);
}

function makeVolumes({host, dirs}: Machine, {volumes}: Service, fresh: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const volume of volumes)
		if (volume.type === 'volume') found.set(volumeData(dirs.store, volume.volume.name), `volumes/${volume.volume.key}`);
	for (const path of found.values()) host.mkdirs(`${fresh}/${path}`, 0o755);
	return found;
}

function userOf(
	{host}: Machine,
	{user = '0:0', groups}: PlanInput['extras'],
	lowers: readonly string[],
): ReturnType<typeof findUser> {
	const tree = mergedTree(host, lowers);
	const text = (path: string): string => tree.text(resolveInside(tree, path) ?? path) ?? '';
	return findUser(user, groups, {passwd: text('etc/passwd'), group: text('etc/group')});
}

/** The configs that have a text, an owner or a mode, as files of the bundle. */
function writeGiven({host}: Machine, {given = []}: Service, fresh: string): BundleParts['files'] {
	if (given.length > 0) host.mkdir(`${fresh}/files`, 0o755);
	return given.map(({target, text, file, uid = 0, gid = 0, mode = 0o444}, at) => {
		const path = `${fresh}/files/${at}`;
		const bytes = text === undefined ? host.readBytes(file ?? '', 0, largestConfig + 1) : Buffer.from(text.reveal());
		if (bytes === undefined || bytes.length > largestConfig)
			throw new TsboxError(
				'E_SPEC_INVALID',
				`the config ${file ?? target} ${bytes === undefined ? 'cannot be read' : 'is larger than 1 MiB'}`,
				{
					hint: 'mount it with `volumes`',
				},
			);
		host.writeWhole(path, bytes, 0o600);
		host.chown(path, uid, gid);
		host.chmod(path, mode);
		return {target, source: `files/${at}`};
	});
}

function seccompOf({host, facts}: Machine, {security: {seccomp}}: Service, config: OciConfig): OciSeccomp | null {
	if (seccomp.kind === 'unconfined') return null;
	const profile =
		seccomp.kind === 'file'
			? readSeccompProfile(profileText(host, seccomp.path), seccomp.path)
			: defaultSeccompProfile();
	return lowerSeccomp(profile, {
		capabilities: config.process.capabilities.bounding,
		kernelRelease: facts.kernel.release,
		arch: facts.kernel.arch,
	});
}

async function copyRoot(
	machine: Machine,
	{map}: PlanInput,
	copied: {
		readonly lowers: readonly string[];
		readonly work: string;
		readonly tree: string;
		readonly title: string;
		readonly signal: AbortSignal | undefined;
	},
): Promise<void> {
	const {host, facts, dirs} = machine;
	const {tree, title, signal} = copied;
	// Where the kernel shifts the owners of layers at the mount, the bundle's runtime may not: its files get them here.
	const ids = isRange(map) && facts.overlay.idmapped ? map : undefined;
	host.mkdir(tree, 0o755);
	if (isRange(map)) host.chown(tree, ...mappedRoot(map));
	const toolbox = sealTools(host, facts, dirs.store);
	await feedTar(
		{host, facts, store: dirs.store, toolbox, title, tool: extraction(facts, ids), tree, ids, signal},
		mergedTar(machine, copied),
	);
}

function notesOf(service: Service, made: Service): readonly string[] {
	const keys = leftOutKeys(service);
	return [
		...(keys.length === 0 ? [] : [`a bundle has none of: ${keys.join(', ')}`]),
		...made.volumes.flatMap(volume => {
			if (volume.type === 'bind') return [`${volume.source} is mounted from the machine that runs the bundle`];
			return volume.type === 'volume'
				? [`the volume ${volume.volume.key} is the empty folder volumes/${volume.volume.key}`]
				: [];
		}),
	];
}

/** RLIM_INFINITY is 2^64 - 1 there, which no double is. */
function configText(config: unknown): string {
	return JSON.stringify(config, undefined, '\t').replaceAll(
		/("(?:soft|hard)": )-1\b/g,
		(_, name: string) => `${name}18446744073709551615`,
	);
}
