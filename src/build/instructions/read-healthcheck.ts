import {quoted} from '../../spec/model/parsed.ts';
import {parseDuration} from '../../spec/values/duration.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import {type FlagValues, readFlags} from './flags.ts';
import type {HealthcheckInstruction} from './instruction.ts';
import {readCommand} from './read-command.ts';

const flagKinds = {
	interval: 'text',
	timeout: 'text',
	'start-period': 'text',
	'start-interval': 'text',
	retries: 'text',
} as const;

/** Reads HEALTHCHECK. @throws E_DOCKERFILE */
export function readHealthcheck(raw: RawInstruction): HealthcheckInstruction {
	const flags = readFlags(raw, flagKinds);
	const [, type = '', command = ''] = /^(\S*)\s*(.*)$/s.exec(raw.rest) ?? [];
	if (type.toUpperCase() === 'NONE') {
		if (command !== '' || raw.flags.length > 0) throw instructionError(raw, 'HEALTHCHECK NONE stands alone');
		return {kind: 'healthcheck', test: ['NONE']};
	}
	if (type.toUpperCase() !== 'CMD') {
		throw instructionError(
			raw,
			`HEALTHCHECK is followed by CMD or NONE, not ${quoted(type)}`,
			'write `HEALTHCHECK CMD command`',
		);
	}
	const {words, isShell} = readCommand(raw, command);
	if (words.length === 0) throw instructionError(raw, 'HEALTHCHECK CMD needs a command');
	const retries = readRetries(raw, flags.text('retries'));
	return {
		kind: 'healthcheck',
		test: [isShell ? 'CMD-SHELL' : 'CMD', ...words],
		...time(raw, flags, 'interval', 'intervalMs'),
		...time(raw, flags, 'timeout', 'timeoutMs'),
		...time(raw, flags, 'start-period', 'startPeriodMs'),
		...time(raw, flags, 'start-interval', 'startIntervalMs'),
		...(retries !== undefined && {retries}),
	};
}

function time<K extends string>(
	raw: RawInstruction,
	flags: FlagValues,
	name: string,
	key: K,
): {readonly [P in K]?: number} {
	const text = flags.text(name);
	if (text === undefined) return {};
	const parsed = text === '0' ? {ok: true as const, value: 0} : parseDuration(text);
	if (!parsed.ok) throw instructionError(raw, `--${name} ${parsed.problem}`, parsed.hint, flagOf(raw, name));
	// Docker refuses less: container.MinimumDuration.
	if (parsed.value > 0 && parsed.value < 1)
		throw instructionError(raw, `--${name} is below 1ms`, undefined, flagOf(raw, name));
	return {[key]: parsed.value} as {[P in K]?: number};
}

function readRetries(raw: RawInstruction, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (/^\d{1,9}$/.test(text)) return Number(text);
	throw instructionError(raw, `--retries is a number, not ${quoted(text)}`, undefined, flagOf(raw, 'retries'));
}

function flagOf(raw: RawInstruction, name: string) {
	return raw.flags.find(flag => flag.name === name);
}
