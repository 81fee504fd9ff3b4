import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
import type {Machine} from '../engine/types.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {closeDescriptor, openFifo, pipeStream} from '../host/stdio.ts';

/** The two ends of three pipes: ours as streams, the container's as descriptors. */
export interface Pipes {
	readonly stdin: Writable;
	readonly stdout: Readable;
	readonly stderr: Readable;
	readonly ends: {readonly stdin: number; readonly stdout: number; readonly stderr: number};
	/** Closes the container's ends here, once it has them: only then do its outputs end with it. */
	readonly closeEnds: () => void;
	/** Gives all of it back. */
	readonly destroy: () => void;
}

/** The two ends of a FIFO. */
export interface Fifo {
	readonly readEnd: number;
	readonly writeEnd: number;
}

/** Makes FIFOs; `close` removes what was made ahead. */
export interface FifoMaker {
	readonly make: (count: number) => Promise<readonly Fifo[]>;
	readonly close: () => void;
}

/**
 * Makes FIFOs that only this process holds: one mkfifo(1) makes several, and each loses its name as soon as it is open, so that
 * nobody else can open it and none is used twice.
 *
 * @param folder - where they are made, readable for this user only
 * @param ahead - how many one mkfifo(1) makes
 */
export function fifoMaker(host: Host, folder: string, ahead: number): FifoMaker {
	const stock: string[] = [];
	let making: Promise<void> | undefined;
	const more = async (): Promise<void> => {
		host.mkdirs(folder, 0o700);
		const prefix = `${folder}/${process.pid}-${randomBytes(6).toString('hex')}`;
		const made = Array.from({length: ahead}, (_, at) => `${prefix}-${at}`);
		// The command may be another user's, and opens /dev/stdin for reading and the others for writing.
		const {ended} = host.start(['mkfifo', '-m', '666', ...made], {stdio: ['ignore', 'ignore', 'ignore']});
		const {exitCode} = await ended;
		if (exitCode !== 0) {
			for (const path of made) host.removeTree(path);
			throw new TsboxError('E_STEP_FAILED', 'no pipe could be made', {
				command: `mkfifo -m 666 ${prefix}-0`,
				hint: 'see that there is room for files in the state folder',
			});
		}
		stock.push(...made);
	};
	return {
		make: async count => {
			while (stock.length < count) {
				making ??= more().finally(() => (making = undefined));
				await making;
			}
			const opened: Fifo[] = [];
			for (const path of stock.splice(-count)) {
				try {
					opened.push(openFifo(path));
				} catch (error) {
					for (const {readEnd, writeEnd} of opened) [readEnd, writeEnd].forEach(closeDescriptor);
					throw error;
				} finally {
					host.removeTree(path);
				}
			}
			return opened;
		},
		close: () => {
			for (const path of stock.splice(0)) host.removeTree(path);
		},
	};
}

/** How many FIFOs the streams of a container are. */
export const fifosOfPipes = 3;

/**
 * Pipes between this process and a container. They are FIFOs: Node's own pipes are sockets, through which a program can't
 * open /dev/stdout.
 *
 * @throws TsboxError E_STEP_FAILED when none can be made.
 */
export async function makePipes(fifos: FifoMaker): Promise<Pipes> {
	const [input, output, errors] = (await fifos.make(fifosOfPipes)) as readonly [Fifo, Fifo, Fifo];
	const stdin = pipeStream(input.writeEnd, 'write').on('error', () => {});
	const [stdout, stderr] = [pipeStream(output.readEnd, 'read'), pipeStream(errors.readEnd, 'read')];
	const ends = {stdin: input.readEnd, stdout: output.writeEnd, stderr: errors.writeEnd};
	let held = true;
	const closeEnds = (): void => {
		if (held) for (const fd of Object.values(ends)) closeDescriptor(fd);
		held = false;
	};
	const destroy = (): void => {
		closeEnds();
		for (const stream of [stdin, stdout, stderr]) stream.destroy();
	};
	return {stdin, stdout, stderr, ends, closeEnds, destroy};
}

/** The pipes of one container that is started by itself. */
export async function pipesFor({host, dirs}: Machine): Promise<Pipes> {
	return makePipes(fifoMaker(host, pipesFolder(dirs.state), fifosOfPipes));
}

/** Where FIFOs are made. */
export function pipesFolder(state: string): string {
	return `${state}/pipes`;
}
