import type {LayerFile} from '../container/copy/layer-files.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {PlannedContainer} from '../container/machine/planned-container.ts';
import type {StepTexts} from '../container/start/step-snapshots.ts';
import {whyNot} from '../errors/why-not.ts';
import {kernelText} from '../host/files/kernel-text.ts';
import type {Host} from '../host/host.ts';
import {outputCopy} from '../host/programs/output-copy.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import {memoryCount} from '../kernel/memory.ts';
import {blockUse, cpuTime} from '../kernel/usage.ts';
import {bundleAnnotations} from '../oci/bundle/annotations.ts';
import {runsFolder} from '../state/run-place.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {publishedPlan} from '../step/verbs/published-plan.ts';
import type {Plan} from '../step/verbs/step.ts';
import {contentFile, type RunImage, type RunRecord, type RunSpec, type RunUsage, runFiles} from './run-record.ts';
import {isDigest} from './run-shape.ts';
import {packSnapshots} from './run-snapshots.ts';

/** Largest file of the layer, in bytes, whose content a record keeps beside its digest. */
export const mostContent = 8 * 1024 * 1024;
/** Most bytes of content that one record keeps. */
const mostContents = 64 * 1024 * 1024;

/** The image as a record stores it. */
export function runImageOf(image: ImageFacts): RunImage {
	if (image.kind === 'archive') {
		const {kind, archive, digest, bytes} = image;
		return {kind, archive, digest, bytes};
	}
	if (image.kind !== 'image') return image;
	const {kind, reference, digest, manifest, bytes} = image;
	return {kind, reference, digest, manifest, bytes};
}

/** The host name of this machine, in the UTS namespace of this process. */
export function nodeName(host: Host): string {
	return kernelText(host, '/proc/sys/kernel/hostname')?.trim() ?? '';
}

/** The digest of the lock that the container's bundle was made with, as `tsbox export oci` notes it there. */
export function lockOf({config}: Pick<PlannedContainer, 'config'>): Pick<RunRecord, 'lock'> {
	const lock = config.annotations?.[bundleAnnotations.lock];
	return lock !== undefined && isDigest(lock) ? {lock} : {};
}

/**
 * Resource usage of a container. Its cgroups must still exist.
 *
 * @param setupCpuNs - CPU time of the cgroups when the command began, in ns
 */
export function runUsageOf(host: Host, members: readonly CgroupMember[], setupCpuNs: number | null): RunUsage {
	const cpu = cpuTime(host, members);
	const memory = memoryCount(host, members);
	const block = blockUse(host, members);
	return {
		cpuNs: cpu === null ? null : cpu - (setupCpuNs ?? 0),
		setupCpuNs,
		memoryPeak: memory === undefined || Number.isNaN(memory.peak) ? null : memory.peak,
		oomKills: memory?.oomKills ?? null,
		block: block === null ? null : {readBytes: block.in, writeBytes: block.out},
	};
}

/** Copies contents of layer files into the folder of a record, each once, up to the size limit. */
export function contentKeeper(host: Host, work: string): (digest: string, content: Buffer) => void {
	let room = mostContents;
	const known = new Set<string>();
	return (digest, content) => {
		if (known.has(digest) || content.length > room) return;
		known.add(digest);
		room -= content.length;
		host.mkdir(`${work}/content`, 0o700);
		const copy = outputCopy(`${work}/${contentFile(digest)}`);
		copy.write(content);
		copy.close();
		// Part of a content is worthless.
		if (copy.lost() > 0) host.removeTree(`${work}/${contentFile(digest)}`);
	};
}

/** Runs actions that may fail. The record lacks the failed part and has a warning. */
export interface Attempts {
	readonly attempt: (what: string, act: () => void) => void;
	/** The failures and their reasons. */
	readonly ignored: readonly string[];
}

export function attempts(): Attempts {
	const ignored: string[] = [];
	return {
		attempt: (what, act) => {
			try {
				act();
			} catch (error) {
				ignored.push(`${what}: ${whyNot(error)}`);
			}
		},
		ignored,
	};
}

/** Removes the folder of an unfinished record. If that fails, as on a read-only disk, `gc` removes it after this process has ended. */
export function dropRunWork(host: Host, work: string): void {
	try {
		host.removeTree(work);
	} catch {}
}

/** The parts of a record other than output and file contents. */
export interface WrittenRun {
	readonly plan: Plan;
	readonly spec: RunSpec;
	readonly files: readonly LayerFile[];
	/** What the kernel showed after each step; empty where nobody looked. */
	readonly snapshots: readonly StepTexts[];
	readonly run: RunRecord;
}

/**
 * Writes the rest of a record and moves it among the others with one rename.
 *
 * @throws the system's error; the caller must then remove the folder.
 */
export function finishRun(
	{host, dirs, facts}: Machine,
	work: string,
	{plan, spec, files, snapshots, run}: WrittenRun,
): string {
	const put = (name: string, value: unknown): void =>
		host.writeAtomic(`${work}/${name}`, `${JSON.stringify(value)}\n`, 0o600);
	put(runFiles.plan, publishedPlan(plan));
	put(runFiles.spec, spec);
	put(runFiles.host, facts);
	put(runFiles.files, files);
	if (snapshots.length > 0) put(runFiles.snapshots, packSnapshots(snapshots));
	put(runFiles.run, run);
	const folder = `${runsFolder(dirs.store)}/${run.id}`;
	host.rename(work, folder);
	return folder;
}
