import type {Machine} from '../container/machine/machine.ts';
import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {closeDescriptor, openFifo, type OpenedFifo} from '../host/programs/stdio.ts';

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

/** Makes FIFOs; `close` removes what was made ahead. */
export interface FifoMaker {
	/** One for each way in which our end is used. */
	readonly make: (ours: readonly ('read' | 'write')[]) => Promise<readonly OpenedFifo[]>;
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
		make: async ours => {
			while (stock.length < ours.length) {
				making ??= more().finally(() => (making = undefined));
				await making;
			}
			const opened: OpenedFifo[] = [];
			const paths = stock.splice(-ours.length);
			try {
				for (const [at, path] of paths.entries()) opened.push(await openFifo(path, ours[at] ?? 'read'));
				return opened;
			} catch (error) {
				for (const {stream, theirs} of opened) {
					stream.destroy();
					closeDescriptor(theirs);
				}
				throw error;
			} finally {
				for (const path of paths) host.removeTree(path);
			}
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
	const made = await fifos.make(['write', 'read', 'read']);
	const [input, output, errors] = made as readonly [OpenedFifo, OpenedFifo, OpenedFifo];
	const stdin = input.stream.on('error', () => {});
	const [stdout, stderr] = [output.stream, errors.stream];
	const ends = {stdin: input.theirs, stdout: output.theirs, stderr: errors.theirs};
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
