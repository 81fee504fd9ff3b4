import {TsboxError} from '../errors/tsbox-error.ts';
import type {OciSeccomp} from '../oci/config.ts';
import {codes, encode, type Instruction, mostInstructions, offsets, verdicts} from './bpf.ts';
import {type Leaf, leafProgram, returns} from './leaf.ts';
import {type Architecture, architectures} from './syscalls.ts';

/** A profile as the kernel takes it. */
export interface CompiledSeccomp {
	/** struct sock_filter[], little-endian. */
	readonly filter: Uint8Array;
	readonly instructions: number;
	/** What was left out, for people: names that no table knows. */
	readonly notes: readonly string[];
}

/** How a filter is made. */
export interface CompileOptions {
	/** Every refusal becomes SECCOMP_RET_USER_NOTIF: whoever holds the listener hears of it and answers. */
	readonly notify?: boolean;
}

/** What libseccomp and runc do with a calling convention that the profile does not name (SCMP_FLTATR_ACT_BADARCH). */
const badArchitecture = verdicts.killThread;

/** ENOSYS, asm-generic/errno.h. */
const enosys = 38;

/** Bit 30 marks the numbers of x32, which shares AUDIT_ARCH_X86_64; asm/unistd.h. */
const x32Bit = 0x4000_0000;

/**
 * Compiles a profile: the architecture is looked at first, then the number is found by halving the range of all numbers,
 * so that a filter of 400 names costs nine comparisons. Of several rules for a call the first that holds counts.
 *
 * A call newer than all that the profile names gives ENOSYS and not the profile's own refusal: programs then fall back, as
 * on an older kernel. Source: runc's libcontainer/seccomp/patchbpf.
 *
 * @throws TsboxError E_SPEC_INVALID for a profile that the kernel would not take.
 */
export function compileSeccomp(seccomp: OciSeccomp, options: CompileOptions = {}): CompiledSeccomp {
	const notes: string[] = [];
	const known = seccomp.architectures.flatMap(name => {
		const found = architectures[name];
		if (found === undefined) notes.push(`the architecture ${name} is not known and stays closed`);
		return found === undefined ? [] : [found];
	});
	if (known.length === 0)
		throw new TsboxError('E_SPEC_INVALID', 'the seccomp profile names no architecture that is known', {
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

/** All that is asked of one AUDIT_ARCH: the number is in the accumulator when the search begins. */
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

/** What is done from this number on, up to the next range. */
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
	// A profile that lets unknown calls through means the newer ones too.
	if (last !== undefined && !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'].includes(seccomp.defaultAction))
		ranges.push({
			from: last + 1,
			leaf: {verdict: notify ? verdicts.userNotification : verdicts.errno | enosys, rules: []},
		});
	return ranges;
}

/** Neighbours that do the same are one; of two ranges with the same beginning the later counts. */
function merged(ranges: readonly Range[]): readonly Range[] {
	const kept: Range[] = [];
	for (const [at, range] of ranges.entries()) {
		if (ranges[at + 1]?.from === range.from) continue;
		if (JSON.stringify(leafProgram(kept.at(-1)?.leaf)) !== JSON.stringify(leafProgram(range.leaf))) kept.push(range);
	}
	return kept;
}

/** A tree of comparisons over the ranges; a jump of more than 255 instructions takes a second one. */
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
