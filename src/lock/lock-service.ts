import type {Machine} from '../container/machine/machine.ts';
import type {SpecRequest} from '../container/machine/spec-request.ts';
import {planInput} from '../container/plan/plan-container.ts';
import {errnoOf} from '../host/errno.ts';
import {parseMountinfo} from '../host/probe/mountinfo.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import type {PlanInput} from '../plan/input/input.ts';
import {planContainer} from '../plan/plan-container.ts';
import {labelOf} from '../spec/keys/replicas.ts';
import type {BindVolume, Project, Service} from '../spec/model/project.ts';
import type {LockedRootfs, LockedService} from './lock-file.ts';
import {planHash, sha256} from './plan-hash.ts';
import {portablePaths, shownPath} from './portable.ts';
import {portableInput} from './portable-input.ts';
import {requirements} from './requirements.ts';
import {specKeys} from './spec-keys.ts';
import {type TreeDigest, treeDigest} from './tree-digest.ts';

/** A spec read twice: as it is, and as if it lay in a neutral folder. */
export interface LockableProject {
	readonly project: Project;
	readonly portable: Project;
	readonly text: string;
}

/** Options for reading the inputs of a service. */
export interface LookOptions {
	readonly signal?: AbortSignal;
	/** Called after each file that was read. */
	readonly onFile?: (tree: string, bytes: number) => void;
}

/** A missing tree: an input that the start would create. */
export const absentTree: TreeDigest = {digest: 'not there', entries: 0, bytes: 0};

/** Filesystem types of the kernel. Their files show the state of the machine and are no data. */
const kernelTypes =
	/^(proc|sysfs|cgroup2?|devpts|debugfs|tracefs|securityfs|bpf|configfs|pstore|efivarfs|mqueue|binfmt_misc|nsfs)$/;

/**
 * Computes the lock of a service. Reads every byte of its inputs, and changes nothing.
 *
 * @throws TsboxError for something that this machine lacks, cannot read, or that changes meanwhile.
 */
export async function lockService(
	machine: Machine,
	lockable: LockableProject,
	name: string,
	request: Pick<SpecRequest, 'bestEffort'>,
	options: LookOptions,
): Promise<LockedService> {
	const {project, portable, text} = lockable;
	const at = portable.services.findIndex(each => labelOf(each) === name);
	const [service, other] = [project.services[at], portable.services[at]];
	if (service === undefined || other === undefined) throw new Error(`${name} is not a service of ${project.file}`);
	const scale = portable.services.filter(each => each.service === name).length;
	const {input} = await planInput(machine, project, asElsewhere(service, other), request, {
		dry: true,
		...(options.signal === undefined ? {} : {signal: options.signal}),
	});
	const plan = planContainer(portableInput(input, portablePaths(service, other)));
	const {digest: planDigest, steps} = planHash(plan);
	const keys = specKeys(other, scale, text);
	const {tools, features} = requirements(plan, input.image, machine.facts);
	const look = lookerAt(machine, options);
	const binds = service.volumes.filter(volume => volume.type === 'bind');
	return {
		spec: keys.digest,
		keys: keys.keys,
		rootfs: await rootfsOf(input.image, look),
		inputs: await inputsOf(binds, input, look),
		notLocked: notLocked(other, input.image),
		plan: planDigest,
		steps,
		seccomp: input.seccomp === null ? 'none' : `sha256:${sha256(Buffer.from(input.seccomp.filter, 'base64'))}`,
		tools,
		features,
	};
}

/** The service with names that do not depend on the folder of its spec; names default to the folder's name. */
function asElsewhere(service: Service, {name, hostname, volumes}: Service): Service {
	return {
		...service,
		name,
		...(hostname === undefined ? {} : {hostname}),
		volumes: service.volumes.map((volume, at) => {
			const other = volumes[at];
			return other?.type === 'volume' ? other : volume;
		}),
	};
}

type Looker = (path: string, shown: string) => Promise<TreeDigest>;

function lookerAt({host}: Machine, {signal, onFile}: LookOptions): Looker {
	const kernelMounts = parseMountinfo(host.readText('/proc/self/mountinfo') ?? '')
		.filter(({type}) => kernelTypes.test(type))
		.map(({target}) => target);
	return async (path, shown) => {
		try {
			return await treeDigest(path, {
				kernelMounts,
				...(signal === undefined ? {} : {signal}),
				...(onFile === undefined ? {} : {onFile: bytes => onFile(shown, bytes)}),
			});
		} catch (error) {
			if (errnoOf(error) === 'ENOENT') return absentTree;
			throw error;
		}
	};
}

async function rootfsOf(image: ImageFacts, look: Looker): Promise<LockedRootfs> {
	switch (image.kind) {
		case 'archive':
			return {kind: 'archive', digest: image.digest};
		case 'directory':
			return {kind: 'folder', ...(await look(image.path, 'the root filesystem'))};
		case 'image':
			return {kind: 'image', reference: image.reference, digest: image.digest};
		case 'host':
			return image;
	}
}

async function inputsOf(
	binds: readonly BindVolume[],
	{sources}: PlanInput,
	look: Looker,
): Promise<Readonly<Record<string, TreeDigest>>> {
	const found: [string, TreeDigest][] = [];
	const readOnly = binds.filter(bind => bind.readOnly).toSorted((one, other) => (one.target < other.target ? -1 : 1));
	for (const {source, target} of readOnly) found.push([target, await look(sources[source]?.real ?? source, target)]);
	return Object.fromEntries(found);
}

function notLocked({volumes}: Service, image: ImageFacts): readonly string[] {
	return [
		...(image.kind === 'host' ? ["the root filesystem is the host's own"] : []),
		...volumes
			.flatMap(volume => {
				if (volume.type === 'volume') return [`${volume.target} is the volume ${volume.volume.key}`];
				if (volume.type === 'bind' && !volume.readOnly)
					return [`${volume.target} is ${shownPath(volume.source)}, which the container can write`];
				return [];
			})
			.toSorted(),
	];
}
