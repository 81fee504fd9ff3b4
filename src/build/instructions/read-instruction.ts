import {didYouMean} from '../../errors/did-you-mean.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import {jsonForm} from '../syntax/json-form.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import {splitInstruction} from '../syntax/split-instruction.ts';
import {plainWords} from '../syntax/words.ts';
import {readFlags} from './flags.ts';
import type {FromInstruction, Instruction, InstructionWords} from './instruction.ts';
import {notOnlyText, readCommand} from './read-command.ts';
import {readCopy} from './read-copy.ts';
import {readHealthcheck} from './read-healthcheck.ts';
import {readArgs, readPairs} from './read-pairs.ts';
import {readRun} from './read-run.ts';

/** A reader for each instruction that is not read elsewhere: it has no options. */
const plain: Readonly<Record<string, (raw: RawInstruction) => InstructionWords>> = {
	ARG: raw => ({kind: 'arg', args: readArgs(raw)}),
	CMD: raw => ({kind: 'cmd', command: readCommand(raw)}),
	ENTRYPOINT: raw => ({kind: 'entrypoint', command: readCommand(raw)}),
	ENV: raw => ({kind: 'env', pairs: readPairs(raw)}),
	EXPOSE: raw => ({kind: 'expose', ports: some(raw, plainWords(raw.rest), 'a port')}),
	LABEL: raw => ({kind: 'label', pairs: readPairs(raw)}),
	MAINTAINER: raw => ({kind: 'maintainer', author: one(raw, 'a name')}),
	ONBUILD: readOnbuild,
	SHELL: readShell,
	STOPSIGNAL: raw => ({kind: 'stopsignal', signal: one(raw, 'a signal')}),
	USER: raw => ({kind: 'user', user: one(raw, 'a user')}),
	VOLUME: readVolume,
	WORKDIR: raw => ({kind: 'workdir', path: one(raw, 'a path')}),
};
const withFlags: Readonly<Record<string, (raw: RawInstruction) => InstructionWords>> = {
	ADD: readCopy,
	COPY: readCopy,
	FROM: readFrom,
	HEALTHCHECK: readHealthcheck,
	RUN: readRun,
};
const keywords = [...Object.keys(plain), ...Object.keys(withFlags)];

/**
 * What an instruction says, with variables not expanded.
 * @throws E_DOCKERFILE for an unknown instruction, an unknown option, and a value that is wrong whatever the variables are
 */
export function readInstruction(raw: RawInstruction): Instruction {
	const flagReader = withFlags[raw.keyword];
	if (flagReader !== undefined) return {...flagReader(raw), raw};
	const reader = plain[raw.keyword];
	if (reader !== undefined) {
		readFlags(raw, {});
		return {...reader(raw), raw};
	}
	const near = didYouMean(raw.keyword, keywords);
	throw instructionError(
		raw,
		`there is no instruction ${quoted(raw.keyword)}`,
		near === undefined
			? 'a line that continues another needs a backslash at the end of the line before it'
			: `did you mean ${near}?`,
	);
}

function readFrom(raw: RawInstruction): FromInstruction {
	const flags = readFlags(raw, {platform: 'text'});
	const words = plainWords(raw.rest);
	const [base, as, written] = words;
	const isNamed = words.length === 3 && as?.toLowerCase() === 'as';
	if (base === undefined || (words.length !== 1 && !isNamed)) {
		throw instructionError(raw, 'FROM needs an image', 'write `FROM image` or `FROM image AS name`');
	}
	const name = written?.toLowerCase();
	if (name !== undefined && !/^[a-z][a-z0-9\-_.]*$/.test(name)) {
		throw instructionError(
			raw,
			`${quoted(written ?? '')} cannot be the name of a stage`,
			'begin it with a letter; letters, digits, `-`, `_` and `.` may follow',
		);
	}
	const platform = flags.text('platform');
	return {kind: 'from', base, ...(name !== undefined && {name}), ...(platform !== undefined && {platform})};
}

function readOnbuild(raw: RawInstruction): InstructionWords {
	const {keyword} = splitInstruction(raw.rest);
	if (keyword === '') throw instructionError(raw, 'ONBUILD needs an instruction');
	if (keyword === 'ONBUILD' || keyword === 'FROM' || keyword === 'MAINTAINER') {
		throw instructionError(raw, `${keyword} cannot be the instruction of an ONBUILD`);
	}
	const heredocs = raw.heredocs.map(({written, name}) => `\n${written}${name}`).join('');
	return {kind: 'onbuild', trigger: raw.rest + heredocs};
}

function readShell(raw: RawInstruction): InstructionWords {
	const words = jsonForm(raw.rest);
	if (words === 'mixed') throw notOnlyText(raw);
	if (words === undefined || words.length === 0) {
		throw instructionError(raw, 'SHELL is a JSON list of words', 'write `SHELL ["/bin/bash", "-c"]`');
	}
	return {kind: 'shell', words};
}

function readVolume(raw: RawInstruction): InstructionWords {
	const json = jsonForm(raw.rest);
	if (json === 'mixed') throw notOnlyText(raw);
	const paths = some(
		raw,
		(json ?? plainWords(raw.rest)).map(path => path.trim()),
		'a path',
	);
	if (paths.includes('')) throw instructionError(raw, 'VOLUME has an empty path');
	return {kind: 'volume', paths};
}

function one(raw: RawInstruction, what: string): string {
	if (raw.rest === '') throw instructionError(raw, `${raw.keyword} needs ${what}`);
	return raw.rest;
}

function some(raw: RawInstruction, words: readonly string[], what: string): readonly string[] {
	if (words.length === 0) throw instructionError(raw, `${raw.keyword} needs ${what}`);
	return words;
}
