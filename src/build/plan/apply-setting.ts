import {posix} from 'node:path';
import {parseSignal} from '../../spec/values/signal.ts';
import type {CommandForm, HealthcheckInstruction, Instruction} from '../instructions/instruction.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import {readExposed} from './exposed-ports.ts';
import {type ExpansionNotes, expandIn, expandText} from './expand-text.ts';
import type {OciHealthcheck} from './oci-config.ts';
import {argValue, type GlobalScope} from './scope.ts';
import {splitVariable, type StageState, withSettings, withShell, withVariable} from './stage-state.ts';

/** An instruction that changes the configuration of the image and, but for WORKDIR, no file. */
export type SettingInstruction = Exclude<Instruction, {kind: 'from' | 'run' | 'copy' | 'add'}>;

/** The state after an instruction, and the instruction with its variables filled in, for the history. */
export interface Applied {
	readonly state: StageState;
	readonly command: string;
}

/** Applies an instruction to a stage. @throws E_DOCKERFILE */
export function applySetting(
	state: StageState,
	instruction: SettingInstruction,
	scope: GlobalScope,
	notes: ExpansionNotes,
): Applied {
	const {raw} = instruction;
	const settings = state.config.config;
	const expand = (word: string) => expandText(raw, word, state.env, notes);
	const done = (next: StageState, words: string): Applied => ({state: next, command: `${raw.keyword} ${words}`.trim()});
	switch (instruction.kind) {
		case 'arg':
			return done(withArgs(state, instruction, scope, notes), instruction.args.map(({name}) => name).join(' '));
		case 'env': {
			// All of one ENV see the variables from before it.
			const pairs = instruction.pairs.map(({name, value}) => [expand(name), expand(value)] as const);
			const Env = pairs.reduce(withEnv, settings.Env ?? []);
			const next = pairs.reduce((now, [name, value]) => withVariable(now, name, value), withSettings(state, {Env}));
			return done(next, pairText(pairs));
		}
		case 'label': {
			const pairs = instruction.pairs.map(({name, value}) => [expand(name), expand(value)] as const);
			return done(withSettings(state, {Labels: {...settings.Labels, ...Object.fromEntries(pairs)}}), pairText(pairs));
		}
		case 'cmd': {
			const Cmd = commandOf(state, instruction.command);
			return done({...withSettings(state, {Cmd}), hasCmd: true}, JSON.stringify(Cmd));
		}
		case 'entrypoint': {
			const Entrypoint = commandOf(state, instruction.command);
			const {Cmd: _, ...others} = settings;
			// The image's CMD was written for the image's ENTRYPOINT.
			const kept = state.hasCmd ? settings : others;
			return done({...state, config: {...state.config, config: {...kept, Entrypoint}}}, JSON.stringify(Entrypoint));
		}
		case 'shell':
			return done(withSettings(state, {Shell: instruction.words}), JSON.stringify(instruction.words));
		case 'user': {
			const User = expand(instruction.user);
			return done(withSettings(state, {User}), User);
		}
		case 'workdir': {
			const WorkingDir = posix.resolve('/', settings.WorkingDir ?? '/', expand(instruction.path));
			return done(withSettings(state, {WorkingDir}), WorkingDir);
		}
		case 'volume': {
			const paths = instruction.paths.map(expand);
			return done(withSettings(state, {Volumes: {...settings.Volumes, ...keys(paths)}}), JSON.stringify(paths));
		}
		case 'expose': {
			const ports = instruction.ports
				.flatMap(port => expandIn(raw, port, state.env, notes).words)
				.flatMap(word => {
					const read = readExposed(word);
					if (!read.ok) throw instructionError(raw, `EXPOSE ${read.problem}`, read.hint);
					return read.value;
				});
			return done(withSettings(state, {ExposedPorts: {...settings.ExposedPorts, ...keys(ports)}}), ports.join(' '));
		}
		case 'stopsignal': {
			const StopSignal = expand(instruction.signal);
			const parsed = parseSignal(StopSignal);
			if (!parsed.ok) throw instructionError(raw, `STOPSIGNAL ${parsed.problem}`, parsed.hint);
			return done(withSettings(state, {StopSignal}), StopSignal);
		}
		case 'healthcheck':
			return done(withSettings(state, {Healthcheck: ociHealthcheck(instruction)}), healthText(instruction));
		case 'maintainer':
			return done({...state, config: {...state.config, author: instruction.author}}, instruction.author);
		case 'onbuild':
			return done(
				withSettings(state, {OnBuild: [...(settings.OnBuild ?? []), instruction.trigger]}),
				instruction.trigger,
			);
	}
}

function withArgs(
	state: StageState,
	instruction: Extract<SettingInstruction, {kind: 'arg'}>,
	scope: GlobalScope,
	notes: ExpansionNotes,
): StageState {
	return instruction.args.reduce((now, arg) => {
		const value = argValue(instruction, arg, now.env, scope, notes);
		return value === undefined ? now : withVariable(now, arg.name, value);
	}, state);
}

function withEnv(env: readonly string[], [name, value]: readonly [string, string]): readonly string[] {
	const at = env.findIndex(each => splitVariable(each)[0] === name);
	return at === -1 ? [...env, `${name}=${value}`] : env.with(at, `${name}=${value}`);
}

function commandOf(state: StageState, {words, isShell}: CommandForm): readonly string[] {
	return isShell && words.length > 0 ? withShell(state, words.join(' ')) : words;
}

function keys(names: readonly string[]): Record<string, Record<string, never>> {
	return Object.fromEntries(names.map(name => [name, {}]));
}

function pairText(pairs: readonly (readonly [string, string])[]): string {
	return pairs.map(([name, value]) => `${name}=${/[\s"']/.test(value) ? JSON.stringify(value) : value}`).join(' ');
}

const nanoseconds = (ms: number) => Math.round(ms * 1_000_000);

function ociHealthcheck(check: HealthcheckInstruction): OciHealthcheck {
	return {
		Test: check.test,
		...(check.intervalMs !== undefined && {Interval: nanoseconds(check.intervalMs)}),
		...(check.timeoutMs !== undefined && {Timeout: nanoseconds(check.timeoutMs)}),
		...(check.startPeriodMs !== undefined && {StartPeriod: nanoseconds(check.startPeriodMs)}),
		...(check.startIntervalMs !== undefined && {StartInterval: nanoseconds(check.startIntervalMs)}),
		...(check.retries !== undefined && {Retries: check.retries}),
	};
}

function healthText({test}: HealthcheckInstruction): string {
	const [kind = '', ...words] = test;
	if (kind === 'NONE') return 'NONE';
	return kind === 'CMD-SHELL' ? `CMD ${words.join(' ')}` : `CMD ${JSON.stringify(words)}`;
}
