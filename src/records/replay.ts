import type {CommandEnd} from '../container/machine/attachment.ts';
import type {Machine} from '../container/machine/machine.ts';
import {planService} from '../container/plan/plan-container.ts';
import {upPlanned} from '../container/start/up.ts';
import type {UpRequest} from '../container/start/up-request.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Project, RootfsSource, Service} from '../spec/model/project.ts';
import {openRun} from './open-run.ts';
import {readRunSpec} from './read-run-spec.ts';
import {recordRun} from './recorder.ts';
import {imageOfRun} from './run-image.ts';
import type {RunImage} from './run-record.ts';

/** The settings of {@link replay} that are not in the record. */
export type ReplayRequest = Pick<UpRequest, 'stdio' | 'signal' | 'force' | 'emit' | 'cwd' | 'env'>;

/** The root filesystem as a policy sees it: the record's image, whatever its spec says. */
function rootfsOf(image: RunImage, said: RootfsSource): RootfsSource {
	if (image.kind === 'directory') return image;
	if (image.kind === said.kind) return said;
	if (image.kind === 'host') return image;
	if (image.kind === 'archive') return {kind: 'archive', path: image.archive};
	return {kind: 'image', reference: image.reference, pull: 'missing'};
}

/**
 * Runs a recorded run again from its record alone: the spec, command and environment, and the image by its digest. The new
 * run gets its own record, which names this one as its parent. A layer kept by `keep` is not used, since it has changed
 * since then.
 *
 * @param word - an id, the start of one, a folder, or a file from `runs export`
 * @throws TsboxError as `up` does; E_RUN_NOT_FOUND, E_RUN_INVALID; E_USAGE for a run of a bundle; E_IMAGE_NOT_FOUND when the image is gone.
 */
export async function replay(machine: Machine, word: string, request: ReplayRequest): Promise<CommandEnd> {
	const {folder, run, close} = await openRun(machine, word, request.cwd);
	try {
		if (run.engine !== undefined)
			throw new TsboxError('E_USAGE', `${run.id} is a run of an OCI bundle`, {
				why: 'its record has what became of the bundle, but not the bundle',
				hint: 'run the bundle again: `tsbox oci run --record --bundle FOLDER ID`',
			});
		const spec = readRunSpec(machine.host, folder);
		const service: Service = {...spec.service, keep: false, rootfs: rootfsOf(run.image, spec.service.rootfs)};
		if (spec.service.keep)
			request.emit({
				type: 'warning',
				at: machine.host.now(),
				text: 'the layer kept by `keep` is not used: the replay starts from the image',
			});
		const project: Project = {...spec.project, services: [service]};
		const {tty, verb, bestEffort, image, id: parent} = run;
		const planned = await planService(
			machine,
			project,
			service,
			{bestEffort},
			{
				tty,
				signal: request.signal,
				findImage: ids => imageOfRun(machine, folder, image, ids, request.signal),
			},
		);
		const asked: UpRequest = {
			...request,
			verb,
			tty,
			bestEffort,
			record: true,
			recorder: async plannedNow =>
				recordRun(machine, plannedNow, {verb, tty, bestEffort, parent, image, emit: request.emit}),
		};
		return await upPlanned(machine, planned, asked);
	} finally {
		close();
	}
}
