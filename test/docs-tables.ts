import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {lessonRows, lessonSections} from './docs-lessons.ts';
import {stepSections} from './docs-steps.ts';
import {schemas, schemaText} from '../config/schema/generate.ts';
import {type KeySchema, keyRows, specSchemas} from '../src/spec/explain/key-rows.ts';
import {yamlLine} from '../src/spec/syntax/yaml-text.ts';
import {composeRows} from '../src/spec/compose/compose-rows.ts';
import {type ComposeRow} from '../src/spec/compose/row.ts';
import {columns} from '../src/tui/dash/model/columns.ts';
import {keyTable, type Place} from '../src/tui/dash/model/keys.ts';
import {firstSettings} from '../src/tui/dash/model/settings.ts';
import {tabNames} from '../src/tui/dash/model/tabs.ts';

/* npm run docs:tables: the tables of docs/ that are made from data of the code. */

const folder = join(import.meta.dirname, '../docs');
/** Each page's tables by the name in their markers. */
const tables: Readonly<Record<string, Readonly<Record<string, () => string | Promise<string>>>>> = {
	'dashboard.md': {keys: keysTable, columns: columnsTable},
	'spec.md': {
		container: () => schemaTable(spec().container),
		project: () => schemaTable(spec().project, ['services']),
	},
	'configuration.md': {config: () => schemaTable(jsonSchema(1), ['defaults', 'dash'])},
	'steps.md': {steps: stepSections},
	'learn.md': {lessons: lessonTable},
	'lessons.md': {lessons: lessonSections},
	'compose.md': {
		works: worksTable,
		refused: () => fateTable('refused', 'what to write instead'),
		ignored: () => fateTable('ignored', 'what has an effect'),
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

/** One row a lesson. */
function lessonTable(): string {
	return ['| | lesson | what you do |', '| --- | --- | --- |', ...lessonRows()].join('\n');
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

function jsonSchema(index: 0 | 1): KeySchema {
	return JSON.parse(schemaText(schemas[index])) as KeySchema;
}

const spec = () => specSchemas(jsonSchema(0));

/** A row for each key and for the keys below it, but not for those below the keys that are named. */
function schemaTable(schema: KeySchema, closed: readonly string[] = []): string {
	const rows = keyRows(schema, closed);
	const examples = rows.some(({example}) => example !== undefined);
	return table(
		`| key | value | meaning |${examples ? ' example |' : ''}`,
		rows.map(({path, forms, about, example}) => [
			path,
			forms.join(' or '),
			about,
			...(examples ? [example === undefined ? '' : code(yamlLine(path, example))] : []),
		]),
	);
}

/** The keys of the Compose Specification that do not work, with the reason. */
function fateTable(fate: ComposeRow['fate'], instead: string): string {
	const rows = composeRows.filter(row => row.fate === fate);
	return table(
		`| key | reason | ${instead} |`,
		rows.map(row => [row.shown ?? row.path, row.why, row.instead ?? '']),
	);
}

/** The keys of the Compose Specification that work, by where they stand. */
function worksTable(): string {
	const {container, project} = spec();
	const isIdle = (path: string): boolean =>
		composeRows.some(row => row.path === path && row.when === undefined && row.shown === undefined);
	const group = (schema: KeySchema, under: string, closed: readonly string[] = []): readonly string[] =>
		keyRows(schema, closed).flatMap(({path}) => (isIdle(`${under}${path}`) ? [] : [code(path)]));
	return [
		`**A service:** ${group(container, 'services.*.').join(', ')}.`,
		'',
		`**Beside \`services\`:** ${group(project, '', ['services']).join(', ')}.`,
	].join('\n');
}

/** A page with its tables as they should be. */
export async function withTables(page: string, text: string): Promise<string> {
	let whole = text;
	for (const [name, write] of Object.entries(tables[page] ?? {})) {
		const [begin, end] = [`<!-- ${name}: written by \`npm run docs:tables\` -->`, `<!-- end of ${name} -->`];
		const [head = ''] = whole.split(begin);
		whole = `${head}${begin}\n${await write()}\n${end}${whole.split(end)[1] ?? '\n'}`;
	}
	return whole;
}

if (process.argv[1] === import.meta.filename)
	for (const page of tablePages) {
		const file = join(folder, page);
		writeFileSync(file, await withTables(page, readFileSync(file, 'utf8')));
	}
