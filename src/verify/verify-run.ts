import type {CommandEnd} from '../container/machine/attachment.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {SpecRequest} from '../container/machine/spec-request.ts';
import type {UpRequest} from '../container/start/up-request.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {errnoOf} from '../host/errno.ts';
import {openNew} from '../host/files/descriptors.ts';
import {closeDescriptor, openNothing} from '../host/programs/stdio.ts';
import {ownerName} from '../image/store/owner.ts';
import {hostNameOf} from '../spec/values/host-name.ts';
import {present} from '../spec/syntax/pick.ts';
import type {Service} from '../spec/model/project.ts';
import {containerFolder} from '../state/record.ts';
import {volumeData} from '../state/volume.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import type {OwnerChange} from './owner-change.ts';
import {callerEnvironment, callerFolders, type Variation, variationOf} from './variation.ts';
import {checkPolicy} from '../container/plan/check-policy.ts';
import {loadProject, pickService} from '../container/machine/load-project.ts';
import {planService} from '../container/plan/plan-container.ts';
import {upPlanned} from '../container/start/up.ts';
import {checkoutSources, type Copy, copyCheckout} from './verify-checkout.ts';
import {hasOwnHostname, processorsOf} from './verify-coverage.ts';

/** A folder that a run wrote to, and its path in the container. */
export interface Area {
	readonly target: string;
	/** The folder, or the file for a copy of a single file. */
	readonly folder: string;
	readonly owners?: OwnerChange;
}

/** The result of one run. */
export interface RunOutcome extends CommandEnd {
	readonly areas: readonly Area[];
	/** Files with the output of the run. */
	readonly stdout: string;
	readonly stderr: string;
	readonly warnings: readonly string[];
}

/** The folders of one run, and whether it may have other ids. */
export interface RunPlaces {
	/** For the copies of the checkout. */
	readonly copies: string;
	/** For layers and output; on the filesystem of the store. */
	readonly outputs: string;
	/** Whether the caller has other ids in some runs. */
	readonly otherIds: boolean;
}

/** The part of a verification's request that each run needs. */
export type RunRequest = SpecRequest & Pick<UpRequest, 'signal' | 'force'>;

/** The name of a run's own copy of a named volume. External volumes hold data of others and are not renamed. */
export function volumeOfRun(host: Machine['host'], name: string, run: number): string {
	return `${name.slice(0, 150)}.verify-${ownerName(host)}-${run + 1}`;
}

/**
 * Runs the service once with the variation of that run.
 *
 * @throws TsboxError when the container does not start; nothing of it is left then.
 */
export async function verifyRun(
	machine: Machine,
	request: RunRequest,
	run: number,
	places: RunPlaces,
): Promise<RunOutcome> {
	const {dirs} = machine;
	const variation = variationOf(run, places.otherIds);
	// `~` in a bind source means the caller's real home in every run.
	const env = {...request.env, ...callerEnvironment(variation, request.env)};
	const project = await loadProject({...request, env}, machine);
	const asked = pickService(project, request.service);
	const copied = copyCheckout(machine, checkoutSources(machine, project, asked), variation, places.copies);
	const service = varied(machine, asked, variation, run, copied);
	// Policies apply to the paths in the spec, not to our copies.
	checkPolicy(machine, asked, project.file);
	const planned = await planService(
		allowing(machine, places.copies),
		{...project, services: [service]},
		service,
		request,
		{
			tty: false,
			usedNumbers: variation.usedNumbers,
			signal: request.signal,
		},
	);
	const mounted = service.volumes.flatMap((volume): readonly Area[] => {
		if (volume.readOnly) return [];
		const copy = volume.type === 'bind' && [...copied.values()].find(({path}) => path === volume.source);
		if (copy) return [{target: volume.target, folder: copy.path, ...present({owners: copy.owners})}];
		return volume.type === 'volume' && volume.volume.project !== null
			? [{target: volume.target, folder: volumeData(dirs.store, volume.volume.name)}]
			: [];
	});
	const [stdout, stderr] = [`${places.outputs}/stdout`, `${places.outputs}/stderr`];
	const streams = [openNothing(), openNew(stdout), openNew(stderr)] as const;
	const umask = process.umask(variation.umask);
	try {
		const end = await upPlanned(
			machine,
			planned,
			{
				...request,
				verb: 'run',
				tty: false,
				stdio: {stdin: streams[0], stdout: streams[1], stderr: streams[2]},
				emit: () => {},
			},
			() => keepLayer(machine, service.name, places.outputs),
		);
		return {
			...end,
			areas: [...layerAreas(machine, places.outputs), ...mounted],
			stdout,
			stderr,
			warnings: planned.plan.warnings,
		};
	} finally {
		process.umask(umask);
		for (const fd of streams) closeDescriptor(fd);
	}
}

