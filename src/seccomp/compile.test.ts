import fc from 'fast-check';
import {expect, test} from 'vitest';
import {defaultSeccompProfile, lowerSeccomp} from '../oci/lower-seccomp.ts';
import {seccompOperators} from '../spec/security/seccomp-profile.ts';
import type {OciSeccomp} from '../oci/config.ts';
import {verdicts} from './bpf.ts';
import {compileSeccomp} from './compile.ts';
import {verdict} from './interpret.ts';
import {architectures, syscallName} from './syscalls.ts';

const x86_64 = architectures['SCMP_ARCH_X86_64'];
const target = {capabilities: [], kernelRelease: '6.1.0', arch: 'x86_64'};

function asked(filter: Uint8Array, name: string, ...args: readonly bigint[]): number {
	const nr = x86_64?.numbers[name];
	if (nr === undefined) throw new Error(`no ${name}`);
	return verdict(filter, {nr, arch: x86_64?.audit ?? 0, args});
}

const {filter, instructions} = compileSeccomp(lowerSeccomp(defaultSeccompProfile(), target));
const eperm = verdicts.errno | 1;
const enosys = verdicts.errno | 38;

test.each<[string, readonly number[], number]>([
	['read', [], verdicts.allow],
	['execve', [], verdicts.allow],
	['clone3', [], enosys],
	['clone', [0x11], verdicts.allow],
	['clone', [0x1000_0011], eperm],
	['unshare', [0], eperm],
	['mount', [], eperm],
	['fsopen', [], eperm],
	['bpf', [], eperm],
	['io_uring_setup', [], eperm],
	['userfaultfd', [], eperm],
	['keyctl', [], eperm],
	['perf_event_open', [], eperm],
	['socket', [1, 1, 0], verdicts.allow],
	['socket', [10, 2, 0], verdicts.allow],
	['socket', [16, 3, 0], verdicts.allow],
	['socket', [16, 3, 9], verdicts.errno | 22],
	['socket', [16, 3, 12], eperm],
	['socket', [38, 5, 0], eperm],
	['socket', [40, 1, 0], eperm],
	['ioctl', [0, 0x5413], verdicts.allow],
	['ioctl', [0, 0x5412], eperm],
	['ioctl', [0, 0x1_0000_5412], eperm],
	['ioctl', [0, 0x541c], eperm],
	['personality', [0xffff_ffff], verdicts.allow],
	['personality', [0x0040_0000], eperm],
])('by default %s %j', (name, args, expected) => {
	expect(asked(filter, name, ...args.map(BigInt)).toString(16)).toBe(expected.toString(16));
});

test('blocks calling conventions that the profile does not name, and answers ENOSYS to newer syscalls', () => {
	expect(verdict(filter, {nr: 0, arch: 0x4000_0003, args: []})).toBe(verdicts.killThread);
	expect(verdict(filter, {nr: 0x4000_0000, arch: 0xc000_003e, args: []})).toBe(verdicts.killThread);
	expect(verdict(filter, {nr: 999, arch: 0xc000_003e, args: []})).toBe(enosys);
});

test('a capability allows its syscalls', () => {
	const admin = compileSeccomp(lowerSeccomp(defaultSeccompProfile(), {...target, capabilities: ['CAP_SYS_ADMIN']}));
	for (const name of ['mount', 'unshare', 'clone3', 'setns', 'bpf'])
		expect(asked(admin.filter, name)).toBe(verdicts.allow);
	expect(asked(admin.filter, 'clone', 0x1000_0011n)).toBe(verdicts.allow);
	expect(asked(admin.filter, 'init_module')).toBe(eperm);
});

test('a syscall costs few instructions, however many names the profile has', () => {
	// Two for the architecture, one load, and the depth of the tree.
	expect(instructions).toBeLessThan(400);
});

const operator = fc.constantFrom(...seccompOperators);
const word = fc.oneof(
	fc.bigInt(0n, 2n ** 64n - 1n),
	fc.constantFrom(0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 64n - 1n),
);

/** The result of a comparison by the OCI specification. */
function holds(op: (typeof seccompOperators)[number], argument: bigint, value: bigint, two: bigint): boolean {
	switch (op) {
		case 'SCMP_CMP_EQ':
			return argument === value;
		case 'SCMP_CMP_NE':
			return argument !== value;
		case 'SCMP_CMP_LT':
			return argument < value;
		case 'SCMP_CMP_LE':
			return argument <= value;
		case 'SCMP_CMP_GT':
			return argument > value;
		case 'SCMP_CMP_GE':
			return argument >= value;
		case 'SCMP_CMP_MASKED_EQ':
			return (argument & value) === two;
	}
}

test('64-bit comparisons follow the OCI specification', () => {
	fc.assert(
		fc.property(operator, word, word, word, fc.boolean(), (op, value, two, other, same) => {
			const argument = same ? value : other;
			const seccomp: OciSeccomp = {
				defaultAction: 'SCMP_ACT_ERRNO',
				architectures: ['SCMP_ARCH_X86_64'],
				syscalls: [{names: ['read'], action: 'SCMP_ACT_ALLOW', args: [{index: 3, op, value, valueTwo: two}]}],
			};
			const seen = asked(compileSeccomp(seccomp).filter, 'read', 0n, 0n, 0n, argument);
			expect(seen === verdicts.allow).toBe(holds(op, argument, value, two));
		}),
		{seed: 3, numRuns: 2000},
	);
});

test('unknown names give a note, too many comparisons an error', () => {
	const base = {defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_MIPS']} as const;
	expect(compileSeccomp({...base, syscalls: [{names: ['open', 'no_such'], action: 'SCMP_ACT_KILL'}]}).notes).toEqual([
		'the architecture SCMP_ARCH_MIPS is unknown and stays blocked',
		'no such system call here: no_such',
	]);
	const args = (value: bigint) => [{index: 0, op: 'SCMP_CMP_EQ' as const, value, valueTwo: 0n}];
	const syscalls = Array.from({length: 1000}, (_, at) => ({
		names: ['read'],
		action: 'SCMP_ACT_KILL' as const,
		args: args(BigInt(at)),
	}));
	expect(() => compileSeccomp({...base, syscalls})).toThrow('instructions');
});

test('finds the name of a syscall number', () => {
	expect(syscallName(0xc000_003e, 0)).toBe('read');
	expect(syscallName(0x4000_0003, 102)).toBe('socketcall');
	expect(syscallName(0xc000_003e, 9999)).toBeUndefined();
});
