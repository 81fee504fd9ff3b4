import {constants} from 'node:os';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import {decode, verdicts} from '../seccomp/bpf.ts';
import {verdict} from '../seccomp/interpret.ts';
import {syscallName} from '../seccomp/syscalls.ts';
import {callNumbers} from '../step/verbs/drop-privileges.ts';
import type {EventSink} from './event.ts';

/**
 * The perl program that takes the listener out of the process. It prints a line for each request of the kernel, `NR
 * ARCH PID ARGS...`, and reads an error number as the answer. It dies with tsbox (PR_SET_PDEATHSIG is 1), so that no
 * system call waits forever. 434 and 438 are pidfd_open(2) and pidfd_getfd(2) on every architecture. The ioctls are
 * SECCOMP_IOCTL_NOTIF_RECV and _SEND, and the packed values are struct seccomp_notif and seccomp_notif_resp:
 * linux/seccomp.h, seccomp_unotify(2).
 */
function listenerProgram(prctl: number): string {
	return [
		`$|=1;$pid=shift;syscall(${prctl},1,9,0,0,0)`,
		'until((readlink("/proc/$pid/fd/8")//"")=~/seccomp notify/){-e "/proc/$pid" or exit 1;select undef,undef,undef,0.001}',
		'$p=syscall(434,$pid+0,0);$p>=0 or die"pidfd_open: $!\\n"',
		'$l=syscall(438,$p,8,0);$l>=0 or die"pidfd_getfd: $!\\n"',
		'open L,"+<&=$l" or die"$!\\n";print"attached\\n"',
		'for(;;){$n="\\0"x80;unless(ioctl L,0xc0502100,$n){next if $!{EINTR}||$!{ENOENT};exit}' +
			'@v=unpack"QLLlLQQ6",$n;print join(" ",@v[3,4,1,6..11]),"\\n";$a=<STDIN>;exit unless defined $a;' +
			'$r=pack"QqlL",$v[0],0,-$a,0;ioctl L,0xc0182101,$r}',
	].join(';');
}

/** The name of an error number: `EPERM`. */
function errnoName(number: number): string {
	return Object.entries(constants.errno).find(([, each]) => each === number)?.[0] ?? `error ${number}`;
}

/** Input of {@link traceSeccomp}. */
export interface TraceContext {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly emit: EventSink;
	/** The container's name. */
	readonly name: string;
	/** The filter that decides each call, struct sock_filter[]. */
	readonly filter: Uint8Array;
}

/** A running listener. */
export interface Tracer {
	/** Resolves when the listener answers requests; rejects if it ends before. */
	readonly attached: Promise<void>;
	readonly stop: () => Promise<void>;
}

/**
 * Answers the requests of a process whose loaded filter asks a listener instead of refusing. Each answer is the
 * decision of the real filter. Each refusal is emitted once.
 *
 * @throws TsboxError E_STEP_FAILED from `attached` if the listener cannot be taken.
 */
export function traceSeccomp({host, facts, emit, name, filter}: TraceContext, process: ProcessIdentity): Tracer {
	const program = decode(filter);
	const words = [
		facts.tools.perl?.path ?? 'perl',
		'-MErrno',
		'-e',
		listenerProgram(callNumbers[facts.kernel.arch]?.prctl ?? 0),
	];
	const helper = host.start([...words, String(process.pid)], {stdio: ['pipe', 'pipe', 'pipe']});
	const [input, output, errors] = helper.pipes as readonly [Writable, Readable, Readable];
	input.on('error', () => {});
	let said = '';
	errors.setEncoding('utf8').on('data', (text: string) => (said += text));
	const told = new Set<string>();

	const answer = (line: string): void => {
		const [nr = 0n, arch = 0n, pid = 0n, ...args] = line.split(' ').map(BigInt);
		const decided = verdict(program, {nr: Number(nr), arch: Number(arch), args});
		const errno = (decided & 0xffff_0000) === verdicts.errno ? decided & 0xffff : undefined;
		const call = syscallName(Number(arch), Number(nr)) ?? `number ${nr}`;
		const shown = args.slice(0, 3).map(each => `0x${each.toString(16)}`);
		const outcome = errno === undefined ? 'SIGSYS' : errnoName(errno);
		const key = `${call} ${outcome} ${call === 'socket' || call === 'ioctl' ? shown.join() : ''}`;
		if (!told.has(key)) {
			told.add(key);
			const comm = host.readText(`/proc/${pid}/comm`)?.trim() ?? '?';
			emit({
				type: 'container.refused',
				at: host.now(),
				name,
				call: `${call}(${shown.join(', ')}, ...)`,
				answer: outcome,
				pid: Number(pid),
				program: comm,
			});
		}
		if (errno === undefined) host.kill(Number(pid), 'SIGSYS');
		input.write(`${errno ?? constants.errno.ENOSYS}\n`);
	};

	const attached = new Promise<void>((resolve, reject) => {
		createInterface({input: output}).on('line', line => {
			if (line === 'attached') resolve();
			else answer(line);
		});
		void helper.ended.then(() =>
			reject(
				new TsboxError('E_STEP_FAILED', 'the listener of the seccomp filter could not be had', {
					output: said.trim(),
					hint: 'leave --trace-seccomp out',
				}),
			),
		);
	});
	// A caller that awaits `attached` gets the error. A listener that ends later is no error.
	attached.catch(() => {});
	return {
		attached,
		stop: async () => {
			host.kill(helper.pid, 'SIGKILL');
			await helper.ended;
		},
	};
}
