import {quoted} from '../../spec/model/parsed.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import {isFileName, readHeredocStart} from '../syntax/heredoc.ts';
import {jsonForm} from '../syntax/json-form.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import {plainWords} from '../syntax/words.ts';
import {readFlags} from './flags.ts';
import type {CopyInstruction, InlineFile} from './instruction.ts';
import {notOnlyText} from './read-command.ts';

const shared = {chown: 'text', chmod: 'text', link: 'switch', exclude: 'list'} as const;
const copyFlags = {from: 'text', parents: 'switch', ...shared} as const;
const addFlags = {checksum: 'text', 'keep-git-dir': 'switch', unpack: 'switch', ...shared} as const;

/** Reads COPY and ADD. @throws E_DOCKERFILE */
export function readCopy(raw: RawInstruction): CopyInstruction {
	const kind = raw.keyword === 'COPY' ? 'copy' : 'add';
	const flags = readFlags(raw, kind === 'copy' ? copyFlags : addFlags);
	const json = jsonForm(raw.rest);
	if (json === 'mixed') throw notOnlyText(raw);
	const words = json ?? plainWords(raw.rest);
	const destination = words.at(-1);
	if (destination === undefined || words.length < 2) {
		throw instructionError(raw, `${raw.keyword} needs at least a source and a destination`);
	}
	if (json === undefined && readHeredocStart(destination) !== undefined) {
		throw instructionError(raw, 'a here-document cannot be the destination', 'write the destination last');
	}
	const {sources, inline} = splitSources(raw, words.slice(0, -1), json !== undefined);
	const checked = sources.map(source => checkSource(raw, kind, source));
	return {
		kind,
		sources: checked,
		inline,
		destination,
		...optional('from', flags.text('from')),
		...optional('chown', flags.text('chown')),
		...optional('chmod', flags.text('chmod')),
		link: flags.isOn('link') ?? false,
		parents: flags.isOn('parents') ?? false,
		exclude: flags.list('exclude'),
		...optional('checksum', flags.text('checksum')),
		...optional('unpack', flags.isOn('unpack')),
	};
}

function splitSources(
	raw: RawInstruction,
	words: readonly string[],
	isJson: boolean,
): {sources: readonly string[]; inline: readonly InlineFile[]} {
	const sources: string[] = [];
	const inline: InlineFile[] = [];
	let next = 0;
	for (const word of words) {
		const start = isJson ? undefined : readHeredocStart(word);
		const heredoc = start === undefined ? undefined : raw.heredocs[next];
		if (heredoc === undefined) {
			sources.push(word);
			continue;
		}
		next += 1;
		// Its name is the name of the file in the destination.
		if (!isFileName(heredoc.name)) {
			throw instructionError(raw, `the here-document's word ${quoted(heredoc.name)} is no name of a file`);
		}
		inline.push({name: heredoc.name, content: heredoc.content, expands: heredoc.expands});
	}
	return {sources, inline};
}

/**
 * A source, unless tsbox does not fetch it: a URL is fetched by curl for ADD, a Git repository by nobody.
 * @throws E_DOCKERFILE
 */
export function checkSource(raw: RawInstruction, kind: 'copy' | 'add', source: string): string {
	if (isGitUrl(source)) {
		throw instructionError(
			raw,
			`${quoted(source)} is a Git repository, which tsbox does not clone in a build`,
			'clone it beside the Dockerfile and copy the folder, or run `git clone` in a RUN',
		);
	}
	if (kind === 'copy' && isWebUrl(source)) {
		throw instructionError(raw, 'COPY copies files of the context or of a stage, not a URL', 'write ADD');
	}
	return source;
}

/** Whether a source is fetched over the network. */
export function isWebUrl(source: string): boolean {
	return /^https?:\/\//i.test(source);
}

/** Source: Dockerfile reference, "Adding files from a Git repository"; moby/buildkit util/gitutil. */
function isGitUrl(source: string): boolean {
	if (/^(?:git|ssh):\/\//i.test(source) || /^git@[^/]+:/.test(source)) return true;
	return isWebUrl(source) && /\.git(?:#[^?]*)?$/.test(source);
}

function optional<K extends string, V>(key: K, value: V | undefined): {readonly [P in K]?: V} {
	return value === undefined ? {} : ({[key]: value} as {[P in K]?: V});
}
