import type {Finding} from '../../host/diagnose/finding.ts';
import type {ConfigEntry} from '../../spec/config/config.ts';
import {explainOrigin} from '../../spec/project/explain-origin.ts';

/** The settings from the configuration for `tsbox doctor`, each with its file and line. */
export function configFindings(entries: readonly ConfigEntry[], cwd: string): readonly Finding[] {
	return entries.map(({key, value, origin}) => ({
		id: `configuration.${key}`,
		area: 'configuration',
		subject: key,
		state: 'ok',
		found: `${value} (${explainOrigin(origin, cwd)})`,
		without: '',
		hint: null,
	}));
}
