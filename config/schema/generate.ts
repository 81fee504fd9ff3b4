import {readFileSync, writeFileSync} from 'node:fs';
import * as z from 'zod/mini';
import {configSchema} from '../../src/spec/config-schema.ts';
import {specFileSchema} from '../../src/spec/file-schema.ts';

/** What is checked in: made from the zod schemas, which are the only truth. */
export const schemas = [
	{file: new URL('tsbox.schema.json', import.meta.url), title: 'tsbox spec', schema: specFileSchema},
	{
		file: new URL('tsbox-config.schema.json', import.meta.url),
		title: 'configuration of tsbox',
		schema: configSchema,
	},
] as const;

/** A schema as JSON Schema, as editors read it. */
export function schemaText({title, schema}: (typeof schemas)[number]): string {
	const json = z.toJSONSchema(schema, {
		io: 'input',
		target: 'draft-7',
		override: ({jsonSchema}) => {
			// The reader leaves `x-` keys out before the schema sees them.
			if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = {'^x-': {}};
		},
	});
	return `${JSON.stringify({title, ...json}, null, '\t')}\n`;
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
