/** The sections beside `services` whose entries services use by name. */
export const sections = ['networks', 'volumes', 'secrets', 'configs'] as const;

/** One of {@link sections}. */
export type Section = (typeof sections)[number];

/** The names that services use of each section; `default` is a network of every file. */
export function usedNames(services: unknown): Readonly<Record<Section, ReadonlySet<string>>> {
	const all = Object.values(services ?? {}).map(each => Object(each) as Readonly<Record<string, unknown>>);
	const of = (section: Section) => all.flatMap(service => namesIn(service[section], section));
	const ofBuilds = all.flatMap(({build}) => namesIn(Reflect.get(Object(build), 'secrets'), 'secrets'));
	return {
		networks: new Set(of('networks')),
		volumes: new Set(of('volumes')),
		secrets: new Set([...of('secrets'), ...ofBuilds]),
		configs: new Set(of('configs')),
	};
}

/** Names that a key of a service refers to, in its short or its long form. */
function namesIn(value: unknown, section: Section): readonly string[] {
	if (typeof value !== 'object' || value === null) return [];
	if (!Array.isArray(value)) return Object.keys(value);
	return value.flatMap((item: unknown) => {
		const text: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'source') : item;
		if (typeof text !== 'string' && typeof text !== 'number') return [];
		return section === 'volumes' ? (String(text).split(':', 1)[0] ?? '') : String(text);
	});
}
