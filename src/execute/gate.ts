import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import {errnoOf} from '../host/errno.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host, RunningProgram, Stdio} from '../host/host.ts';
import {closeDescriptor, openFifoBoth, openFifoReader, openFifoWriter, pipeStream} from '../host/programs/stdio.ts';
import {gateScript} from '../step/script/gate-script.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import {type CommandTrouble, commandTroubles} from './command-trouble.ts';
import {makeFifos} from './fifos.ts';
import {gateRefusal, refusedBy} from './start-failure.ts';
import {statusLines} from './status-pipe.ts';

/** The channels between a start and its container, which reports on `status` and waits for lines on `answers`. */
export interface Gate {
	readonly status: Readable;
	readonly answers: Writable;
}

/** A form of the gate: descriptors 3 and 4 of the started program, and how this process opens the other ends. */
export interface GateForm {
	readonly ends: readonly [status: Stdio, answers: Stdio];
	readonly open: (program: RunningProgram) => Gate;
}

/** A gate of pipes to this process. If this process ends, the container cannot pass the gate any more. */
export const pipeGate: GateForm = {
	ends: ['pipe', 'pipe'],
	open: ({pipes}) => ({status: pipes[3] as Readable, answers: pipes[4] as Writable}),
};

const statusFifo = (conf: string): string => `${conf}/gate-status`;
const answersFifo = (conf: string): string => `${conf}/gate-answers`;

/**
 * A gate of FIFOs in the container's state folder. The container waits there even after this process has ended, and
 * another process continues with {@link reopenGate}: `create` and `start` of an OCI runtime are two processes.
 *
 * The container has both ends of each FIFO open (fifo(7)). While no other process does, it must neither read
 * end-of-file from `answers` nor get SIGPIPE on `status`.
 */
export async function fifoGate(host: Host, conf: string): Promise<GateForm> {
	await makeFifos(host, '600', [statusFifo(conf), answersFifo(conf)]);
	const ends = [openFifoBoth(statusFifo(conf)), openFifoBoth(answersFifo(conf))] as const;
	return {
		ends,
		open: () => {
			const gate = reopenGate(conf);
			for (const fd of ends) closeDescriptor(fd);
			return gate;
		},
	};
}

/**
 * Opens the gate of a container that waits at its FIFOs.
 *
 * @throws TsboxError E_STATE when no container waits there.
 */
export function reopenGate(conf: string): Gate {
	const answers = writerOf(answersFifo(conf));
	if (answers === undefined)
		throw new TsboxError('E_STATE', `no container waits at ${answersFifo(conf)}`, {
			why: 'it has ended, or was started already',
			hint: '`tsbox ps -a` shows its state',
		});
	return {status: pipeStream(openFifoReader(statusFifo(conf)), 'read'), answers: pipeStream(answers, 'write')};
}

/** The write end of a FIFO; undefined if the FIFO is gone or no process reads it (ENXIO, fifo(7)). */
function writerOf(path: string): number | undefined {
	try {
		return openFifoWriter(path);
	} catch (error) {
		if (errnoOf(error) === 'ENXIO' || errnoOf(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * Writes the command to the gate.
 *
 * @param pid - the process that waits there
 * @returns the files that the command may resolve to and that cannot be run
 */
export function handIn(
	{answers}: Gate,
	exec: ExecAction,
	host: Host,
	facts: HostFacts,
	pid: number,
): readonly CommandTrouble[] {
	const troubles = commandTroubles(host, facts, pid, exec);
	answers.write(
		gateScript(
			exec,
			facts,
			refusedBy(troubles).map(({file}) => file),
		),
	);
	return troubles;
}

/**
 * Hands the command in and waits until it runs. For a container that another process has already checked.
 *
 * @throws TsboxError E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE, E_STEP_FAILED.
 */
export async function letThrough(
	gate: Gate,
	exec: ExecAction,
	host: Host,
	facts: HostFacts,
	pid: number,
): Promise<void> {
	const troubles = handIn(gate, exec, host, facts, pid);
	try {
		for await (const line of statusLines(gate.status)) {
			switch (line.kind) {
				case 'exec':
					return;
				case 'directory':
				case 'notfound':
				case 'notexecutable':
				case 'unrunnable':
				case 'hook':
					throw gateRefusal(line, exec, 'run the command', troubles);
				case 'begin':
				case 'fail':
				case 'ids':
				case 'pid':
				case 'ready':
				case 'text':
				case 'value':
			}
		}
	} finally {
		gate.answers.end();
		gate.status.destroy();
	}
	throw new TsboxError('E_STEP_FAILED', 'the container ended at its gate', {
		why: 'it was killed, by a signal or by the kernel for lack of memory',
		hint: '`tsbox ps -a` shows its state',
	});
}
