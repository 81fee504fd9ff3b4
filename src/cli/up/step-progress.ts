import {TsboxError} from '../../errors/tsbox-error.ts';
import type {StepWords} from '../../execute/event.ts';
import type {HeldStep, Hold, StartLook} from '../../execute/held-step.ts';
import {nowText, stepResult} from '../../view/plan/step-result.ts';
import {stepHelp, stepPage, stepPrompt} from '../../view/plan/step-page.ts';
import type {Look} from '../../view/text/look.ts';
import {lookOf} from '../output/look-of.ts';
import type {Io} from '../verb/io.ts';

/** Goes through a start step by step: shows each step, asks what to do, and shows what the step changed. */
export function stepHold(io: Io, steps: () => readonly StepWords[], signal: AbortSignal): Hold {
	let asks = true;
	/** The step that is being done, with the look before it. */
	let current: {readonly held: HeldStep; readonly before: StartLook} | undefined;
	const showResult = (look: Look): void => {
		if (current === undefined) return;
		const {held, before} = current;
		current = undefined;
		io.err(stepResult(before, held.look(), held.checks(), look));
	};
	return async held => {
		const all = steps();
		const index = all.findIndex(({id}) => id === held.id);
		const step = all[index];
		if (!asks || step === undefined) return 'do';
		const look = await lookOf(io, 'stderr', [step, held.look()]);
		showResult(look);
		io.err(stepPage(step, index + 1, all.length, look));
		for (;;) {
			io.err(stepPrompt(held.skipping, look));
			const answer = (await io.readLine(signal))?.trim().toLowerCase();
			switch (answer) {
				case '':
					current = {held, before: held.look()};
					return 'do';
				case 'c':
				case 'continue':
					asks = false;
					return 'do';
				case 'k':
				case 'skip':
					if (held.skipping.can) {
						io.err(`${look.theme.warning('without it')}: ${held.skipping.without}\n`);
						return 'skip';
					}
					io.err(`this step cannot be skipped: ${held.skipping.why}\n`);
					break;
				case 'n':
				case 'now':
					io.err(nowText(held.look(), look));
					break;
				case 's':
				case 'shell':
				case 'i':
				case 'inside':
					await openShell(held, answer.startsWith('i') ? 'inside' : 'host', io, signal);
					if (signal.aborted) throw interrupted(step);
					break;
				case 'q':
				case 'quit':
				case undefined:
					// The answer was not echoed with a line break.
					if (answer === undefined) io.err('\n');
					throw interrupted(step);
				default:
					io.err(stepHelp(held.skipping, look));
			}
		}
	};
}

function interrupted({title}: StepWords): TsboxError {
	return new TsboxError('E_INTERRUPTED', 'the start was interrupted', {step: title});
}

/** Opens a shell between two steps; returns when it has ended. */
async function openShell(held: HeldStep, where: 'host' | 'inside', io: Io, signal: AbortSignal): Promise<void> {
	const words = held.shell(where);
	if (words === undefined) {
		io.err('there is no first process yet; `s` opens a shell on the host\n');
		return;
	}
	const inside = {
		SHELL: '/bin/sh',
		HOME: '/',
		PS1: 'inside # ',
		PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
	};
	const isInside = where === 'inside';
	if (isInside) io.err('this shell has all powers of root, and programs of the container get them too\n');
	io.err('`exit` comes back to tsbox\n');
	const status = await io.runOnTerminal(words, isInside ? {TERM: io.env['TERM'], ...inside} : io.env, signal);
	if (status === undefined && !signal.aborted) io.err('the shell cannot be started\n');
}
