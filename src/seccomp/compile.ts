import {TsboxError} from '../errors/tsbox-error.ts';
import type {OciSeccomp} from '../oci/config.ts';
import {codes, encode, type Instruction, mostInstructions, offsets, verdicts} from './bpf.ts';
import {type Leaf, leafProgram, returns} from './leaf.ts';
import {type Architecture, architectures} from './syscalls.ts';

/** A profile in the form that the kernel loads. */
export interface CompiledSeccomp {
	/** struct sock_filter[], little-endian. */
	readonly filter: Uint8Array;
	readonly instructions: number;
	/** Syscall names that were left out because no table lists them, for people. */
	readonly notes: readonly string[];
}

/** Options of {@link compileSeccomp}. */
export interface CompileOptions {
	/** Turns every refusal into SECCOMP_RET_USER_NOTIF, so that the holder of the listener descriptor decides. */
	readonly notify?: boolean;
}

/** The answer of libseccomp and runc to a calling convention that the profile does not name (SCMP_FLTATR_ACT_BADARCH). */
const badArchitecture = verdicts.killThread;

/** ENOSYS, asm-generic/errno.h. */
const enosys = 38;

/** Bit 30 marks the syscall numbers of x32, which shares AUDIT_ARCH_X86_64; asm/unistd.h. */
const x32Bit = 0x4000_0000;

/**
 * Compiles a profile. The filter checks the architecture first, then finds the syscall number by binary search, so that a filter of
 * 400 names costs nine comparisons. When several rules name a syscall, the first matching one wins.
 *
 * A syscall newer than all that the profile names gives ENOSYS instead of the profile's refusal, so that programs fall back as
 * on an older kernel. Source: runc's libcontainer/seccomp/patchbpf.
 *
 * @throws TsboxError E_SPEC_INVALID for a profile that the kernel would reject.
 */
export function compileSeccomp(seccomp: OciSeccomp, options: CompileOptions = {}): CompiledSeccomp {
	const notes: string[] = [];
	const known = seccomp.architectures.flatMap(name => {
		const found = architectures[name];
		if (found === undefined) notes.push(`the architecture ${name} is unknown and stays blocked`);
		return found === undefined ? [] : [found];
	});
	if (known.length === 0)
		throw new TsboxError('E_SPEC_INVALID', 'the seccomp profile names no known architecture', {
			hint: `name one of ${Object.keys(architectures).join(', ')}`,
		});
	const missing = seccomp.syscalls
		.flatMap(({names}) => names)
		.filter(name => !Object.values(architectures).some(({numbers}) => Object.hasOwn(numbers, name)));
	if (missing.length > 0) notes.push(`no such system call here: ${[...new Set(missing)].toSorted().join(', ')}`);
	const refusal = options.notify === true ? verdicts.userNotification : badArchitecture;
	const audits = [...new Set(known.map(({audit}) => audit))];
	const program: Instruction[] = [{code: codes.load, jt: 0, jf: 0, k: offsets.arch}];
	for (const audit of audits) {
		const body = section(
			seccomp,
			known.filter(each => each.audit === audit),
			refusal,
			options,
		);
		program.push({code: codes.jumpEqual, jt: 1, jf: 0, k: audit});
		program.push({code: codes.jumpAlways, jt: 0, jf: 0, k: body.length});
		program.push(...body);
	}
	program.push({code: codes.return, jt: 0, jf: 0, k: refusal});
	if (program.length > mostInstructions)
		throw new TsboxError('E_SPEC_INVALID', `the seccomp profile needs ${program.length} instructions`, {
			why: `the kernel takes at most ${mostInstructions} (BPF_MAXINSNS)`,
			hint: 'name fewer arguments, or fewer architectures',
		});
	return {filter: encode(program), instructions: program.length, notes};
}

/** The code for one AUDIT_ARCH. It loads the syscall number into the accumulator, then searches. */
function section(
	seccomp: OciSeccomp,
	known: readonly Architecture[],
	refusal: number,
	options: CompileOptions,
): readonly Instruction[] {
	const plain = known.find(({bit30}) => !bit30);
	const marked = known.find(({bit30}) => bit30);
	const isX86 = known.some(({audit}) => audit === architectures['SCMP_ARCH_X86_64']?.audit);
	const closed: Leaf = {verdict: refusal, rules: []};
	const ranges: Range[] = [];
	if (plain === undefined) ranges.push({from: 0, leaf: closed});
	else ranges.push(...rangesOf(seccomp, plain, 0, options));
	if (marked !== undefined) ranges.push(...rangesOf(seccomp, marked, x32Bit, options));
	else if (isX86) ranges.push({from: x32Bit, leaf: closed});
	return [{code: codes.load, jt: 0, jf: 0, k: offsets.number}, ...search(merged(ranges))];
}

/** The action for all syscall numbers from `from` up to the next range. */
interface Range {
	readonly from: number;
	readonly leaf: Leaf;
}

function rangesOf(
	seccomp: OciSeccomp,
	{numbers}: Architecture,
	first: number,
	{notify = false}: CompileOptions,
): readonly Range[] {
	const fallback = returns(seccomp.defaultAction, seccomp.defaultErrnoRet, notify);
	const leaves = new Map<number, Leaf>();
	for (const {names, action, errnoRet, args = []} of seccomp.syscalls) {
		const rule = {verdict: returns(action, errnoRet, notify), args};
		for (const name of names) {
			const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
			if (number === undefined) continue;
			const {rules} = leaves.get(number) ?? {rules: []};
			leaves.set(number, {verdict: fallback, rules: [...rules, rule]});
		}
	}
	const named = [...leaves.keys()].toSorted((a, b) => a - b);
	const ranges: Range[] = [{from: first, leaf: {verdict: fallback, rules: []}}];
	for (const number of named) {
		const leaf = leaves.get(number);
		if (leaf !== undefined) ranges.push({from: number, leaf}, {from: number + 1, leaf: {verdict: fallback, rules: []}});
	}
	const last = named.at(-1);
	// A profile that allows unknown syscalls also allows newer ones.
	if (last !== undefined && !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'].includes(seccomp.defaultAction))
		ranges.push({
			from: last + 1,
			leaf: {verdict: notify ? verdicts.userNotification : verdicts.errno | enosys, rules: []},
		});
	return ranges;
}

/** Joins neighbors with the same action. Of two ranges with the same start the later one wins. */
function merged(ranges: readonly Range[]): readonly Range[] {
	const kept: Range[] = [];
	for (const [at, range] of ranges.entries()) {
		if (ranges[at + 1]?.from === range.from) continue;
		if (JSON.stringify(leafProgram(kept.at(-1)?.leaf)) !== JSON.stringify(leafProgram(range.leaf))) kept.push(range);
	}
	return kept;
}

/** A binary search over the ranges. A conditional jump reaches 255 instructions; a longer one needs a second jump. */
function search(ranges: readonly Range[]): readonly Instruction[] {
	const [only] = ranges;
	if (ranges.length === 1) return leafProgram(only?.leaf);
	const middle = ranges.length >> 1;
	const below = search(ranges.slice(0, middle));
	const above = search(ranges.slice(middle));
	const k = ranges[middle]?.from ?? 0;
	if (below.length <= 255) return [{code: codes.jumpGreaterOrEqual, jt: below.length, jf: 0, k}, ...below, ...above];
	return [
		{code: codes.jumpGreaterOrEqual, jt: 0, jf: 1, k},
		{code: codes.jumpAlways, jt: 0, jf: 0, k: below.length},
		...below,
		...above,
	];
}
