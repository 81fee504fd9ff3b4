import {once} from 'node:events';
import {constants} from 'node:os';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import type {Host, RunningProgram} from '../host.ts';
import {trace} from '../trace.ts';

/** One of our descriptors, and which way the program uses it. */
export interface HandedEnd {
	readonly fd: number;
	readonly use: 'read' | 'write';
}

/** What is killed with a program when we have ended: all processes of a cgroup, in the surest way that there is for it. */
export interface Doomed {
	readonly kind: 'cgroup.kill' | 'freezer' | 'procs' | 'none';
	readonly path?: string;
}

/** A small process that starts programs for us, and kills them when we end without closing it. */
export interface Launcher {
	/**
	 * Starts a program in a session of its own with these descriptors as its 0, 1, …, and an empty environment but PATH and
	 * LC_ALL=C. Settles when it has opened them, so that ours can be closed; `pipes` is empty.
	 *
	 * @param doomed - beside it and its children
	 * @throws Error why it could not be started.
	 */
	readonly start: (argv: readonly string[], ends: readonly HandedEnd[], doomed?: Doomed) => Promise<RunningProgram>;
	/** It has ended, or never began. */
	readonly isOver: boolean;
	/** Takes no more; programs that run go on. Settles when all of them, and it, have ended. */
	readonly close: () => Promise<void>;
}

/**
 * The launcher. A line on its standard input is an id, what is killed with the program, descriptors of ours with the way they
 * are used, and the words of the program; all words are in hex, each after a `=`, as it may be empty. Each program has a fork of
 * this beside it, which waits for it: a shell would make a number of a signal. Our end closes its standard input, whatever we
 * end by; without the line `over` before it, all that still runs is killed.
 */
const program = String.raw`use POSIX ();
my $caller = shift;
# What was leaked into us is /dev/null here, and shall not be there in programs.
opendir my $own, '/proc/self/fd' or die;
my @open = grep { /^\d+$/ && $_ > 2 } readdir $own;
closedir $own;
POSIX::close($_) for @open;
# Above what programs get, and closed when one is executed.
my $above = fcntl STDOUT, POSIX::F_DUPFD, 10 or die;
open my $answers, '>&=', $above or die;
fcntl $answers, POSIX::F_SETFD, POSIX::FD_CLOEXEC or die;
sub answer { syswrite $answers, "@_\n" }
# What each program's waiter, a child of ours, is to be killed with.
my %doomed;
$SIG{CHLD} = sub {
	local ($!, $?);
	while ((my $gone = waitpid -1, POSIX::WNOHANG()) > 0) { delete $doomed{$gone} }
};
sub text { pack 'H*', substr $_[0], 1 }
sub put { open my $file, '>', $_[0] or return; syswrite $file, $_[1] }
sub numbers { open my $file, '<', $_[0] or return; map { split } <$file> }
sub children { map { numbers "/proc/$_/task/$_/children" } @_ }
sub end_all {
	# A waiter that ends now keeps its number.
	$SIG{CHLD} = 'DEFAULT';
	for my $waiter (keys %doomed) {
		my ($kind, $folder) = @{$doomed{$waiter}};
		my @programs = children $waiter;
		my @firsts = children @programs;
		put "$folder/cgroup.kill", 1 if $kind eq 'cgroup.kill';
		for (1 .. 9) {
			last if $kind !~ /^(freezer|procs)$/ || !numbers "$folder/cgroup.procs";
			put "$folder/freezer.state", 'FROZEN' if $kind eq 'freezer';
			kill 'KILL', numbers "$folder/cgroup.procs";
			put "$folder/freezer.state", 'THAWED' if $kind eq 'freezer';
		}
		kill 'KILL', @firsts, @programs;
	}
	exit;
}
while (1) {
	my $line = <STDIN>;
	end_all if !defined $line;
	last if $line eq "over\n";
	my ($id, $kind, $folder, $ends, @words) = split ' ', $line;
	my $waiter = fork;
	answer 'failed', $id, $! if !defined $waiter;
	$doomed{$waiter} = [text($kind), text($folder)] if $waiter;
	next if !defined $waiter || $waiter;
	$SIG{CHLD} = 'DEFAULT';
	my $pid = fork;
	answer 'failed', $id, $! if !defined $pid;
	if ($pid) {
		close STDIN;
		close STDOUT;
		waitpid $pid, 0;
		answer 'ended', $id, $? >> 8, $? & 127;
	}
	POSIX::_exit(0) if !defined $pid || $pid;
	POSIX::setsid();
	my @opened;
	while ($ends =~ /(\d+)([rw])/g) {
		my ($fd, $use) = ($1, $2);
		if (!sysopen my $handle, "/proc/$caller/fd/$fd", $use eq 'r' ? POSIX::O_RDONLY : POSIX::O_WRONLY) {
			answer 'failed', $id, $!;
			POSIX::_exit(127);
		} else { push @opened, $handle }
	}
	answer 'started', $id, $$;
	# Each source is above its target and above the one before: none is overwritten before its turn. Perl has those closed on exec.
	POSIX::dup2(fileno $opened[$_], $_) for 0 .. $#opened;
	@words = map { text $_ } @words;
	exec { $words[0] } @words;
	answer 'failed', $id, $!;
	POSIX::_exit(127);
}`;

