import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {KeyRow} from '../../spec/explain/key-rows.ts';
import {exampleText, sampleLabel} from '../../spec/explain/sample-spec.ts';
import {configOf, serviceKeys} from '../../spec/keys/service-keys.ts';
import type {Service} from '../../spec/model/project.ts';
import {configChanges, planChanges} from '../../view/explain/changes.ts';
import type {Effect, KeyTopic} from '../../view/explain/topic.ts';
import {type DocumentedStep, documentedSteps} from './pages.ts';
import type {Plans, Sources} from './sources.ts';

/** What is known of a key, among all keys of its file. A key of a container is planned with its example. */
export async function keyTopic(
	of: KeyTopic['of'],
	{path, about, forms}: KeyRow,
	rows: readonly KeyRow[],
	{io, plans}: Pick<Sources, 'io' | 'plans'>,
): Promise<KeyTopic> {
	const [top = ''] = path.split('.');
	const below = rows.map(row => row.path).filter(other => other.startsWith(`${path}.`));
	const topic = {
		kind: 'key',
		word: path,
		of,
		about,
		forms,
		below,
		page: of === 'configuration' ? 'docs/configuration.md' : 'docs/spec.md',
	} as const;
	if (of !== 'container' || !Object.hasOwn(serviceKeys, top)) return topic;
	return {...topic, example: exampleText(top), ...(await planned(top, path, plans, documentedSteps(io)))};
}

/** The default of the key, and what its example changes. */
async function planned(
	top: string,
	path: string,
	plans: Plans,
	steps: readonly DocumentedStep[],
): Promise<{readonly default?: string | null; readonly effect: Effect}> {
	const elsewhere = steps.filter(({label}) => label === sampleLabel(top)).map(({id, title}) => ({id, title}));
	try {
		const {without, with: after} = await plans.example(top);
		const changes = planChanges(without.plan, after.plan);
		return {
			...(path === top && {default: defaultOf(path, without.service)}),
			effect: {
				config: configChanges(without.config, after.config),
				...changes,
				elsewhere: changes.steps.length === 0 ? elsewhere : [],
				warnings: after.plan.warnings.filter(warning => !without.plan.warnings.includes(warning)),
			},
		};
	} catch (cause) {
		if (!isTsboxError(cause)) throw cause;
		const {message, why, hint} = cause;
		return {
			effect: {
				problem: why === undefined ? message : `${message} (${why})`,
				...(hint === undefined ? {} : {hint}),
				elsewhere,
			},
		};
	}
}

function defaultOf(path: string, service: Service): string | null {
	const values = configOf(service).filter(({key}) => key === path || key.startsWith(`${path}.`));
	return values.length === 0
		? null
		: values.map(({key, value}) => (key === path ? value : `${key.slice(path.length + 1)} ${value}`)).join(', ');
}
