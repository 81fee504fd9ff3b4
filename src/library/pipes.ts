import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
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

/** Makes pipes; `close` removes what was made ahead. */
export interface PipeMaker {
	readonly make: () => Promise<Pipes>;
	readonly close: () => void;
}

/**
 * Pipes between this process and containers. They are FIFOs: Node's own pipes are sockets, through which a program can't
 * open /dev/stdout. One mkfifo(1) makes those for several containers, and each loses its name as soon as it is open, so
 * that nobody else can open it and none is used twice.
 *
 * @param folder - where they are made, readable for this user only
 * @param ahead - for how many containers one mkfifo(1) makes them
 */
export function pipeMaker(host: Host, folder: string, ahead: number): PipeMaker {
	const stock: string[] = [];
	let making: Promise<void> | undefined;
	const more = async (): Promise<void> => {
		host.mkdirs(folder, 0o700);
		const prefix = `${folder}/${process.pid}-${randomBytes(6).toString('hex')}`;
		const made = Array.from({length: ahead * 3}, (_, at) => `${prefix}-${at}`);
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
	const open = (): {readonly readEnd: number; readonly writeEnd: number} => {
		const path = stock.pop() ?? '';
		try {
			return openFifo(path);
		} finally {
			host.removeTree(path);
		}
	};
	return {
		make: async () => {
			while (stock.length < 3) {
				making ??= more().finally(() => (making = undefined));
				await making;
			}
			const [input, output, errors] = [open(), open(), open()];
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
		},
		close: () => {
			for (const path of stock.splice(0)) host.removeTree(path);
		},
	};
}
