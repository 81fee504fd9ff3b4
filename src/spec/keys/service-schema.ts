import * as z from 'zod/mini';
import {parseName} from '../values/container-name.ts';
import {configsSchema, secretsSchema} from '../given/given-schema.ts';
import {extendsKey, includeKey} from '../files/files-schema.ts';
import {ignoredKeys} from '../compose/ignored-keys.ts';
import {networksSchema} from '../network/networks-schema.ts';
import {volumesSchema} from '../volumes/volumes-schema.ts';
import {described, key, parsedBy, text, textOrNumber} from '../values/schema-parts.ts';
import {type ServiceKeys, serviceKeys} from './service-keys.ts';
import * as schemas from './written-schemas.ts';

type Schemas = {readonly [K in keyof ServiceKeys]: ReturnType<ServiceKeys[K]['written']>};
type Shape = {readonly [K in keyof Schemas]: z.ZodMiniOptional<Schemas[K]>};

/** The schema of each key of a container, with its description. */
export const serviceShape = Object.fromEntries(
	Object.entries(serviceKeys).map(([name, {about, written, example}]) => [
		name,
		key<z.ZodMiniType>(about, written(schemas), example),
	]),
) as unknown as Shape;

/** The schema of a container under `services`. */
export const serviceSchema = z.strictObject({...serviceShape, ...ignoredKeys('services.*')}, {error: 'must be a map'});

/** The output of {@link serviceSchema}: sizes in bytes, durations in milliseconds, sources as written. */
export type ServiceInput = z.output<typeof serviceSchema>;

const projectShape = {
	name: key('The name of the project; the name of the file by default.', parsedBy(text, parseName)),
	version: key('Accepted for old compose files; it means nothing.', z.nullable(textOrNumber)),
};

/** The schema of a file with one container, whose keys are at the top level. */
export const containerFileSchema = z.strictObject(
	{...projectShape, ...serviceShape, ...ignoredKeys('services.*')},
	{error: 'must be a map'},
);

const services = <S extends z.ZodMiniType>(service: S) =>
	described('The containers, by name.', z.record(z.string(), service, {error: 'must be a map of services'}));

/** The schema of a file with `services`. */
export const projectFileSchema = z.strictObject(
	{
		...projectShape,
		volumes: key('The named volumes of the project, by name.', volumesSchema),
		networks: key('The networks of the project, by name; `default` is there without being named.', networksSchema),
		secrets: key('Files and variables that containers and builds may read, by name.', secretsSchema),
		configs: key('Files and texts that containers may read, by name.', configsSchema),
		services: services(serviceSchema),
	},
	{error: 'must be a map'},
);

/** The schema of either kind of file as it is written, for the JSON Schema. tsbox itself picks one by the presence of `services`. */
export const specFileSchema = z.union([
	containerFileSchema,
	z.extend(projectFileSchema, {
		include: includeKey,
		services: services(z.extend(serviceSchema, {extends: extendsKey})),
	}),
]);
