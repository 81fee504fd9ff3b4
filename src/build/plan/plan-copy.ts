import {posix} from 'node:path';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {pathBelow} from '../context/clean-path.ts';
import {contentDigest, copiedEntries} from '../context/content-digest.ts';
import {type FoundSource, findSources} from '../context/find-sources.ts';
import {excludeRules} from '../context/ignore-rules.ts';
import {BadPattern} from '../context/path-pattern.ts';
import {resolveInside} from '../context/source-tree.ts';
import type {CopyInstruction} from '../instructions/instruction.ts';
import {checkSource, isWebUrl} from '../instructions/read-copy.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import type {CopyStep} from './build-plan.ts';
import {digestOf} from './cache-key.ts';
import {parseChmod} from './chmod.ts';
import {expandIn, expandText} from './expand-text.ts';
import type {ResolvedSource, StageContext} from './stage-context.ts';
import type {StageState} from './stage-state.ts';

type CopyOrAdd = CopyInstruction & {readonly raw: RawInstruction};

/** A COPY or ADD with its files. */
export interface PlannedCopy {
	readonly copy: CopyStep;
	readonly command: string;
	readonly inputs: string;
	/** A digest of where it copies from, where the files are not known yet. */
	readonly sourceKeys: readonly string[];
}

/** Plans a COPY or an ADD. @throws E_DOCKERFILE also for a source that does not exist */
export async function planCopy(state: StageState, instruction: CopyOrAdd, context: StageContext): Promise<PlannedCopy> {
	const {raw, kind} = instruction;
	const expand = (word: string) => expandText(raw, word, state.env, context.notes);
	const all = instruction.sources.map(source => checkSource(raw, kind, expand(source)));
	const sources = all.filter(source => !isWebUrl(source));
	const urls = all.filter(isWebUrl);
	const written = expand(instruction.destination);
	const isFolder = written === '' || /(?:^|\/)\.{0,2}$/.test(written);
	const destination = posix.resolve('/', state.config.config.WorkingDir ?? '/', written);
	const checksum = instruction.checksum === undefined ? undefined : expand(instruction.checksum);
	checkSum(instruction, checksum, urls.length, all.length);
	const from = await context.sourceOf(instruction.from, raw);
	const exclude = instruction.exclude.map(expand);
	const files =
		sources.length === 0 || from.tree === undefined ? undefined : findFiles(instruction, sources, from, exclude);
	const copy: CopyStep = {
		sources,
		from: from.source,
		...(files !== undefined && {entries: files.entries, found: files.found.length}),
		inline: instruction.inline.map(({name, content, expands}) => ({
			name,
			content: expands ? expandInline(instruction, content, state, context) : content,
		})),
		urls: urls.map(url => ({url, name: nameOf(url), ...(checksum !== undefined && {checksum})})),
		destination,
		toFolder: isFolder,
		...chownOf(instruction, expand),
		...chmodOf(instruction, expand),
		link: instruction.link,
		parents: instruction.parents,
		exclude,
		unpack: instruction.unpack ?? kind === 'add',
	};
	for (const {url, name} of copy.urls) {
		if (name === '' && copy.toFolder) {
			throw instructionError(
				raw,
				`${quoted(url)} has no name of a file`,
				'write a destination without a slash at the end',
			);
		}
	}
	const content =
		files === undefined || from.tree === undefined ? undefined : await contentDigest(from.tree, files.entries);
	return {
		copy,
		command: [
			raw.keyword,
			...options(instruction, copy),
			...all,
			...copy.inline.map(({name}) => `<<${name}`),
			destination,
		]
			.join(' ')
			.concat(isFolder && destination !== '/' ? '/' : ''),
		inputs: inputsOf(kind, copy, content),
		sourceKeys: content === undefined && sources.length > 0 && from.key !== undefined ? [from.key] : [],
	};
}

/** What decides what a COPY does: its files by content, or else by their names where they come from. */
function inputsOf(kind: 'copy' | 'add', copy: CopyStep, files: string | undefined): string {
	const {entries, sources, exclude, from: _, ...rest} = copy;
	const named = entries === undefined ? {sources, exclude} : {};
	return digestOf({...rest, ...named, kind, ...(files !== undefined && {files})});
}

function findFiles(
	instruction: CopyOrAdd,
	sources: readonly string[],
	from: ResolvedSource,
	exclude: readonly string[],
) {
	const {raw} = instruction;
	const {tree, unfiltered} = from;
	if (tree === undefined) return undefined;
	try {
		const found = sources.flatMap(source => {
			const files = findSources(tree, source, {parents: instruction.parents});
			if (files.ok) return files.found;
			throw missing(instruction, source, from, unfiltered);
		});
		return {found: withoutTwice(found), entries: copiedEntries(tree, withoutTwice(found), excludeRules(exclude))};
	} catch (error) {
		if (error instanceof BadPattern) throw instructionError(raw, error.message);
		throw error;
	}
}

