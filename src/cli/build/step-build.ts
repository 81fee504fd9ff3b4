import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HeldRow, HoldRow} from '../../build/execute/held-row.ts';
import {rowHelp, rowPage, rowPrompt} from '../../view/plan/build-row-page.ts';
import {lookOf} from '../output/look-of.ts';
import type {Machine} from '../../container/machine/machine.ts';
import type {Io} from '../verb/io.ts';
import {programOf} from '../verb/program.ts';

/** Goes through a build instruction by instruction: shows each one, and asks what to do before it is done. */
export function buildHold(io: Io, {dirs}: Pick<Machine, 'dirs'>, signal: AbortSignal): HoldRow {
	let asks = true;
	return async held => {
		if (!asks || held.row.kind === 'meta') return;
		const look = await lookOf(io, 'stderr', [held.row]);
		io.err(rowPage(held, look));
		for (;;) {
			io.err(rowPrompt(look));
			const answer = (await io.readLine(signal))?.trim().toLowerCase();
			switch (answer) {
				case '':
					return;
				case 'c':
				case 'continue':
					asks = false;
					return;
				case 's':
				case 'shell':
					await shellIn(held);
					if (signal.aborted) throw interrupted();
					break;
				case 'q':
				case 'quit':
				case undefined:
					if (answer === undefined) io.err('\n');
					throw interrupted();
				default:
					io.err(rowHelp(look));
			}
		}
	};

	async function shellIn(held: HeldRow): Promise<void> {
		const own = [programOf(io), '--store', dirs.store, '--state', dirs.state];
		const isThere = await held.look(async spec => {
			io.err('a shell in the files so far; what it changes is lost; `exit` comes back to the build\n');
			await io.runOnTerminal([...own, 'run', '-it', spec], io.env, signal);
		});
		if (!isThere) io.err('there are no files yet\n');
	}
}

function interrupted(): TsboxError {
	return new TsboxError('E_INTERRUPTED', 'the build was interrupted');
}
