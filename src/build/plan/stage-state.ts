import type {OciConfig, OciSettings} from './oci-config.ts';

/** A stage between two of its instructions. */
export interface StageState {
	readonly config: OciConfig;
	/** ENV and ARG: what later instructions and each RUN see. */
	readonly env: ReadonlyMap<string, string>;
	/** Whether the stage has a CMD of its own. Only then does ENTRYPOINT leave it. */
	readonly hasCmd: boolean;
	/** The cache key of the last row that changes files. */
	readonly filesKey: string;
}

/** The state with other settings. */
export function withSettings(state: StageState, settings: Partial<OciSettings>): StageState {
	return {...state, config: {...state.config, config: {...state.config.config, ...settings}}};
}

/** The state with another value of a variable, for later instructions only. */
export function withVariable(state: StageState, name: string, value: string): StageState {
	return {...state, env: new Map(state.env).set(name, value)};
}

/** A command with the shell of the stage before it. */
export function withShell(state: StageState, text: string): readonly string[] {
	return [...(state.config.config.Shell ?? ['/bin/sh', '-c']), text];
}

/** The value of `PATH` where an image has none. Source: BuildKit, util/system/path.go. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A stage right behind FROM, with the configuration of its image. ONBUILD is taken out: its instructions come next. */
export function firstState(config: OciConfig, filesKey: string): StageState {
	const {OnBuild: _, ...settings} = config.config;
	const env = settings.Env ?? [];
	const Env = env.some(each => each.startsWith('PATH=')) ? env : [...env, `PATH=${usualPath}`];
	return {
		config: {...config, config: {...settings, Env}},
		env: new Map(Env.map(each => splitVariable(each))),
		hasCmd: false,
		filesKey,
	};
}

/** `name=value` in its parts. */
export function splitVariable(text: string): readonly [string, string] {
	const equals = text.indexOf('=');
	return equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
