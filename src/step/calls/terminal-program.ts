import {perlProgram} from './executor.ts';

/**
 * A perl program that starts a command and holds the terminal that a process of it makes: the command sends the master through a unix
 * socket. Arguments: the socket, which it makes, and the words of the command. As script(1), it passes on what it reads and what the
 * terminal shows, and it ends as the command does.
 *
 * Lines `ROWS COLUMNS` on descriptor 2 are sizes of the terminal; each is answered by an empty line. Its end hangs up the terminal.
 */
const program = String.raw`my ($socket, @words) = @ARGV;
my ($folder, $name) = $socket =~ m{^(.*)/(.*)$};
# struct sockaddr_un has 108 bytes for the path, which may be longer.
chdir $folder or die "$folder: $!\n";
unlink $name;
socket my $listener, 1, 1, 0 or die "socket: $!\n";
bind $listener, pack 'Sa*', 1, $name or die "$socket: $!\n";
listen $listener, 1 or die "$socket: $!\n";
chdir '/';
my $command = fork // die "fork: $!\n";
if (!$command) {
	open STDIN, '<', '/dev/null';
	open $_, '>', '/dev/null' for *STDOUT, *STDERR;
	exec {$words[0]} @words or exit 127;
}
opendir my $all, '/proc/self/fd' or die "/proc/self/fd: $!\n";
for (grep { /^\d+$/ && $_ > 2 && $_ != fileno $listener && $_ != fileno $all } readdir $all) { syscall $nr{close}, $_ + 0 }
closedir $all;
$SIG{$_} = 'IGNORE' for qw(HUP INT PIPE QUIT TERM);
# A descriptor for the end of the command, to wait for it and for bytes at once: signalfd(2). 17 is SIGCHLD.
my $set = pack 'Q', 1 << 16;
syscall $nr{rt_sigprocmask}, 0, $set, 0, 8;
open my $signals, '<&=', syscall $nr{signalfd4}, -1, $set, 8, 02000000 or die "signalfd: $!\n";
my ($master, $slave, $size, $end);
# What was typed and shown, and is not passed on yet. $hears, $shows: there is more to read. $pause: seconds until an end of file is typed. 11 is EAGAIN.
my ($typed, $shown, $asked, $hears, $shows, $pause) = ('', '', '', 1, 1);

# SCM_RIGHTS: a struct msghdr with one iovec and one control message, unix(7). MSG_CMSG_CLOEXEC.
sub receive_terminal {
	accept my $peer, $listener or return;
	my ($data, $control) = ("\0" x 16, "\0" x 24);
	my $vector = pack 'PQ', $data, length $data;
	my $message = pack 'QQPQPQQ', 0, 0, $vector, 1, $control, length $control, 0;
	syscall $nr{recvmsg}, fileno $peer, $message, 0x40000000;
	my ($length, undef, undef, $fd) = unpack 'Qiii', $control;
	open $master, '+<&=', $fd or return if $length == 20;
	close $listener;
	undef $listener;
	unlink $socket;
	# F_SETFL, O_RDWR | O_NONBLOCK
	fcntl $master, 4, 04002;
	# TIOCGPTPEER, O_RDWR | O_NOCTTY. With it the terminal does not end when the last process closes it: another may open it again.
	my $fd_of_slave = ioctl $master, 0x5441, 0402;
	open $slave, '+<&=', $fd_of_slave + 0 if $fd_of_slave;
	set_size();
}
# TIOCSWINSZ
sub set_size {
	return if !defined $size || !defined $master;
	ioctl $master, 0x5414, pack 'S4', @$size, 0, 0;
	undef $size;
	syswrite STDERR, "\n";
}
# Its foreground gets SIGHUP.
sub hang_up { close $_ for grep { defined } $slave, $master; undef $master; undef $slave }
# After the end of a file or a pipe, each one who reads gets an end of file, in a terminal that is typed. Once all was read: a program that
# takes the terminal drops what is there, and another one may read after it.
sub type_end {
	my $unread = '';
	vec($unread, fileno $slave, 1) = 1 if defined $slave;
	return if select $unread, undef, undef, 0;
	$typed = "\x04";
	$pause = defined $slave ? $pause < 1 ? 2 * $pause : $pause : undef;
}
sub show {
	while ($shown ne '') {
		# Not more than a pipe takes at once: pipe(7), PIPE_BUF.
		my $sent = syswrite STDOUT, $shown, 4096;
		return hang_up() if !$sent;
		substr $shown, 0, $sent, '';
		return if !defined $end;
	}
}
while (1) {
	$end = $? if waitpid($command, 1) > 0;
	last if defined $end;
	type_end() if defined $pause && defined $master && $typed eq '';
	my ($reads, $writes) = ('', '');
	vec($reads, fileno $_, 1) = 1 for grep { defined } $signals, $listener;
	vec($reads, 2, 1) = 1 if defined $asked;
	if (defined $master) {
		vec($reads, 0, 1) = 1 if $hears && $typed eq '';
		vec($reads, fileno $master, 1) = 1 if $shows && $shown eq '';
		vec($writes, fileno $master, 1) = 1 if $typed ne '';
		vec($writes, 1, 1) = 1 if $shown ne '';
	}
	next if select($reads, $writes, undef, $pause) < 1;
	sysread $signals, my $one, 128 if vec $reads, fileno $signals, 1;
	receive_terminal() if defined $listener && vec $reads, fileno $listener, 1;
	if (vec $reads, 2, 1) {
		if (sysread STDERR, $asked, 256, length $asked) { $size = [$1, $2] if $asked =~ s/^(?:.*\n)?(\d+) (\d+)\n$//s }
		else { undef $asked; hang_up() }
		set_size();
	}
	next if !defined $master;
	if (vec $reads, 0, 1) { ($hears, $pause) = (0, 0.05) if !sysread STDIN, $typed, 65536 }
	if (vec $reads, fileno $master, 1) { $shows = 0 if !defined sysread($master, $shown, 65536) && $! != 11 }
	if (vec $writes, fileno $master, 1) {
		my $sent = syswrite $master, $typed;
		if (defined $sent) { substr $typed, 0, $sent, '' } elsif ($! != 11) { $typed = '' }
	}
	show() if vec $writes, 1, 1;
}
# What the kernel has of it still: not more, since processes that the command left behind may go on.
show();
for (1 .. 64) {
	last if !defined $master || !sysread $master, $shown, 4096;
	show();
}
hang_up();
unlink $socket if defined $listener;
my $signal = $end & 127;
exit $end >> 8 if !$signal;
$SIG{$_} = 'DEFAULT' for qw(HUP INT PIPE QUIT TERM);
kill $signal, $$;
exit 128 + $signal;
`;

/** The program with the numbers of the system calls of `arch`. */
export function terminalProgram(arch: string): string {
	return perlProgram(arch, program);
}
