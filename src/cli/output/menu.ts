import {join} from 'node:path';
import type {Io} from '../verb/io.ts';
import {themeOf} from './theme-of.ts';

/** What is offered to who types `tsbox` alone. */
interface Offer {
	readonly keys: readonly string[];
	readonly what: string;
	readonly chosen: (io: Io) => Choice;
}

/** What was chosen. */
interface Choice {
	/** The command line that does it, without `tsbox`. */
	readonly words: readonly string[];
	/** What to say after it. */
	readonly after?: string;
}

const offers: readonly Offer[] = [
	{keys: ['Enter', ''], what: 'see a container start, step by step', chosen: startHello},
	{
		keys: ['l', 'learn'],
		what: 'learn what a container is: build one by hand',
		chosen: () => ({words: ['learn']}),
	},
	{
		keys: ['t', 'try'],
		what: 'try one: a shell, beside what the kernel shows of it',
		chosen: () => ({words: ['try']}),
	},
	{
		keys: ['s', 'start', 'init'],
		what: 'start your own: write tsbox.yaml into this folder',
		chosen: () => ({words: ['init']}),
	},
	{keys: ['h', 'help', '?'], what: 'all commands', chosen: () => ({words: ['help']})},
];

function startHello({own}: Io): Choice {
	const hello = join(own.folder(), 'config/examples/hello.yaml');
	return {
		words: ['up', '--plain', hello],
		after: `\nThe commands, and why each is there: tsbox plan --explain ${hello}\nBuild one by hand: tsbox learn\n`,
	};
}

/**
 * Asks what to do first.
 *
 * @returns the command line to run, and what to say after it; undefined to leave
 */
export async function askWhatFirst(io: Io): Promise<Choice | undefined> {
	const {strong, command, quiet} = themeOf(io, 'stdout');
	const rows = offers.map(({keys: [key = ''], what}) => `  ${strong(key.padEnd(6))} ${what}\n`);
	io.out(`${strong('tsbox')}: containers you can read\n\n${rows.join('')}  ${strong('q'.padEnd(6))} leave\n`);
	for (;;) {
		io.out('\nA letter and Enter, or just Enter: ');
		const answer = (await io.readLine(new AbortController().signal))?.trim().toLowerCase();
		if (answer === undefined || ['q', 'quit', 'exit'].includes(answer)) return undefined;
		const offer = offers.find(({keys}) => keys.slice(1).includes(answer) || keys[0] === answer);
		if (offer !== undefined) {
			const choice = offer.chosen(io);
			io.out(`${quiet('$')} ${command(['tsbox', ...choice.words].join(' '))}\n`);
			return choice;
		}
		io.out(`There is no "${answer.replaceAll(/[^\x20-\x7e]/g, '?')}".`);
	}
}