type End = Awaited<RunningProgram['ended']>;

/** A program that was asked for, or runs. */
interface Launch {
	started: (pid: number) => void;
	failed: (why: string) => void;
	ended: (end: End) => void;
	error: Error | undefined;
}

// Of two names for a number the first is the usual one.
const signalNames = new Map(
	Object.entries(constants.signals)
		.toReversed()
		.map(([name, number]) => [number, name]),
);

/**
 * Starts the launcher itself, a perl.
 *
 * @param perl - where perl(1) is
 */
export function openLauncher(host: Host, perl: string): Launcher {
	const {pipes, ended} = host.start([perl, '-e', program, String(process.pid)], {stdio: ['pipe', 'pipe', 'ignore']});
	const [commands, answers] = pipes as readonly [Writable | undefined, Readable | undefined];
	const launches = new Map<string, Launch>();
	let count = 0;
	let over: Error | undefined;
	const endAll = (): void => {
		over ??= new Error('the launcher has ended');
		for (const {failed, ended: tell} of launches.values()) {
			failed(over.message);
			tell({exitCode: undefined, signal: undefined, startError: over});
		}
		launches.clear();
	};
	const hear = (line: string): void => {
		const [word, id = '', ...rest] = line.split(' ');
		const launch = launches.get(id);
		if (launch === undefined) return;
		if (word === 'started') launch.started(Number(rest[0]));
		else if (word === 'failed') {
			launch.error = new Error(rest.join(' '));
			launch.failed(launch.error.message);
		} else if (word === 'ended') {
			launches.delete(id);
			const [code = 0, signal = 0] = rest.map(Number);
			launch.failed('it was killed');
			launch.ended({
				exitCode: signal === 0 ? code : undefined,
				signal: signal === 0 ? undefined : signalNames.get(signal),
				startError: launch.error,
			});
		}
	};
	commands?.on('error', () => {});
	if (answers !== undefined) {
		answers.on('error', () => {});
		createInterface({input: answers}).on('line', hear).on('close', endAll);
	}
	const closed = answers === undefined ? ended : once(answers, 'close');
	// Those that wait for programs go on telling when the launcher has ended.
	void ended.then(({startError}) => {
		over ??= startError ?? new Error('the launcher has ended');
		if (startError !== undefined) endAll();
	});
	return {
		get isOver() {
			return over !== undefined;
		},
		start: async (argv, ends, doomed = {kind: 'none'}) => {
			if (over !== undefined) throw over;
			count += 1;
			const id = String(count);
			let tellEnd: Launch['ended'] = () => {};
			const end = new Promise<End>(resolve => (tellEnd = resolve));
			const pid = await new Promise<number>((resolve, reject) => {
				launches.set(id, {
					started: resolve,
					failed: why => reject(new Error(why)),
					ended: tellEnd,
					error: undefined,
				});
				const fds = ends.map(({fd, use}) => `${fd}${use === 'read' ? 'r' : 'w'}`).join('');
				const [kind, folder, ...words] = [doomed.kind, doomed.path ?? '', ...argv].map(inHex);
				commands?.write(`${[id, kind, folder, `=${fds}`, ...words].join(' ')}\n`);
			});
			trace('programs', () => `[${pid}] start by the launcher ${argv.join(' ')}`);
			return {pid, pipes: [], ended: end};
		},
		close: async () => {
			commands?.end('over\n');
			await closed;
			commands?.destroy();
		},
	};
}

function inHex(word: string): string {
	return `=${Buffer.from(word).toString('hex')}`;
}
