import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {schemas, schemaText} from '../config/schema/generate.ts';
import {unsupportedServiceKeys, unsupportedTopKeys} from '../src/spec/keys/unsupported.ts';
import {columns} from '../src/tui/dash/model/columns.ts';
import {keyTable, type Place} from '../src/tui/dash/model/keys.ts';
import {firstSettings} from '../src/tui/dash/model/settings.ts';
import {tabNames} from '../src/tui/dash/model/tabs.ts';

/* npm run docs:tables: the tables of docs/ that are made from data of the code. */

const folder = join(import.meta.dirname, '../docs');
/** Each page's tables by the name in their markers. */
const tables: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
	'dashboard.md': {keys: keysTable, columns: columnsTable},
	'spec.md': {
		container: () => schemaTable(containerSchema()),
		project: () => schemaTable(specForms()[1] ?? {}, ['services']),
	},
	'configuration.md': {config: () => schemaTable(jsonSchema(1), ['defaults', 'dash'])},
	'from-docker.md': {
		unsupported: () =>
			table('| key | what to do |', Object.entries({...unsupportedServiceKeys, ...unsupportedTopKeys})),
	},
};

/** The pages that hold tables. */
export const tablePages = Object.keys(tables);

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A table of two columns or more, its first one in code. */
function table(head: string, rows: readonly (readonly string[])[]): string {
	const lines = rows.map(([key = '', ...rest]) => `| ${[code(key), ...rest.map(cell)].join(' | ')} |`);
	return [head, head.replaceAll(/[^|]+/g, ' --- '), ...lines].join('\n');
}

/** One row a key, with the name that the configuration knows it by. */
function keysTable(): string {
	const places: readonly Place[] = ['anywhere', 'list', 'detail', ...tabNames];
	const rows = places.flatMap(place =>
		keyTable
			.filter(row => row.place === place)
			.map(({keys, name, words}) => `| ${place} | ${keys.map(code).join(' ')} | ${code(name)} | ${cell(words)} |`),
	);
	return ['| where | keys | name | what it does |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** One row a column of the overview. */
function columnsTable(): string {
	const rows = columns.map(({name, title}) => [name, title, firstSettings.columns.includes(name) ? 'yes' : 'no']);
	return table('| name | heading | shown at first |', rows);
}

/** As much of a JSON Schema as the tables read. */
interface Schema {
	readonly description?: string;
	readonly type?: string;
	readonly const?: string;
	readonly enum?: readonly string[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly additionalProperties?: Schema | boolean;
	readonly items?: Schema;
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
}

function jsonSchema(index: 0 | 1): Schema {
	return JSON.parse(schemaText(schemas[index])) as Schema;
}

/** A spec is one container, or a project. */
const specForms = (): readonly Schema[] => jsonSchema(0).anyOf ?? [];

function containerSchema(): Schema {
	const services = specForms()[1]?.properties?.['services']?.additionalProperties;
	return typeof services === 'object' ? services : {};
}

/** All schemas that a value may fit: itself, and the choices and elements below it. */
function formsOf(schema: Schema): readonly Schema[] {
	const {anyOf = [], oneOf = [], items, additionalProperties: each} = schema;
	const below = [...anyOf, ...oneOf, ...(items ? [items] : []), ...(typeof each === 'object' ? [each] : [])];
	return [schema, ...below.flatMap(formsOf)];
}

/** What may be written, in words; that any of it may be a text with a variable goes without saying. */
function kindsOf(schema: Schema): readonly string[] {
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

/** A row for each key, its own keys below it, but not those of the keys that are named. */
function schemaTable(schema: Schema, closed: readonly string[] = []): string {
	const rows = (at: Schema, path: string): readonly (readonly string[])[] => {
		const found = formsOf(at).flatMap(({properties = {}}) => Object.entries(properties));
		return [...new Set(found.map(([name]) => name))].flatMap(name => {
			const forms = found.filter(([other]) => other === name).map(([, value]) => value);
			const [first = {}] = forms;
			const kinds = new Set(forms.flatMap(kindsOf));
			const meanings = new Set(forms.flatMap(({description = []}) => description));
			return [
				[path + name, [...kinds].join(' or '), [...meanings].join(' ')],
				...(closed.includes(name) ? [] : rows(first, `${path}${name}.`)),
			];
		});
	};
	return table('| key | value | meaning |', rows(schema, ''));
}

/** A page with its tables as they should be. */
export function withTables(page: string, text: string): string {
	return Object.entries(tables[page] ?? {}).reduce((before, [name, write]) => {
		const [begin, end] = [`<!-- ${name}: written by \`npm run docs:tables\` -->`, `<!-- end of ${name} -->`];
		const [head = ''] = before.split(begin);
		return `${head}${begin}\n${write()}\n${end}${before.split(end)[1] ?? '\n'}`;
	}, text);
}

if (process.argv[1] === import.meta.filename)
	for (const page of tablePages) {
		const file = join(folder, page);
		writeFileSync(file, withTables(page, readFileSync(file, 'utf8')));
	}
