import {readFileSync, writeFileSync} from 'node:fs';
import * as z from 'zod/mini';
import {configSchema} from '../../src/spec/config/config-schema.ts';
import {specFileSchema} from '../../src/spec/keys/service-schema.ts';

/** What is checked in: made from the zod schemas, which are the only truth. */
export const schemas = [
	{
		file: new URL('tsbox.schema.json', import.meta.url),
		id: 'urn:tsbox:schema:spec',
		title: 'tsbox spec',
		schema: specFileSchema,
	},
	{
		file: new URL('tsbox-config.schema.json', import.meta.url),
		id: 'urn:tsbox:schema:config',
		title: 'configuration of tsbox',
		schema: configSchema,
	},
] as const;

/** A schema as JSON Schema, as editors read it. */
export function schemaText({id, title, schema}: (typeof schemas)[number]): string {
	const json = z.toJSONSchema(schema, {
		io: 'input',
		target: 'draft-7',
		override: ({jsonSchema}) => {
			// The reader leaves `x-` keys out before the schema sees them.
			if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = {'^x-': {}};
			// A container has one of them, which zod cannot say of a map.
			const {image, rootfs} = jsonSchema.properties ?? {};
			if (id === 'urn:tsbox:schema:spec' && image && rootfs)
				jsonSchema.allOf = [{oneOf: [{anyOf: ['image', 'build'].map(onlyWith)}, onlyWith('rootfs')]}];
			// zod takes `examples` for those of the output, and leaves them out of the input of a transform.
			const {example} = jsonSchema;
			delete jsonSchema['example'];
			if (example !== undefined) jsonSchema.examples = [example];
		},
	});
	return `${JSON.stringify({$id: id, title, ...json}, oneTypeEach, '\t')}\n`;
}

/** A map that has the key. Strict validators want the key to be described beside it. */
function onlyWith(key: string) {
	return {properties: {[key]: {description: `It has \`${key}\`.`}}, required: [key]};
}

/** Strict validators take no list of types: it is a choice of schemas with a type each. */
function oneTypeEach(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || !('type' in value) || !Array.isArray(value.type)) return value;
	const {type, ...rest} = value;
	return {...rest, anyOf: (type as readonly string[]).map(each => ({type: each}))};
}

if (process.argv[1] !== undefined && import.meta.url === new URL(process.argv[1], 'file:///').href) {
	for (const each of schemas) {
		const text = schemaText(each);
		if (!process.argv.includes('--check')) {
			writeFileSync(each.file, text);
		} else if (readFileSync(each.file, 'utf8') !== text) {
			console.error(`${each.file.pathname} is stale: run \`npm run schema\``);
			process.exitCode = 1;
		}
	}
}
