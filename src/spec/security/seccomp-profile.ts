import {parseDocument} from 'yaml';
import * as z from 'zod/mini';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** The actions of a filter for a system call. Source: OCI runtime-spec, config-linux.md, "Seccomp". */
export const seccompActions = [
	'SCMP_ACT_KILL',
	'SCMP_ACT_KILL_PROCESS',
	'SCMP_ACT_KILL_THREAD',
	'SCMP_ACT_TRAP',
	'SCMP_ACT_ERRNO',
	'SCMP_ACT_TRACE',
	'SCMP_ACT_NOTIFY',
	'SCMP_ACT_LOG',
	'SCMP_ACT_ALLOW',
] as const;
/** One of {@link seccompActions}. */
export type SeccompAction = (typeof seccompActions)[number];

/** The comparisons of an argument. Source: as above. */
export const seccompOperators = [
	'SCMP_CMP_NE',
	'SCMP_CMP_LT',
	'SCMP_CMP_LE',
	'SCMP_CMP_EQ',
	'SCMP_CMP_GE',
	'SCMP_CMP_GT',
	'SCMP_CMP_MASKED_EQ',
] as const;
/** One of {@link seccompOperators}. */
export type SeccompOperator = (typeof seccompOperators)[number];

const largest64 = 2n ** 64n - 1n;
// A 64-bit mask does not fit a double, so the file is parsed with every whole number as a bigint.
const whole = (most: bigint) => z.bigint({error: 'must be a whole number'}).check(z.gte(0n), z.lte(most));
const errno = z.optional(z.pipe(whole(4095n), z.transform(Number)));
const action = z.enum(seccompActions, {error: `must be one of ${seccompActions.join(', ')}`});
const names = z.array(z.string());

const argument = z.object({
	index: z.pipe(whole(5n), z.transform(Number)),
	value: whole(largest64),
	valueTwo: z._default(whole(largest64), 0n),
	op: z.enum(seccompOperators, {error: `must be one of ${seccompOperators.join(', ')}`}),
});

const condition = z.object({
	arches: z.optional(names),
	caps: z.optional(names),
	minKernel: z.optional(z.string().check(z.regex(/^\d+(\.\d+)*$/))),
});

const syscall = z.object({
	names: z.optional(z.nullable(names)),
	/** The legacy form with a single name. */
	name: z.optional(z.string()),
	action,
	errnoRet: errno,
	args: z.optional(z.nullable(z.array(argument))),
	includes: z.optional(z.nullable(condition)),
	excludes: z.optional(z.nullable(condition)),
});

const profileSchema = z.object({
	defaultAction: action,
	defaultErrnoRet: errno,
	architectures: z.optional(z.nullable(names)),
	archMap: z.optional(
		z.nullable(z.array(z.object({architecture: z.string(), subArchitectures: z.optional(z.nullable(names))}))),
	),
	flags: z.optional(z.nullable(names)),
	syscalls: z.optional(z.nullable(z.array(syscall))),
});

/** A seccomp profile in the format of Docker and Podman, which extends the OCI format. */
export type SeccompProfile = z.output<typeof profileSchema>;
/** A rule of a {@link SeccompProfile}. */
export type SeccompRule = NonNullable<NonNullable<SeccompProfile['syscalls']>[number]>;

/** Refuses YAML aliases: JSON has none, and a few nested aliases can expand to gigabytes. */
function valueOf(document: ReturnType<typeof parseDocument>, file: string, hint: string): unknown {
	try {
		return document.toJS({maxAliasCount: 0});
	} catch (cause) {
		throw new TsboxError('E_SPEC_INVALID', `${file} is no seccomp profile`, {
			output: 'it has an alias, which JSON does not know',
			hint,
			cause,
		});
	}
}

/**
 * Reads a profile. Unknown keys are ignored, as in runc, because profiles carry comments.
 *
 * @param file - the file's name, for errors
 * @param hasAgent - an agent answers for calls with the action SCMP_ACT_NOTIFY, which is refused otherwise
 * @throws TsboxError E_SPEC_INVALID.
 */
export function readSeccompProfile(text: string, file: string, hasAgent = false): SeccompProfile {
	const hint = 'see https://docs.docker.com/engine/security/seccomp/ for the form';
	// JSON is a subset of YAML, and this parser keeps 64-bit numbers exact.
	const document = parseDocument(text, {intAsBigInt: true, merge: false, schema: 'json', stringKeys: true});
	const [error] = document.errors;
	if (error !== undefined || text.trim() === '') {
		const [at] = error?.linePos ?? [];
		const place = at === undefined ? '' : `:${at.line}:${at.col}`;
		const output = error?.message.split('\n')[0] ?? 'the file is empty';
		throw new TsboxError('E_SPEC_INVALID', `${file}${place} is no seccomp profile`, {output, hint});
	}
	const parsed = z.safeParse(profileSchema, valueOf(document, file, hint));
	if (parsed.success && !hasAgent && asksAgent(parsed.data))
		throw new TsboxError('E_SPEC_INVALID', `${file} is no seccomp profile`, {
			output: 'SCMP_ACT_NOTIFY needs an agent, which only the bundle of an engine can name',
			hint: 'choose SCMP_ACT_ERRNO',
		});
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const at = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')} `;
	throw new TsboxError('E_SPEC_INVALID', `${file} is no seccomp profile`, {
		output: `${at}${issue?.message ?? ''}`,
		hint,
	});
}

/** Whether an agent is asked about some calls. */
function asksAgent({defaultAction, syscalls}: SeccompProfile): boolean {
	return [defaultAction, ...(syscalls ?? []).map(rule => rule.action)].includes('SCMP_ACT_NOTIFY');
}
