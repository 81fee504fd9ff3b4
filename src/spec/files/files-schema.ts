import * as z from 'zod/mini';
import {described, key} from '../values/schema-parts.ts';

/*
 * Keys that lead to other files or services, and so are gone when a project is checked: reading the files fills in what they stand for.
 */

const words = z.union([z.string(), z.array(z.string())]);

/** `extends` of a service. */
export const extendsSchema = z.union([
	z.string(),
	z.strictObject({
		service: described('The name of the service.', z.string()),
		file: key('The file that it is in; by default this one.', z.string()),
	}),
]);

/** An entry of `include`. */
export const includeEntrySchema = z.union([
	z.string(),
	z.strictObject({
		path: described('The file, or several that are merged.', words),
		project_directory: key('Where its paths begin; by default the folder of the file.', z.string()),
		env_file: key('Files with variables for it; by default the `.env` of that folder.', words),
	}),
]);

/** `extends` as editors know it. */
export const extendsKey = key(
	'The service whose keys this one takes over: its name, or `service` with the `file` that it is in.',
	extendsSchema,
	{file: 'common.yaml', service: 'base'},
);

/** `include` as editors know it. */
export const includeKey = key(
	'Files whose services, networks, volumes and secrets are taken over; paths in them begin at their own folders.',
	z.array(includeEntrySchema),
	['db/compose.yaml'],
);
