import {quoted} from '../../spec/model/parsed.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import {quotedWords} from '../syntax/words.ts';
import type {Pair} from './instruction.ts';

/** Reads `name=value name=value` of ENV and LABEL, or the older `name value`. @throws E_DOCKERFILE */
export function readPairs(raw: RawInstruction): readonly Pair[] {
	const words = quotedWords(raw.rest, raw.escape);
	const [first] = words;
	if (first === undefined) throw instructionError(raw, `${raw.keyword} needs \`name=value\``);
	if (!first.includes('=')) {
		const [, name = '', value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+(.*)$/s.exec(raw.rest) ?? [];
		if (value === undefined)
			throw instructionError(raw, `${raw.keyword} has no value`, `write \`${raw.keyword} name=value\``);
		return [{name, value, isOldForm: true}];
	}
	return words.map(word => {
		const equals = word.indexOf('=');
		if (equals === -1) {
			throw instructionError(
				raw,
				`${quoted(word)} has no \`=\``,
				'put a value with blanks in double quotes',
				at(raw, word),
			);
		}
		if (equals === 0) throw instructionError(raw, `${quoted(word)} has no name`, undefined, at(raw, word));
		return {name: word.slice(0, equals), value: word.slice(equals + 1), isOldForm: false};
	});
}

/** Reads `ARG name`, `ARG name=value`, also several in one. @throws E_DOCKERFILE */
export function readArgs(raw: RawInstruction): readonly {readonly name: string; readonly value?: string}[] {
	const words = quotedWords(raw.rest, raw.escape);
	if (words.length === 0) throw instructionError(raw, 'ARG needs a name');
	return words.map(word => {
		const equals = word.indexOf('=');
		if (equals === 0) throw instructionError(raw, `${quoted(word)} has no name`, undefined, at(raw, word));
		return equals === -1 ? {name: word} : {name: word.slice(0, equals), value: word.slice(equals + 1)};
	});
}

function at(raw: RawInstruction, word: string): {start: number; end: number} {
	const start = Math.max(raw.restAt, raw.text.indexOf(word, raw.restAt));
	return {start, end: start + word.length};
}
