import * as z from 'zod/mini';
import type {Project, Service} from '../model/project.ts';
import {parseName} from '../values/container-name.ts';
import {impossibleMixes} from './mixes.ts';
import * as schemas from './recorded-schemas.ts';
import {hostPath, namedVolume, parsedAs, text, whole, withoutNul} from './recorded-schemas.ts';
import {recordedFields} from './service-keys.ts';

const origin = z.union([
	z.object({
		kind: z.literal('file'),
		file: hostPath,
		line: whole(0),
		column: whole(0),
		variables: z.optional(
			z.array(z.object({name: z.string(), from: z.enum(['environment', '.env', 'default', 'unset'])})),
		),
	}),
	z.object({kind: z.literal('env_file'), file: hostPath, line: whole(0)}),
	z.object({kind: z.literal('environment'), name: z.string()}),
	z.object({kind: z.literal('option'), option: z.string()}),
	z.object({kind: z.enum(['reproducible', 'default'])}),
]);

/** Each field that a service can have: what is not named here would be lost on the way. */
const shape: Readonly<Record<keyof Service, z.ZodMiniType>> = {
	...recordedFields(schemas),
	service: withoutNul,
	replica: z.optional(whole(2)),
	// It becomes a path of the store.
	name: parsedAs(text, parseName),
	origins: z.record(z.string(), origin),
};

const schema = z.object({
	project: z.object({
		name: withoutNul,
		// A relative one would be another for each caller.
		file: hostPath,
		volumes: z.optional(z.array(namedVolume)),
	}),
	service: z.object(shape),
});

/**
 * A container as a record of a run tells of it, with the part of its project that is recorded; undefined where no spec could
 * have said that. What a spec's own words are held to holds here too: a record may come from anybody, and what is made of
 * it relies on that, from the paths of the store to the rules of a policy.
 */
export function recordedService(
	value: unknown,
): {readonly project: Pick<Project, 'name' | 'file' | 'volumes'>; readonly service: Service} | undefined {
	const parsed = z.safeParse(schema, value);
	if (!parsed.success) return undefined;
	const {project, service} = parsed.data as unknown as NonNullable<ReturnType<typeof recordedService>>;
	return impossibleMixes(service).length === 0 ? {project, service} : undefined;
}
