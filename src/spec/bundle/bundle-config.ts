import * as z from 'zod/mini';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {namespaceKinds} from '../model/project.ts';
import {type BundleProcess, bundleProcess} from './bundle-process.ts';
import {type BundleResources, bundleResources} from './bundle-resources.ts';
import {absolute, count, id, list, maybe, oneOf, record, text, whole} from './forms.ts';

/*
 * The configuration of an OCI bundle: config.json of the runtime-spec, 1.0 to 1.2. A runtime ignores members that it does not know
 * (config.md, "Extensibility"), and refuses values that it cannot hold to.
 */

const mapping = z.object({containerID: id, hostID: id, size: count});

const mount = z.object({
	destination: text,
	type: z._default(text, ''),
	source: z._default(text, ''),
	options: list(text),
	uidMappings: list(mapping),
	gidMappings: list(mapping),
});

const hook = z.object({
	path: absolute,
	args: list(text),
	env: list(text),
	timeout: maybe(whole.check(z.gt(0, {error: 'must be greater than zero'}))),
});

const device = z.object({
	path: absolute,
	type: z.enum(['c', 'b', 'u', 'p'], {error: 'must be one of c, b, u, p'}),
	major: z._default(whole, 0),
	minor: z._default(whole, 0),
	fileMode: maybe(count),
	uid: maybe(id),
	gid: maybe(id),
});

const namespace = z.object({
	type: z.enum(namespaceKinds, {error: `must be one of ${namespaceKinds.join(', ')}`}),
	path: maybe(text),
});

const clock = z.object({
	secs: z._default(whole, 0),
	nanosecs: z._default(count.check(z.lte(999_999_999)), 0),
});

const linux = z.object({
	namespaces: list(namespace),
	uidMappings: list(mapping),
	gidMappings: list(mapping),
	devices: list(device),
	cgroupsPath: maybe(text),
	resources: maybe(bundleResources),
	sysctl: record(text),
	seccomp: maybe(z.record(text, z.unknown())),
	rootfsPropagation: maybe(
		oneOf(['', 'private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared', 'unbindable', 'runbindable']),
	),
	maskedPaths: list(absolute),
	readonlyPaths: list(absolute),
	mountLabel: maybe(text),
	intelRdt: maybe(z.record(text, z.unknown())),
	personality: maybe(
		z.object({
			domain: oneOf(['LINUX', 'LINUX32']),
			// config-linux.md, "Personality": no flag has a meaning yet.
			flags: list(text).check(z.refine(flags => flags.length === 0, {error: 'must be empty: no flag is known'})),
		}),
	),
	timeOffsets: maybe(z.partialRecord(oneOf(['monotonic', 'boottime']), clock)),
});

const bundle = z.object({
	ociVersion: text.check(z.regex(/^\d+\.\d+\.\d+/, {error: 'must be a version such as 1.2.0'})),
	process: bundleProcess,
	root: z.object({path: text.check(z.minLength(1)), readonly: z._default(z.boolean(), false)}),
	hostname: maybe(text),
	domainname: maybe(text),
	mounts: list(mount),
	annotations: record(text),
	hooks: maybe(
		z.object({
			prestart: list(hook),
			createRuntime: list(hook),
			createContainer: list(hook),
			startContainer: list(hook),
			poststart: list(hook),
			poststop: list(hook),
		}),
	),
	linux: z._default(linux, () => z.parse(linux, {})),
});

/** A checked configuration of a bundle: members that are unknown are gone, empty lists are there. */
export type BundleConfig = z.output<typeof bundle>;

/** A double has 53 bits, and the arguments of system calls have 64: such values are read as texts. */
function exact(json: string): string {
	return json.replaceAll(/("value(?:Two)?"\s*:\s*)(\d{16,20})(?=\s*[,}])/g, '$1"$2"');
}

function parse<T extends z.ZodMiniType>(schema: T, json: string, file: string): z.output<T> {
	let value: unknown;
	try {
		value = JSON.parse(exact(json));
	} catch (cause) {
		throw new TsboxError('E_SPEC_INVALID', `${file} is no JSON: ${(cause as Error).message}`, {
			hint: 'see config.md of the OCI runtime-spec for the form',
			cause,
		});
	}
	const parsed = z.safeParse(schema, value);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const at = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')} `;
	throw new TsboxError('E_SPEC_INVALID', `${file}: ${at}${issue?.message ?? ''}`, {
		hint: 'see config.md of the OCI runtime-spec for the form',
	});
}

/**
 * Reads the configuration of a bundle.
 *
 * @param file - its name, for errors
 * @throws TsboxError E_SPEC_INVALID for what is no JSON, for a member of another form, and for a version other than 1.
 */
export function readBundleConfig(json: string, file: string): BundleConfig {
	const config = parse(bundle, json, file);
	if (!config.ociVersion.startsWith('1.'))
		throw new TsboxError('E_SPEC_INVALID', `${file}: ociVersion ${config.ociVersion} is unknown`, {
			why: 'this runtime knows 1.0 to 1.2',
			hint: 'make the bundle with an engine that writes one of these',
		});
	return config;
}

/**
 * Reads the process of `exec --process`.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function readBundleProcess(json: string, file: string): BundleProcess {
	return parse(bundleProcess, json, file);
}

/**
 * Reads the limits of `update --resources`.
 *
 * @throws TsboxError E_SPEC_INVALID.
 */
export function readBundleResources(json: string, file: string): BundleResources {
	return parse(bundleResources, json, file);
}
