import {readFileSync, writeFileSync} from 'node:fs';
import * as z from 'zod/mini';
import {specFileSchema} from '../../src/spec/file-schema.ts';

/** The JSON Schema of a spec file, as it is checked in: made from the zod schema, which is the only truth. */
export function schemaText(): string {
	const schema = z.toJSONSchema(specFileSchema, {
		io: 'input',
		target: 'draft-7',
		override: ({jsonSchema}) => {
			// The reader leaves `x-` keys out before the schema sees them.
			if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = {'^x-': {}};
		},
	});
	const titled = {title: 'tsbox spec', ...schema};
	return `${JSON.stringify(titled, null, '\t')}\n`;
}

/** The file that editors read. */
export const schemaFile = new URL('tsbox.schema.json', import.meta.url);

if (process.argv[1] !== undefined && import.meta.url === new URL(process.argv[1], 'file:///').href) {
	const text = schemaText();
	if (!process.argv.includes('--check')) {
		writeFileSync(schemaFile, text);
	} else if (readFileSync(schemaFile, 'utf8') !== text) {
		console.error('config/schema/tsbox.schema.json is stale: run `npm run schema`');
		process.exitCode = 1;
	}
}
