import {type Document, parseDocument, type YAMLError} from 'yaml';
import {quoted} from './parsed.ts';
import type {Problem} from './problem.ts';
import type {SourceText} from './source-text.ts';

/** A parsed file, or why it is none. */
export type ParsedDocument =
	| {readonly ok: true; readonly document: Document.Parsed}
	| {readonly ok: false; readonly problems: readonly Problem[]};

/**
 * Parses one YAML 1.2 document (or JSON, which is part of it) with merge keys, as compose does.
 * Gives problems of the code E_SPEC_SYNTAX for all that is not one map of unique keys.
 */
export function parseYaml(source: SourceText): ParsedDocument {
	const whole = (message: string, hint: string): ParsedDocument => ({
		ok: false,
		problems: [{code: 'E_SPEC_SYNTAX', place: {kind: 'text', source, start: 0, end: 1}, message, hint}],
	});
	if (/[\0\u{fffd}]/u.test(source.text)) return whole('this is not a text file', 'name the YAML file');
	if (source.text.length > largest) return whole('the file is larger than 1 MiB', 'name the YAML file');
	const document = parseDocument(source.text, {
		version: '1.2',
		schema: 'core',
		merge: true,
		uniqueKeys: true,
		prettyErrors: false,
		// Not `silent`: that would also keep back the error for a second document.
		logLevel: 'error',
	});
	// One slip makes the parser stumble again and again on the same line: the first word on a line is enough.
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

/** Bytes would do as well; a spec is a page or two. */
const largest = 1024 * 1024;

function problemOf(fault: YAMLError, source: SourceText): Problem {
	// What is missing at the end of the file is told at its last character, where there is something to see.
	const start = Math.max(0, Math.min(fault.pos[0], source.text.trimEnd().length - 1));
	const end = fault.pos[1];
	const place = {kind: 'text', source, start, end: Math.max(end, start + 1)} as const;
	const word = source.text.slice(start, end).split('\n')[0] ?? '';
	switch (fault.code) {
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
		default:
			return {
				code: 'E_SPEC_SYNTAX',
				place,
				message: `not readable YAML: ${lowerFirst(fault.message.split('\n')[0] ?? '')}`,
			};
	}
}

function lowerFirst(sentence: string): string {
	return (sentence.slice(0, 1).toLowerCase() + sentence.slice(1)).replace(/\.$/, '');
}
