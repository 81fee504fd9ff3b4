import {stdin, stdout} from 'node:process';
import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {RunEvent, StepWords} from '../../execute/event.ts';
import {openTryShell, type TryShell} from '../../learn/try-shell.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../../view/text/escape.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {hasColour} from '../../view/text/theme.ts';
import {type Line, line, span} from '../draw/line.ts';
import type {ThemeName} from '../draw/palette.ts';
import {proseLines} from './prose.ts';
import {shellScreen} from './shell-screen.ts';
import {type Contents, contentsOf, takenBackText, undoneSteps} from './taken-back.ts';

/** What the screen of `tsbox try` needs. */
export interface StartTry {
	readonly machine: Machine;
	/** A value of the key `rootfs`. */
	readonly rootfs: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Ends the shell. */
	readonly signal: AbortSignal;
	readonly theme: ThemeName | undefined;
}

const functionKeys = [
	['F10', 'leave'],
	['F2', 'steps'],
] as const;

/** Texts by the root filesystem. */
const tips = [
	'This is a container with the default profile. The rows show what the kernel knows of your shell, against this machine.',
	'Try `ps`, `hostname other`, `ls /dev`, `mount -t tmpfs x /mnt`, `cat /proc/self/uid_map`. F2 shows the steps that made it.',
	'`exit` leaves, and all of it is taken back.',
].join('\n');

/**
 * Shows a shell in a container and its X-ray on the terminal of this process.
 *
 * @returns what was taken back, as text
 * @throws TsboxError when the container did not start.
 */
export async function startTry({machine, rootfs, env, signal, theme}: StartTry): Promise<string> {
	if (!('fd' in stdout) || stdout.isTTY !== true) throw new TsboxError('E_USAGE', '`try` needs a terminal', {});
	const over = new AbortController();
	const ended = AbortSignal.any([signal, over.signal]);
	const events: RunEvent[] = [];
	let steps: readonly StepWords[] = [];
	let progress = '';
	let shell: TryShell | undefined;
	let contents: Contents | undefined;
	const take = (event: RunEvent): void => {
		events.push(event);
		if (event.type === 'plan.started') steps = event.steps;
		if (event.type === 'image.reading')
			progress = `reading ${event.archive}: ${bytes(event.done)} of ${bytes(event.total)}`;
		if (event.type === 'step.started') progress = steps.find(({id}) => id === event.id)?.title ?? progress;
		if (event.type === 'container.started') progress = '';
		screen.changed();
	};
	const screen = shellScreen(
		{
			host: machine.host,
			stdin,
			stdout,
			theme: theme ?? (hasColour({...env, CI: undefined}, true) ? 'dark' : 'none'),
			glyphs: glyphs(env),
			signal: ended,
		},
		{
			against: 'machine',
			header: () => [
				span(' tsbox try ', 'title'),
				span(`  ${escapeText(rootfs)}   `, 'strong'),
				span(escapeText(progress), 'quiet'),
			],
			panel: frame => proseLines(tips, 'plain', frame),
			keys: () => functionKeys,
			typed: () => {},
			pressed: key => {
				if (key === 'f10') over.abort();
				if (key === 'f2')
					screen.ask({
						kind: 'text',
						title: 'The steps that made this container (Enter closes)',
						lines: frame => steps.flatMap((step, at) => stepLines(step, at, frame)),
						top: 0,
					});
			},
			observed: () => {
				// When the shell has ended by itself, its container is gone too.
				look();
			},
			shellEnded: () => over.abort(),
		},
	);
	const look = (): void => {
		const now = contentsOf(machine.host, shell?.processes() ?? []);
		if (now.processes.length > 0) contents = now;
	};
	try {
		shell = await openTryShell(machine, {rootfs, ...screen.size(), signal: ended, emit: take});
		screen.show({...shell, onPrompt: () => {}});
		await new Promise<void>(resolve => {
			if (ended.aborted) resolve();
			ended.addEventListener('abort', () => resolve(), {once: true});
		});
		look();
	} catch (error) {
		// The reason to stop is no failure.
		if (!ended.aborted) throw error;
	} finally {
		screen.close();
		await shell?.close();
	}
	if (contents === undefined) return '';
	return takenBackText(contents, await undoneSteps(events), true);
}

function stepLines({title, why}: StepWords, at: number, frame: Parameters<typeof proseLines>[2]): readonly Line[] {
	return [
		[span(`${at + 1} `.padStart(4), 'quiet'), span(escapeText(title), 'strong')],
		...proseLines(why, 'quiet', {...frame, columns: frame.columns - 4}).map(each => [span('    '), ...each]),
		line(''),
	];
}
