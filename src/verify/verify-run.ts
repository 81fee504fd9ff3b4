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

/** A folder that a run wrote to, and where the container had it. */
export interface Area {
	readonly target: string;
	/** Of a copy of a single file this is the file. */
	readonly folder: string;
	/** Whose files in it became whose, so that the run met the checkout of somebody else. */
	readonly owners?: OwnerChange;
}

/** What one run came to. */
export interface RunOutcome extends CommandEnd {
	readonly areas: readonly Area[];
	/** Files of what it printed. */
	readonly stdout: string;
	readonly stderr: string;
	readonly warnings: readonly string[];
}

/** Where a run's copies and outputs go, both folders of its own, and what it may be given. */
export interface RunPlaces {
	/** Copies of the checkout. */
	readonly copies: string;
	/** What it wrote and printed; on the store's filesystem. */
	readonly outputs: string;
	/** The caller of some runs is somebody else by number. */
	readonly otherIds: boolean;
}

/** What a run needs of the request. */
export type RunRequest = SpecRequest & Pick<UpRequest, 'signal' | 'force'>;

/** The name of a named volume that this run has to itself; an external one holds what somebody else has put there, and stays. */
export function volumeOfRun(host: Machine['host'], name: string, run: number): string {
	return `${name.slice(0, 150)}.verify-${ownerName(host)}-${run + 1}`;
}

/**
 * Runs the service once, differing in what should not matter.
 *
 * @throws TsboxError when it does not start; nothing of the container stays.
 */
export async function verifyRun(
	machine: Machine,
	request: RunRequest,
	run: number,
	places: RunPlaces,
): Promise<RunOutcome> {
	const {dirs} = machine;
	const variation = variationOf(run, places.otherIds);
	// `~` in a source means the caller's own home in each run.
	const env = {...request.env, ...callerEnvironment(variation, request.env)};
	const project = await loadProject({...request, env}, machine);
	const asked = pickService(project, request.service);
	const copied = copyCheckout(machine, checkoutSources(machine, project, asked), variation, places.copies);
	const service = varied(machine, asked, variation, run, copied);
	// What the spec names is what a policy is about; where we put copies of it is our own affair.
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

/** The machine with policies that also allow what lies in a folder of ours. */
function allowing(machine: Machine, folder: string): Machine {
	const policies = machine.policies?.map(policy =>
		policy.allowedBinds === undefined ? policy : {...policy, allowedBinds: [...policy.allowedBinds, folder]},
	);
	return {...machine, ...present({policies})};
}

/**
 * Takes the writable layer out of a container that has ended, before it is rolled back.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED where its root is a copy and not an overlay.
 */
async function keepLayer({host, dirs, facts}: Machine, name: string, outputs: string): Promise<void> {
	const layer = [`${dirs.store}/layers/${name}`, `${containerFolder(dirs.state, name)}/layer`].find(
		folder => host.lstat(`${folder}/upper`) !== undefined,
	);
	if (layer === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'the files it wrote over its image cannot be read', {
			why: 'its root filesystem is a copy, not an overlay',
			hint: 'see `tsbox doctor` for what overlay lacks on this machine',
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

/** The writable layers: one, or for `rootfs: host` of an ordinary user one for each folder of the root. */
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
