import type {Machine} from '../container/machine/machine.ts';
import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {closeDescriptor, openFifo, type OpenedFifo} from '../host/programs/stdio.ts';

/** Our ends of the pipes between this process and a container. */
export interface Streams {
	readonly stdin: Writable;
	readonly stdout: Readable;
	readonly stderr: Readable;
	readonly destroy: () => void;
}

/** Three pipes between this process and a container: our ends are streams, the container's ends are descriptors. */
export interface Pipes extends Streams {
	readonly ends: {readonly stdin: number; readonly stdout: number; readonly stderr: number};
	/** Closes our copies of the container's ends once it has them. The outputs reach their end only then. */
	readonly closeEnds: () => void;
}

/** Makes FIFOs. `close` removes the ones made in advance. */
export interface FifoMaker {
	/** Makes one FIFO for each direction of our end. */
	readonly make: (ours: readonly ('read' | 'write')[]) => Promise<readonly OpenedFifo[]>;
	readonly close: () => void;
}

/**
 * Makes FIFOs that only this process holds. One mkfifo(1) call makes several. Each FIFO is unlinked as soon as it is open, so no other
 * process can open it and none is used twice.
 *
 * @param folder - where FIFOs are made; only this user can enter it
 * @param ahead - how many FIFOs one mkfifo(1) call makes
 */
export function fifoMaker(host: Host, folder: string, ahead: number): FifoMaker {
	const stock: string[] = [];
	let making: Promise<void> | undefined;
	const more = async (): Promise<void> => {
		host.mkdirs(folder, 0o700);
		const prefix = `${folder}/${process.pid}-${randomBytes(6).toString('hex')}`;
		const made = Array.from({length: ahead}, (_, at) => `${prefix}-${at}`);
		// The command may run as another user, who opens /dev/stdin for reading and the others for writing.
		const {ended} = host.start(['mkfifo', '-m', '666', ...made], {stdio: ['ignore', 'ignore', 'ignore']});
		const {exitCode} = await ended;
		if (exitCode !== 0) {
			for (const path of made) host.removeTree(path);
			throw new TsboxError('E_STEP_FAILED', 'cannot make a FIFO', {
				command: `mkfifo -m 666 ${prefix}-0`,
				hint: `check the free space and inodes: df -i ${folder}`,
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

/** FIFOs that the streams of one container need. */
export const fifosOfPipes = 3;

/**
 * Makes the pipes between this process and a container. They are FIFOs, because Node's own pipes are sockets, and a program
 * cannot open /dev/stdout on a socket.
 *
 * @throws TsboxError E_STEP_FAILED when mkfifo(1) fails.
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

/** Makes the pipes of a single container. */
export async function pipesFor({host, dirs}: Machine): Promise<Pipes> {
	return makePipes(fifoMaker(host, pipesFolder(dirs.state), fifosOfPipes));
}

/** The folder for FIFOs. */
export function pipesFolder(state: string): string {
	return `${state}/pipes`;
}
