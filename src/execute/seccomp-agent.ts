import {setTimeout as delay} from 'node:timers/promises';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {systemCalls} from '../step/calls/constants.ts';
import type {SeccompAgent} from '../step/verbs/drop-privileges.ts';

/**
 * The perl program that connects to an agent, and later hands a listener to it: it reads a line `PID DESCRIPTOR STATE`, takes the
 * descriptor out of the process, and sends it with the state. 434 and 438 are pidfd_open(2) and pidfd_getfd(2) on every architecture.
 * SCM_RIGHTS: a struct msghdr with one iovec and one control message, unix(7). struct sockaddr_un has 108 bytes for the path.
 */
function program({prctl, sendmsg}: {readonly prctl: number; readonly sendmsg: number}): string {
	return [
		`$|=1;($p,$n)=(shift)x2;syscall(${prctl},1,9,0,0,0)`,
		'socket S,1,1,0 or die"$!\n"',
		'if(107<length$p){($d,$n)=$p=~m{^(.*)/([^/]*)$};chdir$d or die"$!\n"}',
		'connect S,pack("Sa*",1,$n)or die"$!\n"',
		'print"connected\n";$_=<STDIN>//exit;chomp;($q,$f,$s)=split/ /,$_,3',
		'$q=syscall(434,$q+0,0);$q>=0 or die"pidfd_open: $!\n";$f=syscall(438,$q,$f+0,0);$f>=0 or die"pidfd_getfd: $!\n"',
		'$v=pack"PQ",$s,length$s;$c=pack"Qiiix4",20,1,1,$f;$m=pack"QQPQPQQ",0,0,$v,1,$c,length$c,0',
		`syscall(${sendmsg},fileno S,$m,0)>=0 or die"sendmsg: $!\n";print"sent\n"`,
	].join(';');
}

/** The state of a container for an agent: runtime.md of the runtime-spec, "State". */
export type AgentState = Readonly<Record<string, unknown>>;

/** An agent that waits for a listener. */
export interface ConnectedAgent {
	/**
	 * Finds the process that has the listener, and gives that to the agent. Until then each call that the agent is to decide about waits.
	 *
	 * @param candidates - the processes that may have it by now
	 * @param isOver - none will get it any more
	 * @returns whether one had it
	 * @throws TsboxError E_STEP_FAILED.
	 */
	readonly handOver: (
		candidates: () => readonly number[],
		stateOf: (pid: number) => AgentState,
		isOver: () => boolean,
	) => Promise<boolean>;
	/** Leaves the agent without a listener, if it has none. */
	readonly close: () => void;
}

/** The descriptor of a process that is the listener of a filter: seccomp_unotify(2). */
function listenerOf(host: Host, pid: number): string | undefined {
	return host
		.list(`/proc/${pid}/fd`)
		.find(fd => host.readlink(`/proc/${pid}/fd/${fd}`) === 'anon_inode:seccomp notify');
}

/**
 * Connects to the agent of a filter, before a process has that filter.
 *
 * Source: config-linux.md of the OCI runtime-spec, "The Container Process State".
 *
 * @throws TsboxError E_STEP_FAILED when nobody listens.
 */
export async function connectAgent(
	host: Host,
	facts: HostFacts,
	{path, metadata}: SeccompAgent,
): Promise<ConnectedAgent> {
	const {prctl = 0, sendmsg = 0} = systemCalls[facts.kernel.arch] ?? {};
	const words = [facts.tools.perl?.path ?? 'perl', '-e', program({prctl, sendmsg}), '--', path];
	const helper = host.start(words, {stdio: ['pipe', 'pipe', 'pipe']});
	const [input, output, errors] = helper.pipes as readonly [Writable, Readable, Readable];
	input.on('error', () => {});
	let said = '';
	errors.setEncoding('utf8').on('data', (text: string) => (said += text));
	const lines = createInterface({input: output})[Symbol.asyncIterator]();
	const next = async (message: string): Promise<void> => {
		const {done} = await lines.next();
		if (done !== true) return;
		await helper.ended;
		throw new TsboxError('E_STEP_FAILED', `${message}: ${path}`, {
			output: said.trim(),
			hint: 'see that the program of `linux.seccomp.listenerPath` runs',
		});
	};
	await next('failed to connect with seccomp agent');
	return {
		handOver: async (candidates, stateOf, isOver) => {
			for (;;) {
				const last = isOver();
				for (const pid of candidates()) {
					const fd = listenerOf(host, pid);
					if (fd === undefined) continue;
					const state = stateOf(pid);
					const told = {ociVersion: state['ociVersion'], fds: ['seccompFd'], pid, metadata, state};
					input.end(`${pid} ${fd} ${JSON.stringify(told)}\n`);
					await next('cannot hand the listener to the seccomp agent');
					return true;
				}
				if (last) return false;
				await delay(2);
			}
		},
		close: () => void input.end(),
	};
}
