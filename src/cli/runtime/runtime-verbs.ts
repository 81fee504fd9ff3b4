import {resolve} from 'node:path';
import type {Machine} from '../../container/machine/machine.ts';
import type {ClaimedContainer} from '../../container/start/claim-container.ts';
import {openFolders, openMachine} from '../../container/machine/open-machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {namedText} from '../../host/programs/named-descriptors.ts';
import {callerText} from '../../host/programs/stdio.ts';
import {preservedOf} from '../../runtime/preserved.ts';
import {stayAwake} from '../../runtime/stay-awake.ts';
import {checkLimitOptions, limitOptions} from './limit-options.ts';
import type {RuntimeArguments} from './parse-runtime.ts';
import {execProcess} from './process-options.ts';
import {idOf, optionOf, type RuntimeContext} from './runtime-main.ts';

async function machineOf({folders, io}: RuntimeContext): Promise<Machine> {
	// Configurations are those of the machine: the folder of a bundle has none.
	return await openMachine(folders, true, {host: realHost(), env: io.env, cwd: '/'});
}

async function foldersOf({folders, io}: RuntimeContext) {
	return await openFolders(folders, false, {host: realHost(), env: io.env, cwd: '/'});
}

function pathOption(args: RuntimeArguments, {io}: RuntimeContext, name: string): string | undefined {
	const path = optionOf(args, name);
	return path === undefined || path === '' ? undefined : resolve(io.cwd, path);
}

function preserved(args: RuntimeArguments, {io, warn}: RuntimeContext) {
	return preservedOf(Number(optionOf(args, 'preserve-fds') ?? 0), {env: io.env, pid: process.pid, warn});
}

function refusePidfd(args: RuntimeArguments): void {
	if (optionOf(args, 'pidfd-socket') !== undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', '--pidfd-socket is not supported', {
			why: 'no tool opens a pidfd and sends it',
			hint: 'use --pid-file',
		});
}

/** In the words of runc, or in those of crun. */
function asksSystemd(globals: RuntimeArguments['globals']): boolean {
	return globals['systemd-cgroup']?.at(-1) === 'true' || globals['cgroup-manager']?.at(-1) === 'systemd';
}

function createRequest(args: RuntimeArguments, context: RuntimeContext, signal: AbortSignal) {
	const [id] = idOf(args, 0);
	refusePidfd(args);
	return {
		root: context.root,
		id,
		bundle: pathOption(args, context, 'bundle') ?? context.io.cwd,
		config: optionOf(args, 'config'),
		pidFile: pathOption(args, context, 'pid-file'),
		consoleSocket: pathOption(args, context, 'console-socket'),
		preserved: preserved(args, context),
		noPivot: optionOf(args, 'no-pivot') === 'true',
		systemdCgroup: asksSystemd(args.globals),
		signal,
		warn: context.warn,
		debug: context.debug,
	};
}

async function create(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {create: createContainer} = await import('../../runtime/create.ts');
	const request = createRequest(args, context, new AbortController().signal);
	await stayAwake(createContainer(await machineOf(context), request));
	return 0;
}

const passed = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

async function run(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const record = optionOf(args, 'record') === 'true';
	if (optionOf(args, 'detach') === 'true') {
		if (record)
			throw new TsboxError('E_USAGE', '--record and --detach cannot be combined', {
				why: 'a run is recorded by the process that waits for its end',
				hint: 'leave one of them out',
			});
		await create(args, context);
		return await start(args, context);
	}
	const {run: runContainer} = await import('../../runtime/run.ts');
	const abort = new AbortController();
	let send = (name: string): void => abort.abort(name);
	for (const name of passed) process.on(name, () => send(name));
	const machine = await machineOf(context);
	const request = {
		...createRequest(args, context, abort.signal),
		keep: optionOf(args, 'keep') === 'true',
		record,
		recorder: async (claimed: ClaimedContainer) => await recorderOf(machine, claimed, context),
	};
	return await runContainer(machine, request, next => (send = next));
}

async function recorderOf(machine: Machine, {planned, record}: ClaimedContainer, {warn}: RuntimeContext) {
	const {sweepRuns} = await import('../../container/recover/sweep-state.ts');
	const {recordRun} = await import('../../records/recorder.ts');
	// An engine that kills a run leaves half a record, and where only engines start containers nobody calls `gc`.
	sweepRuns(machine);
	return recordRun(machine, planned, {
		verb: 'run',
		tty: planned.config.process.terminal,
		bestEffort: false,
		engine: record.engine?.kind,
		emit: event => {
			if (event.type === 'warning') warn(event.text);
		},
	});
}

function named(args: RuntimeArguments, {root, warn}: RuntimeContext, most = 0) {
	const [id, ...rest] = idOf(args, most);
	return {root, id, warn, rest};
}

async function start(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {startCreated} = await import('../../runtime/control.ts');
	await startCreated(await machineOf(context), named(args, context));
	return 0;
}

async function state(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {findRecord} = await import('../../runtime/find-record.ts');
	const {stateText} = await import('../../runtime/state-text.ts');
	const {record, status} = findRecord(await foldersOf(context), context.root, named(args, context).id);
	context.io.out(`${stateText(record, status)}\n`);
	return 0;
}

async function kill(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {killProcess} = await import('../../runtime/control.ts');
	const {rest, ...who} = named(args, context, 1);
	killProcess(await foldersOf(context), who, rest[0] ?? 'SIGTERM', optionOf(args, 'all') === 'true');
	return 0;
}

async function remove(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {deleteContainer} = await import('../../runtime/control.ts');
	const machine = await machineOf(context);
	const {id, ...who} = named(args, context);
	const ids =
		optionOf(args, 'regex') === 'true'
			? (await import('../../runtime/list.ts')).matchingIds(machine, context.root, id)
			: [id];
	for (const each of ids) await deleteContainer(machine, {...who, id: each}, optionOf(args, 'force') === 'true');
	return 0;
}

