import {entranceTo} from '../container/enter/enter-container.ts';
import {exitCodeOf} from '../container/machine/exit-code.ts';
import type {Machine} from '../container/machine/machine.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {attach} from '../execute/attach.ts';
import {withPreserved} from '../execute/preserved-stdio.ts';
import {signalProcess} from '../host/programs/process.ts';
import type {OciProcess} from '../oci/config.ts';
import {present} from '../spec/syntax/pick.ts';
import {containerFolder} from '../state/record.ts';
import {bundleProgram} from '../step/calls/bundle-program.ts';
import {subCgroups} from './cgroups/sub-cgroups.ts';
import {checkTerminal, ownConsole} from './console.ts';
import {findCommand} from './find-command.ts';
import {findRecord} from './find-record.ts';
import {homeOf} from './home-of.ts';
import type {Preserved} from './preserved.ts';
import {inRuncsWords} from './runc-words.ts';
import {scheduleProcess} from './schedule-process.ts';

/** A process that an engine wants in a running container. */
export interface EngineExec {
	readonly root: string;
	readonly id: string;
	readonly process: OciProcess;
	readonly consoleSocket?: string | undefined;
	readonly pidFile?: string | undefined;
	/** Return when the process runs, and leave it to the engine. */
	readonly detach: boolean;
	readonly ignorePaused: boolean;
	/** Told how far it is. */
	readonly debug?: ((text: string) => void) | undefined;
	/** Control groups below those of the container: `[CONTROLLERS:]PATH`. */
	readonly cgroups: readonly string[];
	/** Descriptors of the caller that the process is to have. */
	readonly preserved: Preserved;
}

/**
 * Runs a process in the namespaces and the control groups of a container of an engine.
 *
 * @param onSignal - called with what sends the process a signal, unless it is left to the engine
 * @returns the exit status; 0 for one that is left to the engine
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE, E_STEP_FAILED.
 */
export async function exec(
	machine: Machine,
	asked: EngineExec,
	onSignal: (send: (signal: string) => void) => void,
): Promise<number> {
	const {host, facts, dirs} = machine;
	const {process, consoleSocket} = asked;
	const {fds} = asked.preserved;
	checkTerminal(process, consoleSocket, !asked.detach);
	const {record, status} = findRecord(machine, asked.root, asked.id);
	if (status === 'stopped')
		throw new TsboxError('E_STATE', 'cannot exec in a stopped container', {hint: 'start another one'});
	if (status === 'paused' && !asked.ignorePaused)
		throw new TsboxError('E_PAUSED', 'cannot exec in a paused container (use --ignore-paused to override)', {
			hint: 'resume it first',
		});
	const first = record.process;
	if (first === null)
		throw new TsboxError('E_STATE', 'cannot exec in a container that is being created', {hint: 'wait'});
	const {uid, gid, additionalGids = [], umask} = process.user;
	const conf = containerFolder(dirs.state, record.name);
	const ownSocket = ownConsole(conf);
	const {argv, pass} = entranceTo(machine, record.name, {
		user: {uid, gid, groups: additionalGids},
		tty: false,
		engine: {
			leaves: asked.detach,
			...(process.terminal
				? {
						console: {
							socket: consoleSocket ?? ownSocket,
							rows: process.consoleSize?.height ?? 0,
							columns: process.consoleSize?.width ?? 0,
						},
					}
				: {}),
			limits: process.rlimits.map(({type, soft, hard}) => ({
				name: type.replace('RLIMIT_', '').toLowerCase(),
				soft,
				hard,
			})),
			...present({oomScoreAdj: process.oomScoreAdj, persona: record.config.linux.personality}),
			process,
			...(asked.cgroups.length === 0 ? {} : {cgroups: subCgroups(host, facts.cgroup, record.cgroups, asked.cgroups)}),
			program: bundleProgram,
			ignoresPause: asked.ignorePaused,
		},
	});
	findCommand(first.pid, process);
	const home = homeOf(process, record.config.root.path);
	const attachment = attach(
		host,
		facts,
		{stdin: 0, stdout: 1, stderr: 2},
		{tty: process.terminal && consoleSocket === undefined, consoleSocket: ownSocket, conf, preserved: fds},
	);
	asked.debug?.(`nsexec container setup: enter the namespaces of ${first.pid}`);
	const program = asked.detach
		? host.start(argv, {stdio: withPreserved([0, 1, 2, 'pipe', 'pipe'], fds), isBackground: true})
		: await attachment.launch(argv);
	const inside = await pass(
		program,
		{
			kind: 'exec',
			cwd: process.cwd,
			args: process.args,
			env: home === undefined ? process.env : [...process.env, `HOME=${home}`],
			init: 'none',
			...(umask === undefined ? {} : {umask}),
			...(fds.length === 0 ? {} : {preserved: fds.length}),
		},
		async inside => {
			asked.debug?.(`child process in init(): ${inside.pid} waits at its gate`);
			await attachment.onProcess(inside);
			if (process.scheduler !== undefined) await scheduleProcess(machine, inside.pid, process.scheduler);
			asked.debug?.(`setns_init: about to exec ${process.args[0] ?? ''}`);
		},
	).catch((error: unknown) => {
		host.kill(-program.pid, 'SIGKILL');
		throw inRuncsWords(error, process.args[0]);
	});
	if (asked.pidFile !== undefined) host.writeWhole(asked.pidFile, String(inside.pid), 0o644);
	if (asked.detach) return 0;
	onSignal(signal => void signalProcess(host, inside, signal));
	attachment.connect();
	const ended = await program.ended;
	await attachment.finish();
	return exitCodeOf(ended);
}
