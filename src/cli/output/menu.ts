import {join} from 'node:path';
import type {Io} from '../verb/io.ts';
import {themeOf} from './theme-of.ts';

/** What is offered to who types `tsbox` alone. */
interface Offer {
	readonly keys: readonly string[];
	readonly what: string;
	/** The command line that does it, without `tsbox`. */
	readonly words: readonly string[];
	/** What to say after it. */
	readonly after?: string;
}

function offers({packageFolder}: Io): readonly Offer[] {
	const hello = join(packageFolder, 'config/examples/hello.yaml');
	return [
		{
			keys: ['Enter', ''],
			what: 'see a container start, step by step',
			words: ['up', '--plain', hello],
			after: `\nThe commands, and why each is there: tsbox plan --explain ${hello}\nBuild one by hand: tsbox learn\n`,
		},
		{keys: ['l', 'learn'], what: 'learn what a container is: build one by hand', words: ['learn']},
		{keys: ['t', 'try'], what: 'try one: a shell, beside what the kernel shows of it', words: ['try']},
		{keys: ['s', 'start', 'init'], what: 'start your own: write tsbox.yaml into this folder', words: ['init']},
		{keys: ['h', 'help', '?'], what: 'all commands', words: ['help']},
	];
}

/**
 * Asks what to do first.
 *
 * @returns the command line to run, and what to say after it; undefined to leave
 */
export async function askWhatFirst(io: Io): Promise<Pick<Offer, 'words' | 'after'> | undefined> {
	const {strong, command, quiet} = themeOf(io, 'stdout');
	const all = offers(io);
	const rows = all.map(({keys: [key = ''], what}) => `  ${strong(key.padEnd(6))} ${what}\n`);
	io.out(`${strong('tsbox')}: containers you can read\n\n${rows.join('')}  ${strong('q'.padEnd(6))} leave\n`);
	for (;;) {
		io.out('\nA letter and Enter, or just Enter: ');
		const answer = (await io.readLine(new AbortController().signal))?.trim().toLowerCase();
		if (answer === undefined || ['q', 'quit', 'exit'].includes(answer)) return undefined;
		const chosen = all.find(({keys}) => keys.slice(1).includes(answer) || keys[0] === answer);
		if (chosen !== undefined) {
			io.out(`${quiet('$')} ${command(['tsbox', ...chosen.words].join(' '))}\n`);
			return chosen;
		}
		io.out(`There is no "${answer.replaceAll(/[^\x20-\x7e]/g, '?')}".`);
	}
}
