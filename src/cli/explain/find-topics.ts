import {constants} from 'node:os';
import {advice} from '../../errors/causes.ts';
import {type ErrorCode, errorCodes} from '../../errors/codes.ts';
import {exitStatuses} from '../../errors/exit-statuses.ts';
import type {KeyRow} from '../../spec/explain/key-rows.ts';
import {rowOfKey} from '../../spec/compose/find-rows.ts';
import {synonymOf} from '../../spec/keys/synonyms.ts';
import type {ErrorTopic, ForeignTopic, KeyTopic, StatusTopic, TermTopic, Topic} from '../../view/explain/topic.ts';
import {habits} from '../options/habits.ts';
import type {Command} from '../verb/command.ts';
import {keyTopic} from './key-topic.ts';
import {keysOf} from './known-words.ts';
import {documentedSteps, glossary} from './pages.ts';
import type {Sources} from './sources.ts';
import {stepTopics} from './step-topics.ts';
import {verbWalks} from './verb-walks.ts';

/** All that a word can mean. Empty for an unknown word. */
export async function findTopics(word: string, sources: Sources): Promise<readonly Topic[]> {
	const {commands} = sources;
	const found: readonly Topic[] = [
		...termTopics(word, sources),
		...(await keyTopics(word, sources)),
		...commands.filter(({name}) => name === word).map(verbTopic),
		...(await stepTopics(word, sources)),
		...errorTopics(word),
	];
	if (found.length > 0) return found;
	const key = synonymOf(word);
	if (key !== undefined) return findTopics(key, sources);
	const habit = Object.hasOwn(habits, word) ? habits[word] : undefined;
	return habit === undefined ? [] : [foreign('not a verb', word, habit)];
}

async function keyTopics(word: string, sources: Sources): Promise<readonly Topic[]> {
	const groups = Object.entries(keysOf(sources.io)) as readonly (readonly [KeyTopic['of'], readonly KeyRow[]])[];
	const found = groups.flatMap(([of, rows]) =>
		rows.filter(({path}) => path === word).map(row => keyTopic(of, row, rows, sources)),
	);
	const row = rowOfKey(word);
	if (row?.fate !== 'refused' || found.length > 0) return Promise.all(found);
	return [{...foreign('not a key', word, `${row.instead ?? 'take it out'}: ${row.why}`), page: 'docs/compose.md'}];
}

function foreign(kind: ForeignTopic['kind'], word: string, hint: string): ForeignTopic {
	return {kind, word, hint, page: 'docs/from-docker.md'};
}

function verbTopic({name, describe, examples}: Command): Topic {
	return {kind: 'verb', word: name, about: describe, does: verbWalks[name] ?? [], examples, page: 'docs/commands.md'};
}

/** A term may be written with `-`, `_` or a blank, in the plural, or as a manual page: `bind-mounts`, `chroot(2)`. */
function termTopics(word: string, {io, commands}: Sources): readonly TermTopic[] {
	const asked = bareForms(word);
	return glossary(io)
		.filter(([term]) => bareForms(term).some(form => asked.includes(form)))
		.map(([term, about]) => {
			const stem = term.replace(/y$/, '').replaceAll(/\W/g, '\\$&');
			const name = new RegExp(`(?<![a-z0-9./-])${stem}(?:y|ies|s)?(?![\\w-])`, 'i');
			const steps = documentedSteps(io).filter(({text}) => name.test(text));
			const {container} = keysOf(io);
			return {
				kind: 'term',
				word: term,
				about,
				steps: steps.map(({id, title}) => ({id, title})),
				verbs: commands.filter(({name: verb}) => verbWalks[verb]?.some(line => name.test(line))).map(each => each.name),
				keys: container.filter(row => name.test(row.about)).map(({path}) => path),
				page: 'docs/glossary.md',
			};
		});
}

/** The forms of a word that mean the same. */
function bareForms(word: string): readonly string[] {
	const bare = word
		.toLowerCase()
		.replace(/\(\d\)$/, '')
		.replaceAll(/[-_ ]/g, '');
	return [bare, bare.replace(/ies$/, 'y'), bare.replace(/s$/, '')];
}

function errorTopics(word: string): readonly (ErrorTopic | StatusTopic)[] {
	const upper = word.toUpperCase();
	const codes = Object.keys(errorCodes) as readonly ErrorCode[];
	const code = codes.find(each => each === upper || each === `E_${upper}`);
	if (code !== undefined) {
		const {exitStatus, meaning} = errorCodes[code];
		return [{kind: 'error', word: code, about: meaning, exitStatus, ...advice[code], page: 'docs/exit-codes.md'}];
	}
	if (word !== '128+N' && !(/^\d{1,3}$/.test(word) && Number(word) < 256)) return [];
	const about = exitStatuses.find(([status]) => status === word)?.[1] ?? statusMeaning(Number(word));
	const ends = codes.filter(each => String(errorCodes[each].exitStatus) === word);
	return [{kind: 'exit status', word, about, codes: ends, ...statusHint(word), page: 'docs/exit-codes.md'}];
}

function statusMeaning(status: number): string {
	const [signal] = Object.entries(constants.signals).find(([, number]) => number === status - 128) ?? [];
	return signal === undefined ? "the command's own exit status" : `128+${status - 128}: ${signal} ended the command`;
}

function statusHint(word: string): {readonly hint?: string} {
	if (word === '137')
		return {
			hint: 'the memory limit or `tsbox down` after the grace period; `tsbox events` and `tsbox logs` tell which',
		};
	if (word === '125') return {hint: '`tsbox explain CODE` for one of them; `--json` prints the code of an error'};
	return {};
}
