import {TsboxError} from '../../errors/tsbox-error.ts';
import type {RunningProgram} from '../../host/host.ts';
import type {Attachment} from '../../execute/attach.ts';
import type {Task} from '../../host/programs/launcher.ts';
import type {CgroupKill} from '../../step/verbs/cgroups.ts';

/** How a caller that has the container's streams starts its first program. */
export interface OwnLaunch {
	/** Starts it with the streams, a status pipe and a gate. */
	readonly start: (task: Task, kill: CgroupKill) => Promise<RunningProgram>;
	/** Whether a launcher starts it, which takes rows, and kills the container when this process ends. Otherwise the container's script must. */
	readonly isLauncher: boolean;
	/** Closes the container's ends in this process, once the container has them or when it did not start. May be called twice. */
	readonly letGo: () => void;
}

/** Leaves the streams to the caller. */
export function attachOwn(
	{start, isLauncher, letGo}: OwnLaunch,
	kill: CgroupKill,
	onStarted: (program: RunningProgram) => void = () => {},
): Attachment {
	let program: RunningProgram | undefined;
	const launched = async (task: Task): Promise<RunningProgram> => {
		program = await start(task, kill);
		letGo();
		onStarted(program);
		return program;
	};
	const release = (): void => {
		letGo();
		for (const pipe of program?.pipes ?? []) pipe?.destroy();
	};
	return {
		launch: argv => launched({words: argv}),
		launchCalls: isLauncher ? rows => launched({rows}) : undefined,
		onProcess: async () => {},
		connect: () => {},
		finish: async () => release(),
		release,
	};
}

/** The error for a command whose end nobody could see: the process that started it was killed, and the command with it. */
export function statusLost(name: string, cause: Error): TsboxError {
	return new TsboxError('E_STEP_FAILED', `the exit status of the command in ${name} is unknown`, {
		cause,
		why: cause.message,
		hint: 'look for the out-of-memory killer in `dmesg`, and for programs that kill processes',
	});
}
