import * as z from 'zod/mini';
import {parseName} from '../values/container-name.ts';
import {described, key, parsedBy, text, textOrNumber} from '../values/schema-parts.ts';
import {volumesSchema} from '../values/named-volume.ts';
import {serviceSchema, serviceShape} from './service-schema.ts';

const projectShape = {
	name: key('The name of the project; the name of the file by default.', parsedBy(text, parseName)),
	version: key('Accepted for old compose files; it means nothing.', textOrNumber),
};

/** A file with one container: the keys of the container stand at the top. */
export const containerFileSchema = z.strictObject({...projectShape, ...serviceShape}, {error: 'must be a map'});

/** A file with `services:`. */
export const projectFileSchema = z.strictObject(
	{
		...projectShape,
		volumes: key('The named volumes of the project, by name.', volumesSchema),
		services: described(
			'The containers, by name.',
			z.record(z.string(), serviceSchema, {error: 'must be a map of services'}),
		),
	},
	{error: 'must be a map'},
);

/** A spec file of either kind, for the JSON Schema; the reader chooses by whether `services` is there. */
export const specFileSchema = z.union([containerFileSchema, projectFileSchema]);
