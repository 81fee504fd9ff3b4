import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {lowerSeccomp} from '../../src/oci/lower-seccomp.ts';
import {decode, mostInstructions} from '../../src/seccomp/bpf.ts';
import {compileSeccomp} from '../../src/seccomp/compile.ts';
import {verdict} from '../../src/seccomp/interpret.ts';
import {readSeccompProfile} from '../../src/spec/security/seccomp-profile.ts';
import {budget, mutated, orRefused, patience} from './budget.ts';

const profile = readFileSync(join(import.meta.dirname, '../../config/seccomp.json'), 'utf8');
const hostile = [
	'&a',
	'*a',
	'-1',
	'1e999',
	'18446744073709551616',
	'null',
	'[]',
	'{}',
	'"SCMP_ACT_KILL"',
	'"x"',
	'"',
	',',
];
const target = {capabilities: [], kernelRelease: '6.1.0', arch: 'x86_64'};

test(
	'a damaged profile is refused, or makes a program that the kernel takes and that always ends in an answer',
	() => {
		fc.assert(
			fc.property(mutated([profile], hostile), fc.nat(500), (text, nr) => {
				const made = orRefused(() => compileSeccomp(lowerSeccomp(readSeccompProfile(text, 'p'), target)));
				if (made === undefined) return;
				const program = decode(made.filter);
				expect(program.length).toBeLessThanOrEqual(mostInstructions);
				for (const arch of [0xc000_003e, 0x4000_0003, 0]) verdict(program, {nr, arch, args: [0n, 1n, 2n]});
			}),
			budget,
		);
	},
	patience,
);
