import type {Attachment, CommandEnd} from '../machine/attachment.ts';
import type {Machine} from '../machine/machine.ts';
import {signalOf} from '../../errors/interruption.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {attach} from '../../execute/attach.ts';
import type {ExecutorChoice} from '../../spec/config/executors.ts';
import {parseUser} from '../../spec/values/user.ts';
import {containerFolder} from '../../state/record.ts';
import type {UserIds} from '../../step/verbs/drop-privileges.ts';
import {entranceTo, unlessAborted} from './enter-container.ts';
import {exitCodeOf} from '../machine/exit-code.ts';

/** A command to run in an existing container. */
export interface ExecRequest extends Attachment {
	readonly args: readonly string[];
	readonly user?: string;
	readonly workdir?: string;
	readonly env: readonly string[];
	/** By default what the configuration says, or `auto`. */
	readonly executor?: ExecutorChoice;
	/** Called when the command is running. */
	readonly onBegun?: () => void;
}

/** Takes `1000:100` as numeric ids; any other user is looked up in the container's files. */
function userOf(user: string | undefined): UserIds | string | undefined {
	if (user === undefined) return undefined;
	const parsed = parseUser(user);
	if (!parsed.ok) throw new TsboxError('E_USAGE', `the user ${parsed.problem}`, {hint: 'the largest id is 4294967294'});
	const match = /^(\d{1,10}):(\d{1,10})$/.exec(user);
	if (match === null) return user;
	const [uid, gid] = [Number(match[1]), Number(match[2])];
	return {uid, gid, groups: [gid]};
}

/**
 * Runs a command in all namespaces and the cgroup of a running container, with no more capabilities than the container has.
 *
 * @throws TsboxError E_USAGE, E_NO_SUCH_CONTAINER, E_PAUSED, E_PERMISSION, E_STATE, E_STEP_FAILED, E_CHECK_FAILED,
 * E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE, E_INTERRUPTED.
 */
export async function execIn(machine: Machine, name: string, request: ExecRequest): Promise<CommandEnd> {
	const {host, facts, dirs} = machine;
	const user = userOf(request.user);
	const {record, argv, pass} = entranceTo(machine, name, {user, tty: request.tty, executor: request.executor});
	const {process} = record.config;
	const attachment = attach(host, facts, request.stdio, {
		tty: request.tty,
		conf: containerFolder(dirs.state, record.name),
	});
	const program = await attachment.launch(argv);
	try {
		const exec = {
			kind: 'exec',
			cwd: request.workdir ?? process.cwd,
			args: request.args,
			env: [...withHome(process.env, record.process.ids.uid), ...(request.tty ? ['TERM=xterm'] : []), ...request.env],
			init: 'none',
		} as const;
		const either = AbortSignal.any([request.signal, request.force]);
		const inside = await unlessAborted(host, program, either, 'the start was interrupted', () =>
			pass(program, {...exec, env: lastOfEach(exec.env)}, attachment.onProcess),
		);
		request.onBegun?.();
		const stop = (): void => void signalProcess(host, inside, signalOf(request.signal));
		const kill = (): void => void signalProcess(host, inside, 'SIGKILL');
		request.signal.addEventListener('abort', stop, {once: true});
		request.force.addEventListener('abort', kill, {once: true});
		if (request.signal.aborted) stop();
		attachment.connect();
		const ended = await program.ended;
		request.signal.removeEventListener('abort', stop);
		request.force.removeEventListener('abort', kill);
		host.kill(-program.pid, 'SIGKILL');
		await attachment.finish();
		return {exitCode: exitCodeOf(ended), signal: ended.signal ?? null};
	} finally {
		host.kill(-program.pid, 'SIGKILL');
		attachment.release();
	}
}

function withHome(env: readonly string[], uid: number): readonly string[] {
	return uid === 0 && !env.some(each => each.startsWith('HOME=')) ? [...env, 'HOME=/root'] : env;
}

/** Removes all but the last value of each variable. */
function lastOfEach(env: readonly string[]): readonly string[] {
	return [...new Map(env.map(each => [each.split('=')[0], each])).values()];
}
