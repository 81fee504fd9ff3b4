import {randomBytes} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {EventSink} from '../../execute/event.ts';
import {withLock} from '../../execute/lock.ts';
import {openNothing, closeDescriptor} from '../../host/programs/stdio.ts';
import type {OciImage} from '../../image/store/facts.ts';
import {loadProject, pickService} from '../../container/machine/load-project.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {planService} from '../../container/plan/plan-container.ts';
import {upPlanned} from '../../container/start/up.ts';
import {forgetExits} from '../../state/exited.ts';
import {containerFolder} from '../../state/record.ts';
import type {BuildRun} from '../../spec/model/build-source.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {BindVolume, Service} from '../../spec/model/project.ts';
import type {RunStep} from '../plan/build-plan.ts';
import type {MergedTree} from './merged-tree.ts';
import {buildHostname, nameFiles} from './name-files.ts';
import type {PreparedMounts} from './run-mounts.ts';

/** A RUN in a container. */
export interface RunJob {
	readonly run: RunStep;
	/** `file:line`. */
	readonly place: string;
	/** The instruction, for messages. */
	readonly command: string;
	/** The layers that it runs on. */
	readonly image: OciImage;
	readonly tree: MergedTree;
	readonly mounts: PreparedMounts;
	/** What all commands of the build have in common. */
	readonly common: BuildRun;
	/** SOURCE_DATE_EPOCH, if the build has one. */
	readonly latest?: number;
	/** For files of its own, on the disk of the store. */
	readonly folder: string;
	/** Where the writable layer goes when the command has ended. It must not exist. */
	readonly upper: string;
	/** Descriptor for the command's output. */
	readonly output: number;
	readonly signal: AbortSignal;
	readonly force: AbortSignal;
	readonly emit: EventSink;
}

/**
 * Runs a command in a container of its own, by the same steps as `tsbox run`, and takes its writable layer out.
 *
 * @returns paths that the container's mounts need, without a slash at the beginning, which belong to no layer
 * @throws TsboxError E_BUILD when the command fails; as `up` when the container does not start.
 */
export async function runInContainer(machine: Machine, job: RunJob): Promise<ReadonlySet<string>> {
	const {place, command, image, mounts, output, signal, common} = job;
	const name = `build-${randomBytes(6).toString('hex')}`;
	const text = JSON.stringify({
		name,
		image: 'localhost/build',
		command: ['true'],
		...present({privileged: common.privileged, reproducible: common.reproducible}),
	});
	const project = await loadProject(
		{file: '/build.yaml', text, cwd: '/', env: {}},
		{host: machine.host, defaults: undefined},
	);
	const service = serviceOf(
		pickService(project, undefined),
		job,
		nameFiles(machine.host, job.run, common, job.tree, job.folder),
	);
	const planned = await planService(
		machine,
		{...project, services: [service]},
		service,
		{bestEffort: machine.bestEffort},
		{tty: false, signal, findImage: async () => image},
	);
	const nothing = openNothing();
	try {
		const start = async () =>
			upPlanned(
				machine,
				planned,
				{
					verb: 'run',
					tty: false,
					stdio: {stdin: nothing, stdout: output, stderr: output},
					signal,
					force: job.force,
					emit: job.emit,
				},
				async () => takeLayer(machine, name, job.upper),
			);
		const end = await underLocks(machine, mounts.locks, signal, start);
		if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'the build was interrupted', {cause: signal.reason});
		if (end.exitCode !== 0) throw failed(place, command, end.exitCode, end.signal);
	} finally {
		// Only so many are kept, and those of others are asked for.
		forgetExits(machine.host, machine.dirs.state, name);
		closeDescriptor(nothing);
	}
	return new Set(planned.config.mounts.map(({destination}) => destination.slice(1)));
}

function failed(place: string, command: string, exitCode: number, signal: string | null): TsboxError {
	return new TsboxError(
		'E_BUILD',
		signal === null ? `${place}: the command exited with status ${exitCode}` : `${place}: ${signal} ended the command`,
		{command, hint: 'its output stands above'},
	);
}

function serviceOf(base: Service, {run, mounts, common, latest}: RunJob, files: readonly BindVolume[]): Service {
	return {
		...base,
		rootfs: {kind: 'image', reference: 'localhost/build:latest', pull: 'never'},
		entrypoint: [],
		command: run.argv,
		hostname: buildHostname,
		environment: {
			...(common.reproducible === true ? base.environment : {}),
			...(latest === undefined ? {} : {SOURCE_DATE_EPOCH: String(latest)}),
			...run.env,
			...mounts.env,
		},
		workingDir: run.workingDir,
		...(run.user === undefined ? {} : {user: run.user}),
		volumes: [...files, ...mounts.volumes],
		...present({shmSize: common.shmSize, ulimits: common.ulimits}),
		// A build is where packages are installed; the reference has the network of the machine as the default.
		namespaces: run.network === 'none' ? base.namespaces : base.namespaces.filter(kind => kind !== 'network'),
		// `su` and `sudo` in a RUN change users, as with every other builder.
		noNewPrivileges: false,
		// What a command wrote is lost when it is interrupted, so there is nothing to wait for.
		stopGraceMs: 1000,
		origins: {},
	};
}

async function underLocks<T>(
	machine: Machine,
	[lock, ...others]: readonly string[],
	signal: AbortSignal,
	work: () => Promise<T>,
): Promise<T> {
	if (lock === undefined) return work();
	return withLock(machine.host, machine.facts, lock, async () => underLocks(machine, others, signal, work), signal);
}

/**
 * Moves the writable layer out of a container whose command has ended, before its folders are removed.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when the root filesystem is a copy and not an overlay.
 */
function takeLayer({host, dirs}: Machine, name: string, to: string): void {
	const layer = [`${dirs.store}/layers/${name}`, `${containerFolder(dirs.state, name)}/layer`].find(
		folder => host.lstat(`${folder}/upper`) !== undefined,
	);
	if (layer === undefined) {
		throw new TsboxError('E_HOST_UNSUPPORTED', 'cannot tell which files the command wrote', {
			why: 'its root filesystem is a copy and not an overlay',
			hint: 'run `tsbox doctor` to see why overlay does not work here',
		});
	}
	host.rename(`${layer}/upper`, to);
}
