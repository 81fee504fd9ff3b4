import {findProgram} from '../../host/probe/tools.ts';
import {dnsAnswer, type DnsAnswer, dnsQuestion} from '../../network/dns-message.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import type {Machine} from '../machine/machine.ts';

/* What is tried from inside a container's network namespace. Programs of the host do it: the image may have none, and must not be run. */

/** Seconds that a connection or an answer may take. */
const seconds = 3;

/** `ok`, or the name of the errno; ETIMEDOUT also when nothing came in time. `EUNTRIED` when this host has no program to try it with. */
export type Outcome = 'ok' | `E${string}`;

/** Both print `ok`, an answer as hex, or the name of an errno. %! is of Errno(3pm). */
const head = `use Socket qw(:DEFAULT :addrinfo);
$SIG{ALRM} = sub { print "ETIMEDOUT"; exit };
alarm shift;
sub why { print((grep { $!{$_} } keys %!)[0]); exit }
my ($to, $port, $hex) = @ARGV;
my ($failed, $at) = getaddrinfo($to, $port, {flags => AI_NUMERICHOST});
`;
const connectScript = `${head}socket(my $s, $at->{family}, SOCK_STREAM, 0) or why;
connect($s, $at->{addr}) or why;
print "ok";`;
const askScript = `${head}socket(my $s, $at->{family}, SOCK_DGRAM, 0) or why;
connect($s, $at->{addr}) && send($s, pack("H*", $hex), 0) or why;
defined recv($s, my $answer, 4096, 0) or why;
print "=", unpack("H*", $answer);`;

type Asker = Pick<Machine, 'host' | 'facts'>;

async function inside({host, facts}: Asker, pid: number, words: readonly string[]) {
	const nsenter = hostToolWords(facts, 'nsenter') ?? ['nsenter'];
	// An ordinary user has rights only in the user namespace of the container.
	const user = facts.user.uid === 0 ? [] : ['--user', '--preserve-credentials'];
	const argv = [...nsenter, '--target', String(pid), ...user, '--net', '--', ...words];
	return host.run(argv, {timeoutMs: (seconds + 2) * 1000});
}

function outcomeOf(stdout: string): Outcome {
	return stdout === 'ok' ? 'ok' : /^E[A-Z\d]+$/.test(stdout) ? (stdout as Outcome) : 'EUNTRIED';
}

/** Makes a TCP connection to an address from the network namespace of a process, and closes it. */
export async function connectInside(machine: Asker, pid: number, address: string, port: number): Promise<Outcome> {
	const perl = hostToolWords(machine.facts, 'perl');
	if (perl !== undefined) {
		const words = [...perl, '-e', connectScript, String(seconds), address, String(port)];
		return outcomeOf((await inside(machine, pid, words)).stdout);
	}
	const bash = findProgram(machine.host, 'bash');
	if (bash === undefined) return 'EUNTRIED';
	const words = [bash, '--norc', '-c', 'exec 3<>"/dev/tcp/$0/$1"', address, String(port)];
	const {exitCode, stderr} = await inside(machine, pid, words);
	if (exitCode === 0) return 'ok';
	const texts = {
		ECONNREFUSED: 'refused',
		ENETUNREACH: 'Network is unreachable',
		EHOSTUNREACH: 'No route to host',
	} as const;
	const found = Object.entries(texts).find(([, text]) => stderr.includes(text));
	return found === undefined ? 'ETIMEDOUT' : outcomeOf(found[0]);
}

/** Asks a resolver at an address from the network namespace of a process. Gives its answer, or why there is none. */
export async function askResolver(
	machine: Asker,
	pid: number,
	resolver: string,
	[name, type]: readonly [name: string, type: 'A' | 'AAAA' | 'NS'],
): Promise<DnsAnswer | Outcome> {
	const perl = hostToolWords(machine.facts, 'perl');
	if (perl === undefined) return 'EUNTRIED';
	const id = machine.host.now() & 0xff_ff;
	const hex = dnsQuestion(id, name, type).toString('hex');
	const {stdout} = await inside(machine, pid, [...perl, '-e', askScript, String(seconds), resolver, '53', hex]);
	if (!stdout.startsWith('=')) return outcomeOf(stdout);
	return dnsAnswer(id, Buffer.from(stdout.slice(1), 'hex')) ?? 'EPROTO';
}

/**
 * The hardware address of a neighbour of a process's network namespace, asked for anew by a connection to it; ip-neighbour(8). Undefined when
 * it does not answer.
 */
export async function askNeighbour(
	machine: Asker,
	pid: number,
	{address, device, port}: {readonly address: string; readonly device: string; readonly port: number},
): Promise<string | undefined> {
	const ip = hostToolWords(machine.facts, 'ip') ?? ['ip'];
	await inside(machine, pid, [...ip, 'neighbour', 'delete', address, 'dev', device]);
	await connectInside(machine, pid, address, port);
	const {stdout} = await inside(machine, pid, [...ip, 'neighbour', 'show', address, 'dev', device]);
	return /\blladdr (\S+)/.exec(stdout)?.[1];
}