async function setPaused(args: RuntimeArguments, context: RuntimeContext, paused: boolean): Promise<number> {
	const control = await import('../../runtime/control.ts');
	await control.setPaused(await foldersOf(context), named(args, context), paused);
	return 0;
}

async function ps(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {findRecord} = await import('../../runtime/find-record.ts');
	const {cgroupPids} = await import('../../kernel/processes.ts');
	const machine = await foldersOf(context);
	const {id, rest} = named(args, context, Number.POSITIVE_INFINITY);
	const {record} = findRecord(machine, context.root, id);
	const pids = cgroupPids(machine.host, record.cgroups) ?? (record.process === null ? [] : [record.process.pid]);
	if (optionOf(args, 'format') === 'json') context.io.out(`${JSON.stringify(pids)}\n`);
	else {
		const {processTable} = await import('../../runtime/process-table.ts');
		context.io.out(await processTable(machine.host, pids, rest));
	}
	return 0;
}

async function list(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {listContainers} = await import('../../runtime/list.ts');
	const rows = listContainers(await foldersOf(context), context.root);
	const {out} = context.io;
	if (optionOf(args, 'quiet') === 'true') out(rows.map(({id}) => `${id}\n`).join(''));
	else if (optionOf(args, 'format') === 'json') out(`${JSON.stringify(rows)}\n`);
	else {
		const {table} = await import('../../view/text/table.ts');
		const cells = rows.map(({id, pid, status, bundle, created, owner}) => [
			id,
			String(pid),
			status,
			bundle,
			created,
			owner,
		]);
		out(`${table([['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'], ...cells], text => text.length)}\n`);
	}
	return 0;
}

async function exec(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const [id, ...command] = idOf(args, Number.POSITIVE_INFINITY);
	refusePidfd(args);
	const {exec: execIn} = await import('../../runtime/exec.ts');
	const machine = await machineOf(context);
	const running = execIn(
		machine,
		{
			root: context.root,
			id,
			process: await execProcess(machine, args, context, id, command),
			consoleSocket: pathOption(args, context, 'console-socket'),
			pidFile: pathOption(args, context, 'pid-file'),
			detach: optionOf(args, 'detach') === 'true',
			ignorePaused: optionOf(args, 'ignore-paused') === 'true',
			cgroups: args.options['cgroup'] ?? [],
			debug: context.debug,
			preserved: preserved(args, context),
		},
		send => {
			for (const name of passed) process.on(name, () => send(name));
		},
	);
	return await stayAwake(running);
}

async function update(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {update: updateContainer} = await import('../../runtime/update.ts');
	const {readBundleResources} = await import('../../spec/bundle/bundle-config.ts');
	const file = optionOf(args, 'resources');
	checkLimitOptions(args, context.warn);
	const machine = await machineOf(context);
	const path = file === undefined || file === '-' ? '/dev/stdin' : resolve(context.io.cwd, file);
	const text =
		file === undefined
			? JSON.stringify(limitOptions(args))
			: file === '-'
				? await callerText()
				: ((await namedText(file)) ?? machine.host.readText(path) ?? '');
	await updateContainer(machine, named(args, context), readBundleResources(text, path));
	return 0;
}

async function events(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {id} = named(args, context);
	const {printEvents} = await import('../../runtime/events.ts');
	const {parseDuration} = await import('../../spec/values/duration.ts');
	const pause = parseDuration(optionOf(args, 'interval') ?? '5s');
	if (!pause.ok || pause.value <= 0)
		throw new TsboxError('E_USAGE', 'duration interval must be greater than 0', {hint: 'write a time such as 500ms'});
	const once = optionOf(args, 'stats') === 'true';
	await printEvents(await foldersOf(context), context.root, id, {
		pauseMs: once ? undefined : pause.value,
		out: context.io.out,
	});
	return 0;
}

async function features(_: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {featuresOf} = await import('../../runtime/features.ts');
	const hasSystemd = realHost().stat('/run/systemd/system') !== undefined;
	context.io.out(`${JSON.stringify(featuresOf((await machineOf(context)).facts, hasSystemd), null, 4)}\n`);
	return 0;
}

async function spec(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const {templateOf} = await import('../../runtime/spec-template.ts');
	const file = `${pathOption(args, context, 'bundle') ?? context.io.cwd}/config.json`;
	const host = realHost();
	if (host.lstat(file) !== undefined)
		throw new TsboxError('E_USAGE', `File ${file} exists. Remove it first`, {hint: `rm ${file}`});
	const user =
		optionOf(args, 'rootless') === 'true' ? {uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0} : undefined;
	const template = templateOf(user, host.lstat('/sys/fs/cgroup/cgroup.controllers') !== undefined);
	host.writeWhole(file, `${JSON.stringify(template, null, '\t')}\n`, 0o666);
	return 0;
}

const verbs: Readonly<Record<string, (args: RuntimeArguments, context: RuntimeContext) => Promise<number>>> = {
	create,
	run,
	start,
	state,
	kill,
	delete: remove,
	ps,
	list,
	pause: (args, context) => setPaused(args, context, true),
	resume: (args, context) => setPaused(args, context, false),
	exec,
	update,
	events,
	features,
	spec,
};

/** Runs a verb of the runtime. */
export async function runVerb(args: RuntimeArguments, context: RuntimeContext): Promise<number> {
	const verb = verbs[args.verb ?? ''];
	if (verb === undefined) throw new TypeError(`${args.verb ?? ''} is no verb`);
	return await verb(args, context);
}
