import aarch64 from '../../config/syscalls/aarch64.json' with {type: 'json'};
import arm from '../../config/syscalls/arm.json' with {type: 'json'};
import x32 from '../../config/syscalls/x32.json' with {type: 'json'};
import x86 from '../../config/syscalls/x86.json' with {type: 'json'};
import x86_64 from '../../config/syscalls/x86_64.json' with {type: 'json'};

/** A calling convention of the kernel, keyed by libseccomp's name. */
export interface Architecture {
	/** AUDIT_ARCH_* of linux/audit.h, as in struct seccomp_data. */
	readonly audit: number;
	readonly numbers: Readonly<Record<string, number>>;
	/** Shares its AUDIT_ARCH with another convention; bit 30 of the syscall number distinguishes the two (x32). */
	readonly bit30: boolean;
}

/** The calling conventions that have a syscall table in config/syscalls. */
export const architectures: Readonly<Record<string, Architecture>> = {
	SCMP_ARCH_X86_64: {audit: 0xc000_003e, numbers: x86_64, bit30: false},
	SCMP_ARCH_X32: {audit: 0xc000_003e, numbers: x32, bit30: true},
	SCMP_ARCH_X86: {audit: 0x4000_0003, numbers: x86, bit30: false},
	SCMP_ARCH_AARCH64: {audit: 0xc000_00b7, numbers: aarch64, bit30: false},
	SCMP_ARCH_ARM: {audit: 0x4000_0028, numbers: arm, bit30: false},
};

/** The name of a system call by AUDIT_ARCH and number; undefined when no table lists it. */
export function syscallName(audit: number, number: number): string | undefined {
	for (const architecture of Object.values(architectures)) {
		if (architecture.audit !== audit) continue;
		const found = Object.entries(architecture.numbers).find(([, each]) => each === number);
		if (found !== undefined) return found[0];
	}
	return undefined;
}
