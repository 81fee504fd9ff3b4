import {messageOf} from '../../errors/is-error.ts';
import {parse} from 'yaml';
import * as z from 'zod/mini';
import {bad, good, type Parsed} from '../model/parsed.ts';

const edits = z.object({
	env: z.optional(z.array(z.string())),
	deviceNodes: z.optional(
		z.array(z.object({path: z.string(), hostPath: z.optional(z.string()), permissions: z.optional(z.string())})),
	),
	mounts: z.optional(
		z.array(
			z.object({
				hostPath: z.string(),
				containerPath: z.string(),
				type: z.optional(z.string()),
				options: z.optional(z.array(z.string())),
			}),
		),
	),
	hooks: z.optional(z.array(z.object({hookName: z.string(), path: z.string()}))),
	additionalGids: z.optional(z.array(z.number())),
	netDevices: z.optional(z.array(z.unknown())),
	intelRdt: z.optional(z.unknown()),
});

const file = z.object({
	cdiVersion: z.string(),
	kind: z.string(),
	devices: z.array(z.object({name: z.string(), containerEdits: z.optional(edits)})),
	containerEdits: z.optional(edits),
});

/** What a container gets with a device. */
export type CdiEdits = z.output<typeof edits>;

/** A file of the Container Device Interface: devices of one kind. Source: its SPEC.md. */
export type CdiFile = z.output<typeof file>;

/** Parses a file of the Container Device Interface, JSON or YAML. */
export function parseCdiFile(text: string): Parsed<CdiFile> {
	try {
		const read = z.safeParse(file, parse(text, {maxAliasCount: 1000}) as unknown);
		if (read.success) return good(read.data);
		const [issue] = read.error.issues;
		return bad(`is no CDI file: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
	} catch (error) {
		return bad(`is no YAML: ${messageOf(error).split('\n')[0] ?? ''}`);
	}
}
