import {yamlLine} from '../../spec/syntax/yaml-text.ts';
import {head, prose, roff, section} from './roff.ts';

/** The parts of a JSON Schema that the page uses. */
interface Schema {
	readonly description?: string;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly enum?: readonly (string | number)[];
	readonly additionalProperties?: boolean | Schema;
	readonly examples?: readonly unknown[];
}

/** The manual page tsbox.yaml(5) with every key of a spec, from the JSON Schema. */
export function specPage(schema: Schema, version: string): string {
	const [container = {}, project = {}] = schema.anyOf ?? [];
	const own = container.properties ?? {};
	const top = Object.fromEntries(Object.entries(project.properties ?? {}).filter(([key]) => !(key in own)));
	return [
		head('tsbox.yaml', 5, version),
		section('NAME', 'tsbox.yaml \\- what a container of tsbox is\n'),
		section(
			'DESCRIPTION',
			`${prose('A file in YAML or JSON, in the words of the Compose Specification. It holds the keys of one container, or `services` with those of several. Text may hold `${NAME}`, `${NAME:-default}` and their like; keys that begin with `x-` are left out.')}\n`,
		),
		section('KEYS OF A CONTAINER', keysOf(own, 2)),
		section('KEYS OF A FILE WITH SERVICES', keysOf(top, 1)),
		section('SEE ALSO', '\\fBtsbox\\fR(1)\n'),
	].join('');
}

function keysOf(properties: Readonly<Record<string, Schema>>, depth: number): string {
	return Object.entries(properties)
		.map(([key, schema]) => {
			const words = schema.enum === undefined ? '' : ` One of ${schema.enum.map(word => `\`${word}\``).join(', ')}.`;
			const example = schema.examples?.map(each => ` Example: \`${yamlLine(key, each)}\`.`).join('') ?? '';
			const inner = depth === 0 ? {} : innerOf(schema);
			const nested = Object.keys(inner).length === 0 ? '' : `.RS\n${keysOf(inner, depth - 1)}.RE\n`;
			return `.TP\n\\fB${roff(key)}\\fR\n${prose(`${schema.description ?? ''}${words}${example}`.trim() || key)}\n${nested}`;
		})
		.join('');
}

/** The keys of a map value, including maps in lists and alternatives. */
function innerOf(schema: Schema): Readonly<Record<string, Schema>> {
	const forms = [
		...(schema.anyOf ?? []),
		...(schema.oneOf ?? []),
		...(schema.items === undefined ? [] : [schema.items]),
	];
	return Object.assign({}, ...forms.map(innerOf), schema.properties ?? {}) as Readonly<Record<string, Schema>>;
}
