import type {BuildRow, StagePlan} from '../../build/plan/build-plan.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';
import {keyHelp, keyPrompt} from './key-words.ts';

/** The page that `build --step` shows before each instruction: what it is, what it does, and its command. */
export function rowPage(
	{row, stage}: {readonly row: BuildRow; readonly stage: StagePlan},
	{columns, theme, width}: Look,
): string {
	const at = `${stage.name ?? `stage ${stage.index}`} ${stage.rows.indexOf(row) + 1}/${stage.rows.length}`;
	const facts = factsOf(row).flatMap(text =>
		wrapWords(escapeText(text), columns - 2, width).map(line => `  ${line}\n`),
	);
	const command = wrapCommand(escapeLines(row.command), columns - 2, width).map(line => `  ${theme.command(line)}\n`);
	return `\n${theme.quiet(escapeText(at))}  ${theme.strong(escapeText(row.place))}\n${facts.join('')}\n${command.join('')}\n`;
}

function factsOf(row: BuildRow): readonly string[] {
	const key = `its layer is taken from an earlier build if one has the same key, ${row.cacheKey.slice(0, 12)}, and the same files`;
	switch (row.kind) {
		case 'base':
			return [
				row.base.kind === 'scratch'
					? 'The stage begins without files.'
					: row.base.kind === 'stage'
						? `The stage begins with the files of stage ${row.base.stage}.`
						: `The stage begins with the layers of ${row.base.reference}, which are fetched if the store lacks them.`,
			];
		case 'run': {
			const {argv, user = 'root', workingDir, network, mounts} = row.run;
			const net = network === 'none' ? 'no network' : 'the network of the machine';
			const more = mounts.map(({type, target}) => `a mount (${type}) at ${target ?? 'its default place'}`);
			return [
				`A container of the layers so far runs ${shellCommand(argv)} as ${user} in ${workingDir}, with ${[net, ...more].join(', ')}. What it writes becomes a layer.`,
				key,
			];
		}
		case 'copy':
		case 'add': {
			const {found, destination, from} = row.copy;
			const what =
				found === undefined ? 'the files' : found === 1 ? 'one file or folder' : `${found} files and folders`;
			return [`A layer gets ${what} of ${sourceOf(from)} at ${destination}.`, key];
		}
		case 'workdir':
			return [`The folder ${row.path} is made if it is not there.`, key];
		case 'meta':
			return ['It changes the configuration of the image, and no file.'];
	}
}

function sourceOf(from: Extract<BuildRow, {kind: 'copy' | 'add'}>['copy']['from']): string {
	switch (from.kind) {
		case 'context':
			return 'the context';
		case 'folder':
			return `the context ${from.name}`;
		case 'stage':
			return `stage ${from.stage}`;
		case 'image':
			return from.reference;
	}
}

/** The keys of `build --step` in one line, or more in a narrow window. */
export function rowPrompt(look: Look): string {
	return keyPrompt(['Enter: do it', 'c: rest', 's: shell', 'q: quit', '?: help'], look);
}

/** What each key does. */
export function rowHelp(look: Look): string {
	const rows = [
		['Enter', 'do this instruction'],
		['c', 'do all remaining ones without asking'],
		['s', 'a shell in the files so far, as the command would see them; `exit` comes back'],
		['q', 'quit; layers that are made stay for the next build; Ctrl-C and Ctrl-D do the same'],
	] as const;
	return keyHelp(rows, look);
}
