import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {OciSeccomp} from '../../src/oci/config.ts';
import {defaultSeccompProfile, lowerSeccomp} from '../../src/oci/lower-seccomp.ts';
import {decode} from '../../src/seccomp/bpf.ts';
import {compileSeccomp} from '../../src/seccomp/compile.ts';
import {verdict} from '../../src/seccomp/interpret.ts';
import {returns} from '../../src/seccomp/leaf.ts';
import {architectures} from '../../src/seccomp/syscalls.ts';
import {type SeccompAction, seccompOperators} from '../../src/spec/security/seccomp-profile.ts';

/*
 * The compiler against libseccomp, which runc and crun use: both make a filter of the same profile, an interpreter runs
 * both over many calls, and they must answer the same.
 */
const folder = mkdtempSync(join(tmpdir(), 'seccomp-reference-'));
const program = join(folder, 'reference');
const native = 'SCMP_ARCH_X86_64';

beforeAll(() => {
	execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'reference.c'), '-lseccomp'], {stdio: 'pipe'});
});
afterAll(() => rmSync(folder, {recursive: true}));

/** enum scmp_compare of seccomp.h. */
const operators = ['', ...seccompOperators];

/** The profile as reference.c reads it. */
function lines(seccomp: OciSeccomp): string {
	const action = (name: SeccompAction, errno?: number): number => returns(name, errno, false);
	const rules = seccomp.syscalls.flatMap(({names, action: name, errnoRet, args = []}) =>
		names.flatMap(syscall => {
			// As runc: what does the same as the default is no rule, and libseccomp takes none.
			if (action(name, errnoRet) === action(seccomp.defaultAction, seccomp.defaultErrnoRet)) return [];
			const number = architectures[native]?.numbers[syscall];
			if (number === undefined) return [];
			const words = args.map(
				({index, op, value, valueTwo}) => `${index} ${operators.indexOf(op)} ${value} ${valueTwo}`,
			);
			return [`rule ${action(name, errnoRet)} ${number} ${words.join(' ')}`];
		}),
	);
	return [`default ${action(seccomp.defaultAction, seccomp.defaultErrnoRet)}`, ...rules, ''].join('\n');
}

function reference(seccomp: OciSeccomp): Uint8Array {
	return execFileSync(program, {input: lines(seccomp)});
}

/** Values on both sides of what the profile compares with, in each half of the 64 bits. */
function interesting(seccomp: OciSeccomp): readonly bigint[] {
	const named = seccomp.syscalls.flatMap(({args = []}) => args.flatMap(({value, valueTwo}) => [value, valueTwo]));
	const around = named.flatMap(value => [value, value - 1n, value + 1n, value ^ (1n << 32n), value & 0xffff_ffffn]);
	return [
		...new Set([0n, 1n, 0xffff_ffffn, 1n << 32n, 2n ** 64n - 1n, ...around].map(each => BigInt.asUintN(64, each))),
	];
}

/**
 * Asks both filters about each number up to the last that the profile names, and about foreign conventions. Gives the calls
 * that they answer differently.
 */
function differences(seccomp: OciSeccomp, random: (most: number) => number, perNumber: number): readonly string[] {
	const [ours, theirs] = [decode(compileSeccomp(seccomp).filter), decode(reference(seccomp))];
	const numbers = architectures[native]?.numbers ?? {};
	// Beyond the last we answer ENOSYS like runc, which puts that before libseccomp's filter.
	const last = Math.max(...seccomp.syscalls.flatMap(({names}) => names.map(name => numbers[name] ?? -1)));
	const values = interesting(seccomp);
	const found: string[] = [];
	const ask = (nr: number, arch: number, args: readonly bigint[]): void => {
		const [a, b] = [verdict(ours, {nr, arch, args}), verdict(theirs, {nr, arch, args})];
		if (a !== b)
			found.push(`${arch.toString(16)} ${nr} (${args.join(', ')}): ${a.toString(16)}, libseccomp ${b.toString(16)}`);
	};
	for (let nr = 0; nr <= last; nr += 1) {
		for (let at = 0; at < perNumber; at += 1)
			ask(
				nr,
				0xc000_003e,
				Array.from({length: 6}, () => values[random(values.length)] ?? 0n),
			);
	}
	for (const arch of [0x4000_0003, 0xc000_00b7, 0]) ask(random(400), arch, []);
	ask(0x4000_0000 + random(400), 0xc000_003e, []);
	return found;
}

/** The same numbers each time. */
function generator(seed: number): (most: number) => number {
	let state = seed;
	return most => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state % most;
	};
}

test.each([[[]], [['CAP_SYS_ADMIN', 'CAP_NET_ADMIN']]])('the default profile with %j', capabilities => {
	const lowered = lowerSeccomp(defaultSeccompProfile(), {capabilities, kernelRelease: '6.1.0', arch: 'x86_64'});
	// libseccomp knows no order of rules: an action for some arguments and another for all is not for it to say.
	const calls = new Set(lowered.syscalls.filter(({action}) => action !== 'SCMP_ACT_ALLOW').flatMap(({names}) => names));
	const plain = {...lowered, syscalls: lowered.syscalls.filter(({names}) => !names.some(name => calls.has(name)))};
	expect(plain.syscalls.flatMap(({names}) => names).length).toBeGreaterThan(300);
	expect(differences(plain, generator(1), 40)).toEqual([]);
});

const value = fc.oneof(
	fc.bigInt(0n, 2n ** 64n - 1n),
	fc.bigInt(0n, 100n),
	fc.constantFrom(0xffff_ffffn, 1n << 32n, 2n ** 64n - 1n),
);
const names = Object.keys(architectures[native]?.numbers ?? {});
const argument = fc
	.record({index: fc.nat(5), op: fc.constantFrom(...seccompOperators), value, valueTwo: value})
	// What is compared with a masked value can only have bits of the mask.
	.map(each => (each.op === 'SCMP_CMP_MASKED_EQ' ? {...each, valueTwo: each.value & each.valueTwo} : each));
const args = fc.uniqueArray(argument, {maxLength: 3, selector: each => each.index});
const actions = [
	'SCMP_ACT_ALLOW',
	'SCMP_ACT_ERRNO',
	'SCMP_ACT_KILL_PROCESS',
	'SCMP_ACT_TRAP',
	'SCMP_ACT_LOG',
	'SCMP_ACT_TRACE',
] as const;

/** Rules of one call all have one action: libseccomp has no order of them. */
const profile = fc
	.record({
		defaultAction: fc.constantFrom(
			'SCMP_ACT_ERRNO' as const,
			'SCMP_ACT_KILL_PROCESS' as const,
			'SCMP_ACT_ALLOW' as const,
		),
		action: fc.constantFrom(...actions),
		rules: fc.array(
			fc.record({names: fc.uniqueArray(fc.constantFrom(...names), {minLength: 1, maxLength: 40}), args}),
			{minLength: 1, maxLength: 8},
		),
	})
	.map(
		({defaultAction, action, rules}): OciSeccomp => ({
			defaultAction,
			architectures: [native],
			syscalls: rules.map(rule => ({...rule, action: action === defaultAction ? 'SCMP_ACT_TRAP' : action})),
		}),
	);

test('200 random profiles', () => {
	let seed = 0;
	fc.assert(
		fc.property(profile, seccomp => {
			expect(differences(seccomp, generator((seed += 1)), 12)).toEqual([]);
		}),
		{seed: 20, numRuns: 200, endOnFailure: true},
	);
});
