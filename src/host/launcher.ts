import {once} from 'node:events';
import {constants} from 'node:os';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import type {Host, RunningProgram} from './host.ts';

/** One of our descriptors, and which way the program uses it. */
export interface HandedEnd {
	readonly fd: number;
	readonly use: 'read' | 'write';
}

/** A small process that starts programs for us. */
export interface Launcher {
	/**
	 * Starts a program in a session of its own with these descriptors as its 0, 1, …, and an empty environment but PATH and
	 * LC_ALL=C. Settles when it has opened them, so that ours can be closed; `pipes` is empty.
	 *
	 * @throws Error why it could not be started.
	 */
	readonly start: (argv: readonly string[], ends: readonly HandedEnd[]) => Promise<RunningProgram>;
	/** It has ended, or never began. */
	readonly isOver: boolean;
	/** Takes no more; programs that run go on. Settles when all of them, and it, have ended. */
	readonly close: () => Promise<void>;
}

/**
 * The launcher. A line on its standard input is an id, descriptors of ours with the way they are used, and the words of
 * the program in hex, each after a `=`, as it may be empty. Each program has a fork of this beside it, which waits for it: a
 * shell would make a number of a signal.
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
$SIG{CHLD} = 'IGNORE';
while (defined(my $line = <STDIN>)) {
	my ($id, $ends, @words) = split ' ', $line;
	my $waiter = fork;
	answer 'failed', $id, $! if !defined $waiter;
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
	@words = map { pack 'H*', substr $_, 1 } @words;
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
		start: async (argv, ends) => {
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
				const words = argv.map(word => `=${Buffer.from(word).toString('hex')}`);
				commands?.write(`${[id, `=${fds}`, ...words].join(' ')}\n`);
			});
			return {pid, pipes: [], ended: end};
		},
		close: async () => {
			commands?.end();
			await closed;
			commands?.destroy();
		},
	};
}
