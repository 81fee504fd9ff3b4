import {type Document, parseDocument, type Tags, type YAMLError} from 'yaml';
import {largest} from './largest.ts';
import {quoted} from '../model/parsed.ts';
import type {Place, Problem} from './problem.ts';
import type {SourceText} from './source-text.ts';

/** A parsed file, or the problems that prevent parsing. */
export type ParsedDocument =
	| {readonly ok: true; readonly document: Document.Parsed}
	| {readonly ok: false; readonly problems: readonly Problem[]};

/**
 * Parses one YAML 1.2 document (JSON is a subset) with merge keys, as Compose does.
 * Returns problems with the code E_SPEC_SYNTAX for anything but a single document with unique keys.
 */
export function parseYaml(source: SourceText): ParsedDocument {
	const whole = (message: string, hint: string): ParsedDocument => ({
		ok: false,
		problems: [{code: 'E_SPEC_SYNTAX', place: {kind: 'file', source}, message, hint}],
	});
	if (utf16.test(source.text)) {
		return whole(
			'the file is UTF-16, and a spec is UTF-8',
			`convert it: \`iconv -f UTF-16 -t UTF-8 ${source.shown} > new.yaml\``,
		);
	}
	if (/[\0\u{fffd}]/u.test(source.text)) {
		return whole('this is not a text file', 'pass the path of a YAML file; an archive is named by `rootfs` in it');
	}
	if (Buffer.byteLength(source.text) > largest) {
		return whole('the file is larger than 1 MiB', 'pass the path of a spec, which is a page or two');
	}
	const document = parseDocument(source.text, {
		version: '1.2',
		schema: 'core',
		merge: true,
		uniqueKeys: true,
		prettyErrors: false,
		customTags: mergeTags,
		// `silent` would also suppress the error about a second document.
		logLevel: 'error',
	});
	if (document.errors.some(({code}) => code === 'RESOURCE_EXHAUSTION')) {
		return whole(
			'the file is nested too deep',
			'write fewer brackets inside each other; no key of a spec is that deep',
		);
	}
	// One mistake often causes several errors on the same line. The first error of a line is enough.
	const lines = new Set<number>();
	const faults = [...document.errors, ...document.warnings].filter(fault => {
		const line = source.text.lastIndexOf('\n', fault.pos[0] - 1);
		return !lines.has(line) && lines.add(line).size <= 5;
	});
	if (faults.length > 0) return {ok: false, problems: faults.map(fault => problemOf(fault, source))};
	if (document.contents === null || (document.range[0] === document.range[1] && source.text.trim() === '')) {
		return whole('the file is empty', 'run `tsbox init` for one to begin with');
	}
	return {ok: true, document};
}

/** Tags that say how a value is merged; the value is of any kind. */
const mergeTags: Tags = ['!reset', '!override'].flatMap(tag => [
	{tag, collection: 'map'},
	{tag, collection: 'seq'},
	{tag, resolve: (text: string) => (text === '' || text === 'null' || text === '~' ? null : text)},
]);

/** Matches UTF-16 read as UTF-8: its byte order mark is invalid UTF-8, and every other byte of Latin text is NUL. */
const utf16 = /^(?:\u{fffd}{2})?(?:[^\0]\0|\0[^\0]){2}/u;

function problemOf(fault: YAMLError, source: SourceText): Problem {
	// An error at the end of the file points at the last character, so that the excerpt shows text.
	const start = Math.max(0, Math.min(fault.pos[0], source.text.trimEnd().length - 1));
	const end = fault.pos[1];
	const place = {kind: 'text', source, start, end: Math.max(end, start + 1)} as const;
	const word = source.text.slice(start, end).split('\n')[0] ?? '';
	const code: string = fault.code;
	switch (code) {
		case 'TAB_AS_INDENT':
			return {
				code: 'E_SPEC_SYNTAX',
				place,
				message: 'a tab is used to indent; YAML takes spaces only',
				hint: 'put spaces in its place',
			};
		case 'DUPLICATE_KEY': {
			const name = /^[^:\n]*/.exec(source.text.slice(start))?.[0].trim() ?? word;
			return {
				code: 'E_SPEC_SYNTAX',
				place: {...place, end: start + name.length},
				message: `the key ${quoted(name)} is there twice`,
				hint: 'keep one of them',
			};
		}
		case 'MULTIPLE_DOCS':
			return {
				code: 'E_SPEC_SYNTAX',
				place,
				message: 'a second document begins here',
				hint: 'write one document to a file',
			};
		case 'BLOCK_AS_IMPLICIT_KEY':
			return tooFar(start, source) ?? unreadable(fault, place);
		case 'BAD_INDENT':
			return unclosed(fault.pos[0], source) ?? unreadable(fault, place);
		default:
			return unreadable(fault, place);
	}
}

function unreadable(fault: YAMLError, place: Place): Problem {
	return {
		code: 'E_SPEC_SYNTAX',
		place,
		message: `not readable YAML: ${lowerFirst(fault.message.split('\n')[0] ?? '')}`,
	};
}

/** The problem with a key that is indented below a line that already has a value. YAML reads both lines as one key. */
function tooFar(at: number, source: SourceText): Problem | undefined {
	const {text} = source;
	const lineStart = text.lastIndexOf('\n', at - 1) + 1;
	const [line = '', ...after] = text.slice(lineStart).split('\n');
	const skipped = after.findIndex(each => each.trim() !== '');
	const next = after[skipped] ?? '';
	const indent = (each: string): number => each.length - each.trimStart().length;
	const key = /^[^\s#:][^:]*(?=:(?:\s|$))/.exec(next.trimStart())?.[0];
	const above = /^[^\s#:][^:]*(?=:\s)/.exec(line.trimStart())?.[0];
	if (key === undefined || above === undefined || indent(next) <= indent(line)) return undefined;
	const before = after.slice(0, skipped).reduce((sum, each) => sum + each.length + 1, lineStart + line.length + 1);
	const start = before + indent(next);
	return {
		code: 'E_SPEC_SYNTAX',
		place: {kind: 'text', source, start, end: start + key.length},
		message: `${quoted(key)} is indented further than ${quoted(above)} above it, which has its value already`,
		hint: indent(line) === 0 ? 'begin it at the start of the line' : `begin it with ${indent(line)} blanks`,
	};
}

/** The problem with a bracket that is not closed before an offset. */
function unclosed(until: number, source: SourceText): Problem | undefined {
	const open: {readonly at: number; readonly bracket: string}[] = [];
	// Brackets in quoted strings and in comments do not count.
	const tokens = /(?<=^|[\s,:[{])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|(?<=^|\s)#.*|[[\]{}]/gm;
	for (const {0: token, index} of source.text.slice(0, until).matchAll(tokens)) {
		if (token === '[' || token === '{') open.push({at: index, bracket: token});
		else if (token === ']' || token === '}') open.pop();
	}
	const last = open.at(-1);
	if (last === undefined) return undefined;
	return {
		code: 'E_SPEC_SYNTAX',
		place: {kind: 'text', source, start: last.at, end: last.at + 1},
		message: `${quoted(last.bracket)} is not closed`,
		hint: `add the closing \`${last.bracket === '[' ? ']' : '}'}\``,
	};
}

function lowerFirst(sentence: string): string {
	return (sentence.slice(0, 1).toLowerCase() + sentence.slice(1)).replace(/\.$/, '');
}
