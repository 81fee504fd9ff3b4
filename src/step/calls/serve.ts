/**
 * What the launcher does, in the perl program of the executor. Its standard input has requests, each a line with fields as in rows:
 * `pipes` ID COUNT, `exec` ID KIND FOLDER USES WORD..., `calls` ID KIND FOLDER USES LENGTH with so many bytes of rows after it, `drop`
 * ID, and `over`. KIND and FOLDER are those of the cgroup to kill with what is started. USES has a letter for each pipe of the ID, `r` or `w`: what is
 * started gets these ends as its descriptors from 0. Its standard output says `pipes ID FD...`, `started ID PID`, `failed ID WHY`, and
 * `ended ID STATUS SIGNAL`.
 *
 * A fork of it carries out rows up to the fork of the first process, and ends then. CLONE_PARENT makes the first process a child of
 * the launcher, so nothing but the container is left of a start. The kernel ends the first process with the launcher.
 *
 * When the caller ends, however it ends, the kernel closes the standard input, and the launcher kills everything that still runs.
 */
export const serve = String.raw`# Descriptors leaked into the launcher are /dev/null here. What it starts must not get them.
opendir my $own, '/proc/self/fd' or die;
my @leaked = grep { /^\d+$/ && $_ > 2 } readdir $own;
closedir $own;
call('close', $_ + 0) for @leaked;
# What is opened from here on is above the descriptors of what is started, and closed on exec.
my @taken;
{
	local $^F = 2;
	while (1) { open my $file, '<', '/dev/null' or die; push @taken, $file; last if fileno $file >= 19 }
}
open my $answers, '>&', STDOUT or die;
open STDOUT, '>', '/dev/null' or die;
pipe my $reports, my $reporting or die;
# F_SETFL, O_NONBLOCK
fcntl $reports, 4, 04000;
# SIGCHLD is read like the requests: a handler would not run when the signal comes right before a wait. SFD_NONBLOCK, SFD_CLOEXEC.
my $set = pack 'Q', 1 << 16;
call('rt_sigprocmask', 0, $set, 0, 8);
open my $signals, '<&=', call('signalfd4', -1, $set, 8, 02004000) or die;
$SIG{PIPE} = 'IGNORE';
# By pid: the request that a fork starts, and the request whose end is that of a process. By request: its cgroup; whether its first
# process is known; its pipes.
my (%starting, %of, %doomed, %handed, %pipes);
# Ends of processes whose request is not known yet, because their fork has not told it.
my %early;
my ($requests, $reported, $over) = ('', '', 0);
sub answer { syswrite $answers, "@_\n" }
sub report { syswrite $reporting, "@_\n" }
sub tell_end { my ($id, $end) = @_; delete $doomed{$id}; answer('ended', $id, $end) }
sub read_reports {
	1 while sysread $reports, $reported, 65536, length $reported;
	while ($reported =~ s/^(.*)\n//) {
		my ($word, $id, $pid) = split / /, $1;
		answer($1);
		next if $word ne 'started';
		$handed{$id} = 1 if !exists $starting{$pid};
		if (exists $early{$pid}) { tell_end($id, delete $early{$pid}) } else { $of{$pid} = $id }
	}
}
sub reap {
	while ((my $pid = waitpid -1, 1) > 0) {
		my $end = ($? >> 8) . ' ' . ($? & 127);
		my $starts = $starting{$pid};
		read_reports() if defined $starts;
		delete $starting{$pid};
		if (exists $of{$pid}) { tell_end(delete $of{$pid}, $end) }
		elsif (!defined $starts) { $early{$pid} = $end }
		elsif (!delete $handed{$starts}) { tell_end($starts, $end) }
	}
	read_reports();
	%early = () if !%starting;
}
sub children { map { split / /, first_line("/proc/$_/task/$_/children") } @_ }
sub end_all {
	for (values %doomed) { my ($kind, $folder) = @$_; kill_all($kind) if $folder ne '' && chdir $folder }
	# A child that ends is a zombie until it is waited for, so no pid is used again.
	while (my @mine = (children($$), keys %of, keys %starting)) {
		# A tool of the host has the first process as its child.
		kill 'KILL', children(@mine), @mine;
		(my $pid = waitpid -1, 0) > 0 or last;
		delete $of{$pid};
		delete $starting{$pid};
	}
	exit;
}
# Everyone may open them, since a command that is not root opens /dev/stdout again.
sub make_pipes {
	my ($id, $count) = @_;
	for (1 .. $count) {
		pipe my $read, my $written or return answer('failed', $id, $!);
		chmod 0666, $read;
		push @{$pipes{$id}}, [$read, $written];
	}
	answer('pipes', $id, map { fileno $_->[0] } @{$pipes{$id}});
}
# In the cgroup of version 2 from its birth, since a process that joins one waits for an RCU grace period of the kernel.
sub fork_into {
	my ($cgroup) = @_;
	# O_DIRECTORY
	my $in = open_fd($cgroup, 0200000);
	return (fork, 0) if $in == -1;
	# CLONE_INTO_CGROUP and SIGCHLD: struct clone_args. EINVAL and ENOSYS before Linux 5.7.
	my $args = pack 'Q11', 0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, $in;
	my $pid = call('clone3', $args, 88);
	close_fds($in);
	$pid == -1 ? (fork, 0) : ($pid, 1);
}
sub launch {
	my ($word, $id, $kind, $folder, $uses, @words) = @_;
	my $pipes = delete $pipes{$id} // [];
	my ($starter, $joined) = $word eq 'calls' && $kind eq 'cgroup.kill' ? fork_into($folder) : (fork, 0);
	if (!defined $starter) { answer('failed', $id, $!); return answer('ended', $id, 125, 0) }
	if ($starter) {
		$starting{$starter} = $id;
		$doomed{$id} = [$kind, $folder];
		return;
	}
	$SIG{PIPE} = 'DEFAULT';
	call('rt_sigprocmask', 1, $set, 0, 8);
	call('setsid');
	# Another container's reader must not wait for this process to let go of its pipes.
	%pipes = ();
	dup_to(fileno $pipes->[$_][substr($uses, $_, 1) eq 'w'], $_) for 0 .. $#$pipes;
	undef $pipes;
	if ($word eq 'calls') {
		$fork_first = sub {
			# CLONE_PARENT | SIGCHLD
			my $pid = call('clone', 0x8011, 0, 0, 0, 0);
			must($pid, 'fork');
			return if !$pid;
			report('started', $id, $pid);
			# Perl's own exit would tidy up its memory, which is shared until then.
			call('exit_group', 0);
		};
		carry_out(grep { !$joined || $_ ne "write\t$folder/cgroup.procs\t0\n" } split /^/, $words[0]);
	}
	report('started', $id, $$);
	call('prctl', 1, 9, 0, 0, 0);
	exec {$words[0]} @words;
	report('failed', $id, $!);
	exit 127;
}
sub read_requests {
	sysread STDIN, $requests, 65536, length $requests or end_all();
	while ((my $end = index $requests, "\n") >= 0) {
		my @request = fields_of(substr $requests, 0, $end);
		if ($request[0] eq 'calls') {
			my $length = pop @request;
			return if length $requests < $end + 1 + $length;
			push @request, substr $requests, $end + 1, $length;
			$end += $length;
		}
		$requests = substr $requests, $end + 1;
		if ($request[0] eq 'over') { $over = 1 }
		elsif ($request[0] eq 'drop') { delete $pipes{$request[1]} }
		elsif ($request[0] eq 'pipes') { make_pipes(@request[1, 2]) }
		else { launch(@request) }
	}
}
while (!$over || %starting || %of || %pipes) {
	my $ready = '';
	vec($ready, $_, 1) = 1 for 0, fileno $signals, fileno $reports;
	next if select($ready, undef, undef, undef) < 1;
	reap() if sysread $signals, my $signal, 4096;
	read_reports();
	read_requests() if vec $ready, 0, 1;
}
`;
