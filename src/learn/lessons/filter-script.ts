import {architectures} from '../../seccomp/syscalls.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {callNumbers} from '../../step/verbs/drop-privileges.ts';

/** The calling convention of the programs of a machine, by its name in uname(2). */
const conventions: Readonly<Record<string, string>> = {x86_64: 'SCMP_ARCH_X86_64', aarch64: 'SCMP_ARCH_AARCH64'};
/** Calls that the filter of the lessons knows; those that a machine does not have are left out. */
const calls = ['mkdir', 'mkdirat', 'unshare', 'setns', 'mount', 'ptrace', 'keyctl', 'chroot', 'sethostname', 'reboot'];

/** Whether there is a `filter` for a machine of this name in uname(2). */
export function hasFilter(machine: string): boolean {
	return conventions[machine] !== undefined && callNumbers[machine] !== undefined;
}

/** A perl program that makes a seccomp filter of a few instructions, loads it, and becomes another program. */
function filterScript(machine: string): string {
	const convention = architectures[conventions[machine] ?? ''];
	const audit = convention?.audit ?? 0;
	const numbers = convention?.numbers ?? {};
	const {prctl} = callNumbers[machine] ?? {prctl: 0};
	const known = calls.flatMap(name => (numbers[name] === undefined ? [] : [`${name} => ${numbers[name]}`]));
	return `#!/usr/bin/perl
# filter CALL... -- PROGRAM: run PROGRAM, in which each CALL fails with "Operation not permitted".
my %number = (${known.join(', ')});
my @calls;
push @calls, shift while @ARGV && $ARGV[0] ne '--';
shift;
# An instruction: what to do, how far to jump if true, if false, a number. See linux/filter.h.
sub instruction { pack 'SCCL', @_ }
my @filter = (
	instruction(0x20, 0, 0, 4),           # load the architecture of the call
	instruction(0x15, 1, 0, 0x${audit.toString(16)}),  # if it is that of this machine, go on, else
	instruction(0x06, 0, 0, 0x80000000),  # end the process
	instruction(0x20, 0, 0, 0),           # load the number of the call
	(map { (
		instruction(0x15, 0, 1, $_),          # if it is this number,
		instruction(0x06, 0, 0, 0x50001),     # fail with error 1, EPERM
	) } grep { defined } map { $number{$_} } @calls),
	instruction(0x06, 0, 0, 0x7fff0000),  # else allow the call
);
# PR_SET_NO_NEW_PRIVS: no program that is started later can get more rights. Without it only root may load a filter.
syscall(${prctl}, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!\\n";
# PR_SET_SECCOMP with SECCOMP_MODE_FILTER: the number of instructions, and where they are.
my $code = join '', @filter;
syscall(${prctl}, 22, 2, pack('Sx![P]P', scalar @filter, $code)) == 0 or die "seccomp: $!\\n";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
`;
}

/** Lines of sh that put it into the lab folder. */
export function filterLines(machine: string): readonly string[] {
	return [`printf %s ${shellWord(filterScript(machine))} > filter`, 'chmod 755 filter'];
}
