import {present} from '../spec/syntax/pick.ts';
import type {Machine} from '../container/machine/machine.ts';
import {execIn} from '../container/enter/exec-in.ts';
import {checkOptions, checkValue} from './check-options.ts';
import {commandWords} from './option-kinds.ts';
import {boxExecTable, checkText, execTable} from './option-tables.ts';
import {type CommandOptions, environmentWords, type MachineChoice, machineOf} from './options.ts';
import {pipesFor} from './pipes.ts';
import {type RunningCommand, runCommand} from './run-command.ts';

/** Options of `exec`. */
export interface ExecOptions extends Omit<CommandOptions, 'command'> {
	/** `user[:group]`; by default the user of the container. */
	readonly user?: string;
}

/** How long to wait for output, in ms, when a background process still holds the pipes open. */
const lingering = 100;

/**
 * Runs a command in a running container, also in one started by another process. Like `run`, it resolves for any exit status.
 * Background processes of the command keep running. A timeout, too much output or an abort kills the command's own process only.
 *
 * @throws TsboxError (rejects) E_NO_SUCH_CONTAINER, E_PAUSED, E_COMMAND_NOT_FOUND, or another reason why the command cannot run.
 */
export function exec(
	name: string,
	command: readonly string[],
	options: ExecOptions & MachineChoice = {},
): RunningCommand {
	return execOn(
		() => machineOf(options),
		name,
		command,
		options,
		() => {
			checkText('the name for `exec`', name);
			checkOptions('exec', execTable, options);
		},
	);
}

/** Like `exec`, on a machine that is opened when it is needed. */
export function execOn(
	open: () => Promise<Machine>,
	name: string,
	command: readonly string[],
	options: ExecOptions,
	check: () => void = () => checkOptions('exec', boxExecTable, options),
): RunningCommand {
	const checkAll = (): void => {
		checkValue('the command for `exec`', commandWords, command);
		check();
	};
	const work: Parameters<typeof runCommand>[2] = async ({signal, connect, begin}) => {
		const machine = await open();
		const pipes = await pipesFor(machine);
		const force = new AbortController();
		try {
			connect(pipes);
			signal.addEventListener('abort', () => force.abort(), {once: true});
			const end = await execIn(machine, name, {
				args: command,
				env: environmentWords(options.env),
				tty: false,
				stdio: pipes.ends,
				signal: new AbortController().signal,
				force: force.signal,
				onBegun: () => begin(() => force.abort()),
				...present({user: options.user, workdir: options.cwd}),
			});
			return {...end, oomKilled: false};
		} finally {
			pipes.closeEnds();
		}
	};
	return runCommand(options, checkAll, work, lingering);
}
