/** As much of a JSON Schema as is explained. */
export interface KeySchema {
	readonly description?: string;
	readonly examples?: readonly unknown[];
	readonly type?: string;
	readonly const?: string;
	readonly enum?: readonly string[];
	readonly properties?: Readonly<Record<string, KeySchema>>;
	readonly additionalProperties?: KeySchema | boolean;
	readonly items?: KeySchema;
	readonly anyOf?: readonly KeySchema[];
	readonly oneOf?: readonly KeySchema[];
}

/** A key with what may be written and what it means. */
export interface KeyRow {
	/** Dotted: `volumes.bind.propagation`. */
	readonly path: string;
	/** The values that it takes, in Markdown: `true`, text, list of text. */
	readonly forms: readonly string[];
	readonly about: string;
	readonly example?: unknown;
}

/** The schemas of a spec file: of a container, and of a file with `services`. */
export function specSchemas({anyOf: [, project = {}] = []}: KeySchema) {
	const services = project.properties?.['services']?.additionalProperties;
	return {container: typeof services === 'object' ? services : {}, project};
}

/** All schemas that a value may fit: itself, and the choices and elements below it. */
function formsOf(schema: KeySchema): readonly KeySchema[] {
	const {anyOf = [], oneOf = [], items, additionalProperties: each} = schema;
	const below = [...anyOf, ...oneOf, ...(items ? [items] : []), ...(typeof each === 'object' ? [each] : [])];
	return [schema, ...below.flatMap(formsOf)];
}

const code = (text: string): string => `\`${text}\``;

/** The kinds of values. That text may hold a variable goes without saying. */
function kindsOf(schema: KeySchema): readonly string[] {
	const {anyOf, oneOf, items, type = ''} = schema;
	if (schema.const !== undefined) return [code(schema.const)];
	if (schema.enum !== undefined) return schema.enum.length > 9 ? ['name'] : [schema.enum.map(code).join(', ')];
	const choices = anyOf ?? oneOf;
	if (choices) {
		const kinds = choices.flatMap(kindsOf);
		return kinds.includes('`true`, `false`') ? kinds.filter(kind => kind !== 'text') : kinds;
	}
	if (items) return [`list of ${[...new Set(kindsOf(items))].join(' or ')}`];
	return [{object: 'map', string: 'text', boolean: '`true`, `false`'}[type] ?? type];
}

/** A row for each key of a schema, followed by the keys below it, but not by those below the keys that are named. */
export function keyRows(schema: KeySchema, closed: readonly string[] = [], path = ''): readonly KeyRow[] {
	const found = formsOf(schema).flatMap(({properties = {}}) => Object.entries(properties));
	return [...new Set(found.map(([name]) => name))].flatMap(name => {
		const forms = found.filter(([other]) => other === name).map(([, value]) => value);
		const [first = {}] = forms;
		const example = first.examples?.[0];
		return [
			{
				path: path + name,
				forms: [...new Set(forms.flatMap(kindsOf))],
				about: [...new Set(forms.flatMap(({description = []}) => description))].join(' '),
				...(example === undefined ? {} : {example}),
			},
			...(closed.includes(name) ? [] : keyRows(first, [], `${path}${name}.`)),
		];
	});
}
