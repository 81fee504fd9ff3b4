import type {Machine} from '../container/machine/machine.ts';
import type {LayerFile} from '../container/copy/layer-files.ts';
import {whyNot} from '../errors/why-not.ts';
import type {Host} from '../host/host.ts';
import {outputCopy} from '../host/programs/output-copy.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import {memoryCount} from '../kernel/memory.ts';
import {blockUse, cpuTime} from '../kernel/usage.ts';
import {runsFolder} from '../state/run-place.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import type {Plan} from '../step/verbs/step.ts';
import {contentFile, runFiles, type RunImage, type RunRecord, type RunSpec, type RunUsage} from './run-record.ts';

/** Bytes of a file of the layer whose content is kept beside its digest. */
export const mostContent = 8 * 1024 * 1024;
/** And of all of them together. */
const mostContents = 64 * 1024 * 1024;

/** What a record says of its image. */
export function runImageOf(image: ImageFacts): RunImage {
	if (image.kind !== 'archive') return image;
	const {kind, archive, digest, bytes} = image;
	return {kind, archive, digest, bytes};
}

/**
 * What a container used, as long as its cgroups are there.
 *
 * @param setupCpuNs - what they had counted before its command began
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

/** Takes the content of files of a layer into the folder of a record, each once, as far as there is room for them. */
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
		// Half a content is none.
		if (copy.lost() > 0) host.removeTree(`${work}/${contentFile(digest)}`);
	};
}

/** Does what may fail: what of a record can't be had is left out, and said. */
export interface Attempts {
	readonly attempt: (what: string, act: () => void) => void;
	/** What failed, and why. */
	readonly ignored: readonly string[];
}

/** The attempts of one record. */
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

/** Removes the folder of a record that could not be finished; where that fails, as on a read-only disk, gc does when this process is gone. */
export function dropRunWork(host: Host, work: string): void {
	try {
		host.removeTree(work);
	} catch {}
}

/** What is written of a run beside its output and the content of its files. */
export interface WrittenRun {
	readonly plan: Plan;
	readonly spec: RunSpec;
	readonly files: readonly LayerFile[];
	readonly run: RunRecord;
}

/**
 * Writes what is missing into the folder where a record is being written, and makes it one of the records with one rename.
 *
 * @throws the system's error; the folder is the caller's to remove then.
 */
export function finishRun({host, dirs, facts}: Machine, work: string, {plan, spec, files, run}: WrittenRun): string {
	const put = (name: string, value: unknown): void =>
		host.writeAtomic(`${work}/${name}`, `${JSON.stringify(value)}\n`, 0o600);
	put(runFiles.plan, plan);
	put(runFiles.spec, spec);
	put(runFiles.host, facts);
	put(runFiles.files, files);
	put(runFiles.run, run);
	const folder = `${runsFolder(dirs.store)}/${run.id}`;
	host.rename(work, folder);
	return folder;
}
