# Starts a container without Node; bin/tsbox runs this first, and docs/architecture/front.md explains it.
#
# A run through Node leaves a file with the calls that start its container, and with all that its plan was made from. While all of that
# is the same, this program makes these calls. Otherwise, and whenever something is not as it should be before the command runs, it
# takes everything back and becomes Node with the same words. It loads no module.
my ($script, @words) = @ARGV;
# The process that makes the calls; both ends of its pipes; its container's folder; whether its command may run.
my ($chain, $told, $gate, $box, $open);
# What the user knows of kills for lack of memory: how many, and how many names from the kernel's log.
my @killed = (0, 0);
my %nr;

sub text_of {
	my ($path) = @_;
	# O_NONBLOCK: opening a FIFO would wait for a writer.
	sysopen my $file, $path, 04000 or return;
	my $text = '';
	while (1) {
		my $got = sysread $file, $text, 65536, length $text;
		return if !defined $got;
		return $text if !$got;
	}
}
sub first_line { (text_of($_[0]) // '') =~ /^([^\n]*)/; $1 }
sub started_at { my $stat = first_line("/proc/$_[0]/stat"); $stat =~ s/.*\) //; my @f = split / /, $stat; $f[0] =~ /[ZX]/ ? '' : $f[19] // '' }
sub remove_tree {
	my ($path) = @_;
	return unlink $path if -l $path || !-d _;
	opendir my $folder, $path or return;
	remove_tree("$path/$_") for grep { $_ ne '.' && $_ ne '..' } readdir $folder;
	rmdir $path;
}

# Becomes Node with the same words. What is left of a start is nobody's from then on: the first thing that Node does is to take it back.
sub to_node {
	if (defined $chain) {
		kill 'KILL', $chain;
		waitpid $chain, 0;
		disown() if defined $box;
	}
	become_node();
}
sub disown {
	my ($parent, $name) = $box =~ m{(.*)/(.*)}s;
	remove_tree("$parent/.new-$$-$name") if -d "$parent/.new-$$-$name";
	my $record = text_of("$box/record.json") // return;
	my $started = started_at($$);
	$record =~ s/("owner":\{"pid":$$,"startTime":")\Q$started\E"/${1}0"/ or return;
	my $new = "$box/record.json.$$-front.tmp";
	unlink $new;
	# O_WRONLY | O_CREAT | O_EXCL
	if (sysopen my $file, $new, 0301, 0600) {
		return if (syswrite($file, $record) // -1) == length $record && rename $new, "$box/record.json";
	}
	unlink $new, "$box/record.json";
}
sub become_node {
	delete $ENV{PERL_BADLANG};
	syscall $nr{rt_sigprocmask}, 2, my $none = "\0" x 8, 0, 8 if %nr;
	exec {'node'} 'node', '--', $script, @words;
	$ENV{TSBOX_FRONT} = 'off';
	exec {'/bin/sh'} 'sh', $script, @words;
	exit 127;
}
# Node does the rest of a start that is over: it takes it back, and tells the user.
sub rest_by_node {
	if (defined $chain) {
		kill 'KILL', $chain;
		waitpid $chain, 0;
	}
	$ENV{TSBOX_LEFT} = join ' ', @_;
	become_node();
}

# Whatever goes wrong in here: Node starts the container, or waits for one that runs.
$SIG{__DIE__} = sub {
	to_node() if !defined $open;
	waitpid $chain, 0;
	my $status = $?;
	undef $chain;
	rest_by_node('ended', $box =~ s{.*/}{}sr, $status & 127 ? 128 + ($status & 127) : $status >> 8, @killed);
};

# Whose is this, and could it need a terminal? Under nohup(1), Node is to know that SIGHUP is ignored.
my $ignored = hex((text_of('/proc/self/status') // '') =~ /^SigIgn:\s*([0-9a-f]+)/m ? substr $1, -8 : '1');
$ENV{TSBOX_NOHUP} = 1 if $ignored & 1;
to_node() if $ignored & 1 || $< || $> || defined $ENV{TSBOX_LEFT};
my %escaped;
sub escape { my ($text) = @_; $text =~ s/([^!-\$&-~])/$escaped{$1} \/\/= sprintf '%%%02X', ord $1/ge; $text }
sub unescape { my ($word) = @_; $word =~ s/%([0-9A-F]{2})/chr hex $1/ge; $word }
-e "/proc/self/fd/$_" or to_node() for 0 .. 2;
to_node() if -t STDIN || -t STDOUT || -t STDERR || -d STDIN || -d STDOUT || -d STDERR;
my $cwd = readlink('/proc/self/cwd') // to_node();
my @here = stat '.';
my @there = stat $cwd or to_node();
to_node() if "@here[0, 1]" ne "@there[0, 1]";

# Where a run would be kept.
my ($at, $state) = (0, '/run/tsbox');
for (; $at < @words && $words[$at] =~ /^-/; $at++) {
	if ($words[$at] =~ /^--(state|store|config)$/) { $at++; $state = $words[$at] if $1 eq 'state' }
	elsif ($words[$at] =~ /^--state=(.*)/s) { $state = $1 }
}
to_node() if ($words[$at] // '') ne 'run' || ($state // '') eq '' || $state =~ m{(^|/)\.\.(/|$)};
$state = "$cwd/$state" if $state !~ m{^/};
$state =~ s{/+$}{};
# bin/tsbox has found its own folder.
my $build = first_line("$main::bin../dist/build");
my ($real_groups, $groups) = ("$(", "$)");
my ($gid) = split / /, $real_groups;
my ($egid, @all) = split / /, $groups;
my %groups = map { $_ => 1 } $egid, @all;
my $ids = join ',', $<, $>, $gid, $egid, sort { $a <=> $b } keys %groups;
my $key = join ' ', map { escape($_) } 'front', $build, $ids, $cwd, '000', @words;
my $hash = 0x811c9dc5;
$hash = (($hash ^ $_) * 0x01000193) & 0xffffffff for unpack 'C*', $key;
my $kept = sprintf "%s/kept/%08x", $state, $hash;

# Only this user can have written it.
my @folder = lstat "$state/kept" or to_node();
to_node() if !-d _ || $folder[4] != $> || $folder[2] & 077;
my @found = lstat $kept or to_node();
to_node() if !-f _ || $found[4] != $> || $found[2] & 077 || $found[7] > 4194304;
sysopen my $file, $kept, 04000 or to_node();
my @opened = stat $file;
to_node() if "@opened[0, 1]" ne "@found[0, 1]";
my $text = '';
1 while sysread $file, $text, 1 << 20, length $text;
close $file;
my $end = index $text, "\n\n";
my ($head, $its, @inputs) = split /\n/, substr $text, 0, $end < 0 ? 0 : $end;
to_node() if $end < 0 || $its ne "key $key" || $head ne 'tsbox-kept 1 ' . (length($text) - $end - 2);
my $line = index $text, "\n", $end + 2;
my ($form, $version, @sizes) = split / /, substr $text, $end + 2, $line - $end - 2;
my %set = map { my ($name, $value) = split /=/, $_, 2; ($name, unescape($value)) } splice @sizes, 3;
to_node() if $form ne 'front' || $version ne '1' || $line < 0;
$line++;
my ($program, $rows, $report) = map { my $part = substr $text, $line, $_; $line += $_; $part } @sizes;
to_node() if $line != length $text;
my %numbers = map { split /:/ } split /,/, $set{numbers};

# Its limit of open files is that of Node, which raises it.
my ($soft, $hard) = (text_of('/proc/self/limits') // '') =~ /^Max open files +(\d+) +(\d+)/m or to_node();
to_node() if $hard < 256;
# A descriptor that the caller left open is closed, as Node does it.
opendir my $open_files, '/proc/self/fd' or to_node();
my @left_open = grep { /^\d+$/ && $_ > 2 && (text_of("/proc/self/fdinfo/$_") // '') =~ /^flags:\s*([0-7]+)/m && !(oct($1) & 02000000) } readdir $open_files;
closedir $open_files;
syscall $numbers{close}, $_ + 0 for @left_open;

# A signal is read when there is time for it: HUP, INT, QUIT, TERM. SFD_CLOEXEC.
my $signal_set = pack 'Q', 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14;
%nr = %numbers;
syscall $nr{rt_sigprocmask}, 0, $signal_set, 0, 8;
my $signals = syscall $nr{signalfd4}, -1, $signal_set, 8, 02000000;
to_node() if $signals < 0;
pipe $told, my $tells or to_node();
pipe my $hears, $gate or to_node();

# Who ends early must not end this process with it.
$SIG{PIPE} = 'IGNORE';

# The process that makes the calls. It reads its program meanwhile, and waits for the word.
$chain = fork;
if (!defined $chain) { undef $chain; to_node() }
if (!$chain) {
	syscall $nr{rt_sigprocmask}, 2, my $none = "\0" x 8, 0, 8;
	# As Node does it, whatever the caller ignores.
	my @names = qw(HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS);
	for (0 .. $#names) { $SIG{$names[$_]} = 'DEFAULT' if $ignored >> $_ & 1 || $names[$_] eq 'PIPE' || $names[$_] eq 'FPE' }
	my $limits = pack 'QQ', $hard, $hard;
	syscall $nr{prlimit64}, 0, 7, $limits, 0 if $soft != $hard;
	syscall $nr{dup3}, fileno $tells, 63, 0;
	syscall $nr{dup3}, fileno $hears, 62, 0;
	close $_ for $told, $tells, $hears, $gate, *DATA;
	syscall $nr{dup3}, 63, 3, 0;
	syscall $nr{dup3}, 62, 4, 0;
	@main::rows = split /^/, $rows;
	$main::report = $report;
	$main::owner = getppid;
	delete $SIG{__DIE__};
	eval $program;
	exit 125;
}
close $tells;
close $hears;

# The rest is read only now, while the other process reads its program.
my $rest = do { local $/; <DATA> };
close DATA;
eval $rest;
die $@;
__DATA__
# Is all as it was? The questions and answers are those of src/host/inputs/input-lines.ts.
my %errors = (1 => 'EPERM', 2 => 'ENOENT', 13 => 'EACCES', 20 => 'ENOTDIR', 21 => 'EISDIR', 22 => 'EINVAL', 40 => 'ELOOP');
sub trouble { my $number = $! + 0; $number == 2 || $number == 3 || $number == 20 ? '-' : '!' . ($errors{$number} // '?') }
my %kinds = (0100000 => 'file', 0040000 => 'directory', 0120000 => 'symlink');
# As Node's numbers have it, which hold no more than that.
sub microseconds { my ($s, $ns) = @_; sprintf '%.0f', int(($s * 1000 + $ns / 1000000) * 1000) }
sub device_of {
	my ($mode, $major, $minor) = @_;
	my $type = ($mode & 0170000) == 0020000 ? 'c' : ($mode & 0170000) == 0060000 ? 'b' : return '-';
	"$type:$major:$minor";
}
# From struct statx: mode, size, ...; a device has the number that makedev(3) gives it.
my %field_of = (
	'.' => sub { '' },
	kind => sub { $kinds{unpack('x28 S', $_[0]) & 0170000} // 'other' },
	mode => sub { unpack 'x28 S', $_[0] },
	links => sub { unpack 'x16 L', $_[0] },
	uid => sub { unpack 'x20 L', $_[0] },
	gid => sub { unpack 'x24 L', $_[0] },
	ino => sub { unpack 'x32 Q', $_[0] },
	size => sub { unpack 'x40 Q', $_[0] },
	mtimeMs => sub { microseconds(unpack 'x112 qL', $_[0]) },
	ctimeMs => sub { microseconds(unpack 'x96 qL', $_[0]) },
	dev => sub { my ($major, $minor) = unpack 'x136 LL', $_[0]; ($major & 0xfff) << 8 | ($major & ~0xfff) << 32 | $minor & 0xff | ($minor & ~0xff) << 12 },
	device => sub { device_of(unpack('x28 S', $_[0]), unpack 'x128 LL', $_[0]) },
);
my $found = "\0" x 256;
sub facts {
	my ($flags, $path, $fields) = @_;
	# AT_FDCWD, STATX_BASIC_STATS
	return trouble() if syscall($nr{statx}, -100, $path, $flags, 0x7ff, $found) != 0;
	return '=' if $fields eq '.';
	return '=' . join ',', map { my $field = $field_of{$_}; $field ? $field->($found) : '?' } split /,/, $fields;
}
my %views = (
	'/proc/self/status' => sub { join "\n", grep { /^(?:Uid|Gid|Groups|CapEff):/ } split /\n/, $_[0] },
	'/proc/meminfo' => sub { join "\n", grep { /^MemTotal:/ } split /\n/, $_[0] },
	'/proc/self/limits' => sub { my ($text) = @_; $text =~ s/^(Max .*?\S {2,})\S+ +(\S+)/$1$2 $2/gm; $text },
);
my %ask = (
	text => sub { my $text = text_of($_[0]); defined $text ? '=' . escape($text) : trouble() },
	view => sub { my $text = text_of($_[0]); defined $text ? '=' . escape($views{$_[0]} ? $views{$_[0]}->($text) : $text) : trouble() },
	trusted => sub {
		my ($path) = @_;
		my $is_ours = sub { $_[4] == 0 || $_[4] == $< };
		my @named = lstat $path or return '!' . ($errors{$! + 0} // '?');
		sysopen my $file, $path, 04000 or return '!' . ($errors{$! + 0} // '?');
		my @facts = stat $file;
		return '?' if !$is_ours->(@named) || !$is_ours->(@facts) || !-f _ || $facts[2] & 022;
		my $text = '';
		1 while sysread $file, $text, 65536, length $text;
		'=' . escape($text);
	},
	bytes => sub {
		my ($path, $offset, $length) = @_;
		sysopen my $file, $path, 04000 or return trouble();
		sysseek $file, $offset, 0 or return '?';
		my $bytes = '';
		defined sysread $file, $bytes, $length or return trouble();
		'=' . escape($bytes);
	},
	stat => sub { facts(0, @_) },
	# AT_SYMLINK_NOFOLLOW
	lstat => sub { facts(0x100, @_) },
	# O_PATH
	real => sub { sysopen my $file, $_[0], 010000000 or return trouble(); my $path = readlink '/proc/self/fd/' . fileno $file; defined $path ? '=' . escape($path) : '?' },
	link => sub { my $target = readlink $_[0]; defined $target ? '=' . escape($target) : trouble() },
	list => sub { opendir my $folder, $_[0] or return trouble() eq '-' ? '=' : trouble(); '=' . join '/', map { escape($_) } sort grep { $_ ne '.' && $_ ne '..' } readdir $folder },
	env => sub { my $value = $ENV{$_[0]}; defined $value ? '=' . escape($value) : '-' },
);
for (@inputs) {
	my ($question, $path, @rest) = split / /;
	my $answer = pop @rest;
	my $how = $ask{$question};
	to_node() if !defined $how || $how->(unescape($path), @rest) ne $answer;
}

# Has a dead tsbox left something? Then Node takes it back first.
my ($containers, $name) = ("$set{state}/containers", $set{name});
my $boot = first_line('/proc/sys/kernel/random/boot_id');
sub is_left {
	my ($entry) = @_;
	if ($entry =~ /^\./) { return $entry =~ /^\.(?:new|dead)-(\d+)-/ && started_at($1) eq '' }
	my $folder = "$containers/$entry";
	my $link = readlink $folder;
	return $link !~ /^\@(.+)/s || (text_of("$containers/$1/renamed") // '') ne $entry if defined $link;
	my $record = text_of("$folder/record.json") // return 1;
	my ($line) = $record =~ /^([^\n]*)/;
	my $same = index($line, qq("bootId":"$boot")) >= 0;
	return !$same if $line =~ /"detached":\{/;
	my ($pid, $started) = $line =~ /"owner":\{"pid":(\d+),"startTime":"(\d+)"\}/ or return 1;
	return !$same || started_at($pid) ne $started;
}
if (opendir my $folder, $containers) { is_left($_) and to_node() for grep { $_ ne '.' && $_ ne '..' } readdir $folder }

# From here on the container is made.
$box = "$containers/$name";
syswrite $gate, "\n";
my ($lines, $pid, $started, $ended, $undone, $by_node, $deadline) = ('', 0, '', undef, 0, 0, undef);
my @got;
sub now { my $now = pack 'qq', 0, 0; syscall $nr{clock_gettime}, 1, $now; my ($s, $ns) = unpack 'qq', $now; $s + $ns / 1e9 }
sub send_first { kill $_[0], $pid if $pid && started_at($pid) eq $started }
sub stop { my ($signal) = @_; $deadline = now() + $set{grace} / 1000; send_first($signal) }
# Node has the words for kills for lack of memory, and answers what it told; the end of the command is told with the rest.
my ($telling, $teller);
sub tell_kills {
	(text_of($set{memory}) // '') =~ /^oom_kill (\d+)/m && $1 > $killed[0] or return;
	pipe $telling, my $answers or return;
	$teller = fork;
	if (!defined $teller) { undef $telling; return }
	return if $teller;
	# F_SETFD
	fcntl $answers, 2, 0;
	open STDIN, '<', '/dev/null';
	$ENV{TSBOX_LEFT} = join ' ', 'killed', $name, @killed, fileno $answers;
	become_node();
}
sub heard_killed {
	my $answer = '';
	1 while sysread $telling, $answer, 64, length $answer;
	undef $telling;
	waitpid $teller, 0;
	@killed = ($1, $2) if $answer =~ /^(\d+) (\d+)$/m;
}
sub heard {
	my ($line) = @_;
	if ($line =~ /^\@pid (\d+) (\d+)/) { ($pid, $started) = ($1, $2) }
	elsif ($line eq '@ready') {
		rest_by_node('interrupted', $name, $got[0]) if @got;
		syswrite $gate, "\n";
		$open = 'handed in';
	}
	elsif ($line eq '@exec') {
		$open = 'runs';
		stop($got[0]) if @got;
		send_first('KILL') if @got > 1;
	}
	elsif ($line =~ /^\@ended (\d+)/) { $ended = $1; $deadline = undef }
	elsif ($line eq '@undone') { $undone = 1 }
}
while (1) {
	my $ready = '';
	vec($ready, $_, 1) = 1 for fileno $told, $signals;
	vec($ready, fileno $telling, 1) = 1 if defined $telling;
	my $left = defined $deadline ? $deadline - now() : undef;
	if (defined $left && $left <= 0) { send_first('KILL'); $deadline = undef; next }
	# The kernel says nothing of a kill in version 1.
	my $looks = $set{memory} ne '' && !defined $telling && ($open // '') eq 'runs' && !defined $ended;
	$left = 1 if $looks && (!defined $left || $left > 1);
	if (select($ready, undef, undef, $left) < 1) { tell_kills() if $looks; next }
	heard_killed() if defined $telling && vec $ready, fileno $telling, 1;
	if (vec $ready, $signals, 1) {
		my $info = "\0" x 128;
		syscall $nr{read}, $signals, $info, 128;
		push @got, 'SIG' . {1 => 'HUP', 2 => 'INT', 3 => 'QUIT', 15 => 'TERM'}->{unpack 'L', $info};
		if (!defined $open) { rest_by_node('interrupted', $name, $got[0]) }
		elsif ($open eq 'runs' && !defined $ended) { if (@got == 1) { stop($got[0]) } else { send_first('KILL') } }
	}
	if (vec $ready, fileno $told, 1) {
		my $got = sysread $told, $lines, 65536, length $lines;
		last if !$got;
		heard($1) while $lines =~ s/^([^\n]*)\n//;
	}
}
waitpid $chain, 0;
my $status = $?;
heard_killed() if defined $telling;
# Without what perl tidies up at its own exit.
syscall $nr{exit_group}, $ended + 0 if $undone;
if (($open // '') ne 'runs') {
	undef $chain;
	rest_by_node('interrupted', $name, $got[0]) if @got;
	disown();
	become_node();
}
undef $chain;
rest_by_node('ended', $name, $ended // ($status & 127 ? 128 + ($status & 127) : $status >> 8), @killed);
