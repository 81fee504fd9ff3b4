import {TsboxError} from '../../errors/tsbox-error.ts';
import {readInstruction} from '../instructions/read-instruction.ts';
import {parseDockerfile} from '../syntax/parse-dockerfile.ts';
import {applySetting, type SettingInstruction} from './apply-setting.ts';
import type {OciConfig} from './oci-config.ts';
import {splitVariable, type StageState} from './stage-state.ts';

/** The instructions that `docker commit --change` takes. */
const allowed: readonly SettingInstruction['kind'][] = [
	'cmd',
	'entrypoint',
	'env',
	'expose',
	'healthcheck',
	'label',
	'onbuild',
	'shell',
	'stopsignal',
	'user',
	'volume',
	'workdir',
];

/**
 * A configuration after instructions of a Dockerfile that change no file: `CMD ["sh"]`, `ENV A=b`.
 *
 * @throws TsboxError E_DOCKERFILE for text that is none, E_USAGE for another instruction.
 */
export function changeConfig(config: OciConfig, changes: readonly string[]): OciConfig {
	if (changes.length === 0) return config;
	const text = `${changes.join('\n')}\n`;
	const parsed = parseDockerfile({text, file: '--change', shown: '--change'});
	const scope = {values: new Map<string, string>(), given: {}, proxies: {}};
	const env = new Map((config.config.Env ?? []).map(each => splitVariable(each)));
	const first: StageState = {config, env, hasCmd: config.config.Cmd !== undefined, filesKey: ''};
	return parsed.instructions.map(readInstruction).reduce((state: StageState, instruction) => {
		if (!isSetting(instruction))
			throw new TsboxError('E_USAGE', `--change takes no ${instruction.raw.keyword}`, {
				hint: `use one of ${allowed.map(kind => kind.toUpperCase()).join(', ')}`,
			});
		return applySetting(state, instruction, scope, {warn: () => {}}).state;
	}, first).config;
}

function isSetting(
	instruction: ReturnType<typeof readInstruction>,
): instruction is ReturnType<typeof readInstruction> & SettingInstruction {
	return allowed.some(kind => kind === instruction.kind);
}