function missing(
	{raw}: CopyOrAdd,
	source: string,
	{source: from, tree}: ResolvedSource,
	unfiltered: ResolvedSource['tree'],
) {
	const where = from.kind === 'folder' ? `the context ${from.name}` : 'the context';
	const isIgnored = unfiltered !== undefined && findSources(unfiltered, source, {parents: false}).ok;
	const folder = posix.dirname(posix.normalize(source)).replace(/^\.$|^\//, '');
	// Names of another folder of the machine, to which a symlink leads, are nobody's business.
	const real = tree === undefined ? undefined : resolveInside(tree, folder);
	const isThere = tree?.entry(pathBelow(`${real ?? ''}/${posix.basename(source)}`))?.kind === 'symlink';
	const near = real === undefined ? undefined : didYouMean(posix.basename(source), tree?.list(real) ?? []);
	const start = Math.max(raw.restAt, raw.text.indexOf(source, raw.restAt));
	return instructionError(
		raw,
		`${quoted(source)} is not in ${where}`,
		isIgnored
			? 'a rule of `.dockerignore` leaves it out'
			: isThere
				? 'it is a symlink, and nothing of the context is where it leads'
				: near === undefined
					? 'paths begin at the folder of the context'
					: `did you mean \`${posix.join(folder, near)}\`?`,
		{start, end: start + source.length},
	);
}

/** A file that two patterns name is copied once. */
function withoutTwice(found: readonly FoundSource[]): readonly FoundSource[] {
	const seen = new Set<string>();
	return found.filter(({path, name, below}) => {
		const key = JSON.stringify([path, name, below]);
		if (seen.has(key)) return false;
		seen.add(key);
		return true;
	});
}

function checkSum({raw}: CopyOrAdd, checksum: string | undefined, urls: number, all: number): void {
	if (checksum === undefined) return;
	if (urls !== 1 || all !== 1) throw instructionError(raw, '--checksum is for one URL');
	if (!/^sha256:[0-9a-f]{64}$/.test(checksum)) {
		throw instructionError(raw, `--checksum is \`sha256:\` and 64 hexadecimal digits, not ${quoted(checksum)}`);
	}
}

function chownOf({raw, chown}: CopyOrAdd, expand: (word: string) => string): {readonly chown?: string} {
	if (chown === undefined) return {};
	const owner = expand(chown);
	if (!/^[^:\s-][^:\s]*(?::[^:\s-][^:\s]*)?$/.test(owner)) {
		throw instructionError(raw, `--chown is \`user\` or \`user:group\`, not ${quoted(owner)}`);
	}
	return {chown: owner};
}

function chmodOf({raw, chmod}: CopyOrAdd, expand: (word: string) => string): {readonly chmod?: string} {
	if (chmod === undefined) return {};
	const mode = expand(chmod);
	if (parseChmod(mode) === undefined) {
		throw instructionError(raw, `--chmod is octal up to 7777 or symbolic such as \`u=rwX,go=rX\`, not ${quoted(mode)}`);
	}
	return {chmod: mode};
}

/** A here-document is read by the rules of a shell: quotes are text, and a backslash escapes. */
function expandInline({raw}: CopyOrAdd, content: string, state: StageState, context: StageContext): string {
	return expandIn(raw, content, state.env, context.notes, {escape: '\\', plainQuotes: true}).text;
}

/** The name that a fetched file gets: the last part of the URL's path; empty when there is none. */
function nameOf(url: string): string {
	if (!URL.canParse(url)) return '';
	const {pathname} = new URL(url);
	// A `%` that is no escape stays as it is.
	const isEscaped = /^(?:[^%]|%[0-7][0-9a-f])*$/i.test(pathname);
	const name = posix.basename(isEscaped ? decodeURIComponent(pathname) : pathname);
	return name === '.' || name === '..' ? '' : name;
}

function options({from, parents}: CopyOrAdd, {chown, chmod, link, exclude}: CopyStep): readonly string[] {
	return [
		...(from === undefined ? [] : [`--from=${from}`]),
		...(parents ? ['--parents'] : []),
		...(link ? ['--link'] : []),
		...(chown === undefined ? [] : [`--chown=${chown}`]),
		...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
		...exclude.map(pattern => `--exclude=${pattern}`),
	];
}
