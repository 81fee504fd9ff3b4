import type {OciSyscall} from '../oci/config.ts';
import type {SeccompAction} from '../spec/security/seccomp-profile.ts';
import {codes, type Instruction, offsets, verdicts} from './bpf.ts';

/** The action for one syscall number: the verdict of the first matching rule, else the leaf's own. */
export interface Leaf {
	readonly verdict: number;
	readonly rules: readonly Rule[];
}

/** A verdict and the argument comparisons that it requires. Without arguments it always matches. */
export interface Rule {
	readonly verdict: number;
	readonly args: NonNullable<OciSyscall['args']>;
}

type Comparison = Rule['args'][number];

/** EPERM: the default errno of ERRNO (OCI runtime-spec, errnoRet). */
const eperm = 1;

/** SECCOMP_RET_* of an action. With `notify`, everything but allow and log becomes a notification. */
export function returns(action: SeccompAction, errno: number | undefined, notify: boolean): number {
	if (action === 'SCMP_ACT_ALLOW') return verdicts.allow;
	if (action === 'SCMP_ACT_LOG') return verdicts.log;
	if (notify) return verdicts.userNotification;
	switch (action) {
		case 'SCMP_ACT_NOTIFY':
			return verdicts.userNotification;
		case 'SCMP_ACT_KILL':
		case 'SCMP_ACT_KILL_THREAD':
			return verdicts.killThread;
		case 'SCMP_ACT_KILL_PROCESS':
			return verdicts.killProcess;
		case 'SCMP_ACT_TRAP':
			return verdicts.trap;
		case 'SCMP_ACT_ERRNO':
			return verdicts.errno | (errno ?? eperm);
		case 'SCMP_ACT_TRACE':
			return verdicts.trace | (errno ?? eperm);
	}
}

const answer = (k: number): Instruction => ({code: codes.return, jt: 0, jf: 0, k});
const load = (k: number): Instruction => ({code: codes.load, jt: 0, jf: 0, k});

/** The instructions of a leaf. Every path ends in a return. */
export function leafProgram(leaf: Leaf | undefined): readonly Instruction[] {
	if (leaf === undefined) return [];
	const program: Instruction[] = [];
	for (const rule of leaf.rules) {
		for (const args of alternatives(rule.args)) {
			if (args.length === 0) return [...program, answer(rule.verdict)];
			program.push(...ruleProgram(args, rule.verdict));
		}
	}
	return [...program, answer(leaf.verdict)];
}

/**
 * All arguments of a rule must match. When a rule compares one argument twice, each comparison becomes a rule of its own:
 * libseccomp cannot express the conjunction, and runc does the same.
 */
function alternatives(args: Rule['args']): readonly Rule['args'][] {
	const indexes = new Set(args.map(({index}) => index));
	return indexes.size === args.length ? [args] : args.map(each => [each]);
}

/** The comparisons, then the verdict. A comparison that fails jumps past the verdict. */
function ruleProgram(args: Rule['args'], verdict: number): readonly Instruction[] {
	let rest: readonly Instruction[] = [answer(verdict)];
	for (const each of args.toReversed()) rest = [...comparison(each, rest.length), ...rest];
	return rest;
}

/** Compares one argument, high half first. On success control continues after the comparison; on failure it skips `over` more. */
function comparison({index, value, valueTwo, op}: Comparison, over: number): readonly Instruction[] {
	const high = (number: bigint): number => Number((number >> 32n) & 0xffff_ffffn);
	const low = (number: bigint): number => Number(number & 0xffff_ffffn);
	const [h, l] = [load(offsets.high(index)), load(offsets.low(index))];
	const jump = (code: number, k: number, jt: number, jf: number): Instruction => ({code, jt, jf, k});
	const {jumpEqual, jumpGreater, jumpGreaterOrEqual} = codes;
	switch (op) {
		case 'SCMP_CMP_EQ':
			return [h, jump(jumpEqual, high(value), 0, over + 2), l, jump(jumpEqual, low(value), 0, over)];
		case 'SCMP_CMP_NE':
			return [h, jump(jumpEqual, high(value), 0, 2), l, jump(jumpEqual, low(value), over, 0)];
		case 'SCMP_CMP_MASKED_EQ': {
			const half = (word: Instruction, mask: number, wanted: number, otherwise: number): readonly Instruction[] =>
				mask === 0 && wanted === 0 ? [] : [word, jump(codes.and, mask, 0, 0), jump(jumpEqual, wanted, 0, otherwise)];
			const lower = half(l, low(value), low(valueTwo), over);
			return [...half(h, high(value), high(valueTwo), over + lower.length), ...lower];
		}
		case 'SCMP_CMP_GT':
		case 'SCMP_CMP_GE':
		case 'SCMP_CMP_LT':
		case 'SCMP_CMP_LE': {
			// GT and GE decide on the high half unless it is equal. LE and LT are their opposites with the jumps exchanged.
			const opposite = op === 'SCMP_CMP_LE' || op === 'SCMP_CMP_LT';
			const last = op === 'SCMP_CMP_GT' || op === 'SCMP_CMP_LE' ? jumpGreater : jumpGreaterOrEqual;
			const [greater, less] = opposite ? [over, 0] : [0, over];
			return [
				h,
				jump(jumpGreater, high(value), greater + 3, 0),
				jump(jumpEqual, high(value), 0, less + 2),
				l,
				jump(last, low(value), greater, less),
			];
		}
	}
}
