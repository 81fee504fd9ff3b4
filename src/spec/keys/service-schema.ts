import * as z from 'zod/mini';
import {described, key} from '../values/schema-parts.ts';
import {type ServiceKeys, serviceKeys} from './service-keys.ts';
import * as schemas from './written-schemas.ts';

type Schemas = {readonly [K in keyof ServiceKeys]: ReturnType<ServiceKeys[K]['written']>};
type Shape = {readonly [K in keyof Schemas]: K extends 'rootfs' ? Schemas[K] : z.ZodMiniOptional<Schemas[K]>};

/** The keys of a container, under `services:` or at the top of the file, and what they mean. */
export const serviceShape = Object.fromEntries(
	Object.entries(serviceKeys).map(([name, {about, written}]) => [
		name,
		(name === 'rootfs' ? described : key)<z.ZodMiniType>(about, written(schemas)),
	]),
) as unknown as Shape;

/** A container under `services:`. */
export const serviceSchema = z.strictObject(serviceShape, {error: 'must be a map'});

/** What the schema makes of a container: sizes are bytes, durations milliseconds, sources still as written. */
export type ServiceInput = z.output<typeof serviceSchema>;
