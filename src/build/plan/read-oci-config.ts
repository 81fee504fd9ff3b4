import {TsboxError} from '../../errors/tsbox-error.ts';
import {present} from '../../spec/syntax/pick.ts';
import {configReader} from '../../image/oci/config-values.ts';
import {isObject, parseJson} from '../../image/store/json.ts';
import type {OciConfig, OciHealthcheck, OciHistory, OciSettings} from './oci-config.ts';

/**
 * Reads the configuration of an image that a build begins with. Values that Go writes as null are left out; keys that only others know
 * are dropped, as no instruction could change them.
 *
 * @param name - the image, for messages
 * @throws TsboxError E_IMAGE_INVALID for a value of another type.
 */
export function readOciConfig(text: string, name: string): OciConfig {
	const reader = configReader(name);
	const whole = reader.object('it', parseJson(text));
	if (whole === undefined) throw reader.fault('it', 'is no JSON');
	const rootfs = reader.object('`rootfs`', whole['rootfs']) ?? {};
	return {
		...present({
			created: reader.text('`created`', whole['created']),
			author: reader.text('`author`', whole['author']),
			variant: reader.text('`variant`', whole['variant']),
		}),
		architecture: reader.text('`architecture`', whole['architecture']) ?? 'unknown',
		os: reader.text('`os`', whole['os']) ?? 'linux',
		config: readSettings(name, whole['config']),
		rootfs: {type: 'layers', diff_ids: reader.texts('`diff_ids`', rootfs['diff_ids']) ?? []},
		history: readHistory(name, whole['history']),
	};
}

function readSettings(name: string, value: unknown): OciSettings {
	const reader = configReader(name);
	const config = reader.object('`config`', value) ?? {};
	const empties = (key: string): Record<string, Record<string, never>> | undefined => {
		const found = reader.object(key, config[key]);
		return found === undefined ? undefined : Object.fromEntries(Object.keys(found).map(each => [each, {}]));
	};
	const labels = reader.object('Labels', config['Labels']);
	return present({
		User: reader.text('User', config['User']),
		ExposedPorts: empties('ExposedPorts'),
		Env: reader.texts('Env', config['Env']),
		Entrypoint: reader.texts('Entrypoint', config['Entrypoint']),
		Cmd: reader.texts('Cmd', config['Cmd']),
		Healthcheck: readCheck(name, config['Healthcheck']),
		Volumes: empties('Volumes'),
		WorkingDir: reader.text('WorkingDir', config['WorkingDir']),
		OnBuild: reader.texts('OnBuild', config['OnBuild']),
		Labels:
			labels === undefined
				? undefined
				: Object.fromEntries(Object.entries(labels).map(([key, label]) => [key, reader.text(key, label) ?? ''])),
		StopSignal: reader.text('StopSignal', config['StopSignal']),
		Shell: reader.texts('Shell', config['Shell']),
	});
}

function readCheck(name: string, value: unknown): OciHealthcheck | undefined {
	const reader = configReader(name);
	const check = reader.object('Healthcheck', value);
	if (check === undefined) return undefined;
	const count = (key: string): number | undefined =>
		check[key] === undefined ? undefined : reader.count(key, check[key]);
	return present({
		Test: reader.texts('Test', check['Test']),
		Interval: count('Interval'),
		Timeout: count('Timeout'),
		StartPeriod: count('StartPeriod'),
		StartInterval: count('StartInterval'),
		Retries: count('Retries'),
	});
}

function readHistory(name: string, value: unknown): readonly OciHistory[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value) || !value.every(isObject)) {
		throw new TsboxError('E_IMAGE_INVALID', `the configuration of the image ${name}: \`history\` is no list of maps`);
	}
	const reader = configReader(name);
	return value.map(entry =>
		present({
			created: reader.text('created', entry['created']),
			created_by: reader.text('created_by', entry['created_by']),
			author: reader.text('author', entry['author']),
			comment: reader.text('comment', entry['comment']),
			empty_layer: entry['empty_layer'] === true ? true : undefined,
		}),
	);
}
