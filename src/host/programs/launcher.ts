import {once} from 'node:events';
import {constants} from 'node:os';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import type {Host, RunningProgram} from '../host.ts';
import {trace} from '../trace.ts';

/** One of our descriptors, and how the program uses it. */
export interface HandedEnd {
	readonly fd: number;
	readonly use: 'read' | 'write';
}

/** The cgroup to kill with a program when tsbox ends, and the best method that the kernel has for it. */
export interface Doomed {
	readonly kind: 'cgroup.kill' | 'freezer' | 'procs' | 'none';
	readonly path?: string;
}

/** A small process that starts programs for tsbox, and kills them when tsbox ends without closing it. */
export interface Launcher {
	/**
	 * Starts a program in its own session with these descriptors as 0, 1, …, and only PATH and LC_ALL=C in its environment. Resolves
	 * when the program has opened the descriptors, so that ours can be closed; `pipes` is empty.
	 *
	 * @param doomed - a cgroup to kill besides the program and its children
	 * @throws Error why it could not be started.
	 */
	readonly start: (argv: readonly string[], ends: readonly HandedEnd[], doomed?: Doomed) => Promise<RunningProgram>;
	/** The launcher has ended or never started. */
	readonly isOver: boolean;
	/** Refuses new programs; running ones continue. Resolves when all of them and the launcher have ended. */
	readonly close: () => Promise<void>;
}

/**
 * The launcher's source. A line on its standard input has an id, the cgroup to kill with the program, descriptors of ours with their
 * use, and the program's words. All words are hexadecimal after a `=`, because a word may be empty. A fork of the launcher waits for each
 * program, because a shell would turn a signal into a number. When tsbox ends, however it ends, the kernel closes the launcher's
 * standard input. Without the line `over` before that, the launcher kills everything that still runs.
 */
const program = String.raw`use POSIX ();
my $caller = shift;
# Descriptors leaked into the launcher are /dev/null here. Programs must not get them.
opendir my $own, '/proc/self/fd' or die;
my @open = grep { /^\d+$/ && $_ > 2 } readdir $own;
closedir $own;
POSIX::close($_) for @open;
# Above the programs' descriptors, and closed on exec.
my $above = fcntl STDOUT, POSIX::F_DUPFD, 10 or die;
open my $answers, '>&=', $above or die;
fcntl $answers, POSIX::F_SETFD, POSIX::FD_CLOEXEC or die;
sub answer { syswrite $answers, "@_\n" }
# For each waiter, a child of the launcher: the kind and folder of the cgroup to kill.
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
	# A waiter that ends now stays a zombie, so its pid is not reused.
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
	# Each source is above its target and above the one before, so none is overwritten before its turn. Perl closes them on exec.
	POSIX::dup2(fileno $opened[$_], $_) for 0 .. $#opened;
	@words = map { text $_ } @words;
	exec { $words[0] } @words;
	answer 'failed', $id, $!;
	POSIX::_exit(127);
}`;

type End = Awaited<RunningProgram['ended']>;

/** A program that is starting or running. */
interface Launch {
	started: (pid: number) => void;
	failed: (why: string) => void;
	ended: (end: End) => void;
	error: Error | undefined;
}

// Some numbers have two names. The first one is the usual one, so it must win.
const signalNames = new Map(
	Object.entries(constants.signals)
		.toReversed()
		.map(([name, number]) => [number, name]),
);

/**
 * Starts the launcher, a perl process.
 *
 * @param perl - the path of perl(1)
 */
export function openLauncher(host: Host, perl: string): Launcher {
	const {pipes, ended} = host.start([perl, '-e', program, String(process.pid)], {stdio: ['pipe', 'pipe', 'ignore']});
	const [commands, answers] = pipes as readonly [Writable | undefined, Readable | undefined];
	const launches = new Map<string, Launch>();
	let count = 0;
	let over: Error | undefined;
	const endAll = (): void => {
		over ??= new Error('the launcher has ended');
		for (const {failed, ended: settle} of launches.values()) {
			failed(over.message);
			settle({exitCode: undefined, signal: undefined, startError: over});
		}
		launches.clear();
	};
	const onLine = (line: string): void => {
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
		createInterface({input: answers}).on('line', onLine).on('close', endAll);
	}
	const closed = answers === undefined ? ended : once(answers, 'close');
	// The forks that wait for programs still report their ends after the launcher itself has ended.
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