/** The machine with policies that also allow binds from our folder. */
function allowing(machine: Machine, folder: string): Machine {
	const policies = machine.policies?.map(policy =>
		policy.allowedBinds === undefined ? policy : {...policy, allowedBinds: [...policy.allowedBinds, folder]},
	);
	return {...machine, ...present({policies})};
}

/**
 * Moves the writable layer out of a container that has ended, before its rollback.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when the root filesystem is a copy and not an overlay.
 */
async function keepLayer({host, dirs, facts}: Machine, name: string, outputs: string): Promise<void> {
	const layer = [`${dirs.store}/layers/${name}`, `${containerFolder(dirs.state, name)}/layer`].find(
		folder => host.lstat(`${folder}/upper`) !== undefined,
	);
	if (layer === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'cannot tell which files the container wrote', {
			why: 'its root filesystem is a copy and not an overlay',
			hint: 'run `tsbox doctor` to see why overlay does not work here',
		});
	for (const part of ['upper', 'folders']) {
		if (host.lstat(`${layer}/${part}`) === undefined) continue;
		try {
			host.rename(`${layer}/${part}`, `${outputs}/${part}`);
		} catch (error) {
			if (errnoOf(error) !== 'EXDEV') throw error;
			await host.run([...(hostToolWords(facts, 'cp') ?? ['cp']), '-a', `${layer}/${part}`, outputs]);
		}
	}
}

/** The writable layers: one, or one per root folder for `rootfs: host` of an unprivileged user. */
function layerAreas({host}: Machine, outputs: string): readonly Area[] {
	return [
		{target: '/', folder: `${outputs}/upper`},
		...host.list(`${outputs}/folders`).map(name => ({target: `/${name}`, folder: `${outputs}/folders/${name}/upper`})),
	];
}

function varied(
	{host, facts}: Machine,
	service: Service,
	variation: Variation,
	run: number,
	copied: ReadonlyMap<string, Copy>,
): Service {
	const {origins, environment} = service;
	const name = `${service.name.slice(0, 40)}-v${process.pid}-${run + 1}`;
	const folders = Object.entries(callerFolders(variation)).filter(
		([each]) => origins[`environment.${each}`]?.kind === 'environment',
	);
	const pins = variation.oneProcessor && processorsOf(service, facts) === 'varied';
	return {
		...service,
		name,
		keep: false,
		...(hasOwnHostname(service) ? {hostname: hostNameOf(name)} : {}),
		...(pins ? {cpuset: '0'} : {}),
		environment: {...environment, ...Object.fromEntries(folders)},
		volumes: service.volumes.map(volume => {
			if (volume.type === 'bind') return {...volume, source: copied.get(volume.source)?.path ?? volume.source};
			if (volume.type !== 'volume' || volume.volume.project === null) return volume;
			const own = {name: volumeOfRun(host, volume.volume.name, run), owner: ownerName(host)};
			return {...volume, volume: {...volume.volume, ...own}};
		}),
	};
}
