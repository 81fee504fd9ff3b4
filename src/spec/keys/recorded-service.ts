import * as z from 'zod/mini';
import type {Project, Service} from '../model/project.ts';
import {parseName} from '../values/container-name.ts';
import {impossibleMixes} from './mixes.ts';
import {network} from '../network/recorded-network.ts';
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
			z.array(z.object({name: z.string(), from: z.enum(['environment', '.env', 'default', 'unset', 'blank'])})),
		),
	}),
	z.object({kind: z.literal('env_file'), file: hostPath, line: whole(0)}),
	z.object({kind: z.literal('environment'), name: z.string()}),
	z.object({kind: z.literal('option'), option: z.string()}),
	z.object({kind: z.literal('image'), reference: z.string(), key: z.string()}),
	z.object({kind: z.enum(['reproducible', 'default'])}),
]);

/** The schema of every field of a service. Parsing drops fields that are missing here. */
const shape: Readonly<Record<keyof Service, z.ZodMiniType>> = {
	...recordedFields(schemas),
	service: withoutNul,
	replica: z.optional(whole(2)),
	oneOff: z.optional(z.object({aliases: z.boolean()})),
	// The name becomes part of a path in the store.
	name: parsedAs(text, parseName),
	origins: z.record(z.string(), origin),
};

const schema = z.object({
	project: z.object({
		name: withoutNul,
		// A relative path would mean a different file for each caller.
		file: hostPath,
		volumes: z.optional(z.array(namedVolume)),
		networks: z.optional(z.array(network)),
	}),
	service: z.object(shape),
});

/**
 * Reads a container and the recorded part of its project from the record of a run. Returns undefined for values that no
 * spec can produce. A record is untrusted input, and the code that uses it, from store paths to policy rules, relies on
 * the same checks that a spec passes.
 */
export function recordedService(
	value: unknown,
): {readonly project: Pick<Project, 'name' | 'file' | 'volumes' | 'networks'>; readonly service: Service} | undefined {
	const parsed = z.safeParse(schema, value);
	if (!parsed.success) return undefined;
	const {project, service} = parsed.data as unknown as NonNullable<ReturnType<typeof recordedService>>;
	return impossibleMixes(service).length === 0 ? {project, service} : undefined;
}
