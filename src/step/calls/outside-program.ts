/**
 * What the executor of calls does outside of the container for a compiled script: the name's claim, the host's steps, the start, the
 * checks at the gate, the record, and, when the command has ended, the way back. The sh script around it does the rest when it is
 * told to: `@do STEP` is a step that only commands can do, `@taken` a name that somebody has. It answers with a line on descriptor 4.
 *
 * The rows of a `check_` are those that gateFunctions of step/compile has functions of sh for, with the same messages.
 */
export const outsideProgram = String.raw`
# From here on: the process outside of the container, whose rows are those of a compiled script.
$0 = 'tsbox: a container';
%ENV = (LC_ALL => 'C', PATH => '/usr/sbin:/usr/bin:/sbin:/bin');
$live = 0;
# A background job of sh has these two ignored. A session of its own keeps the caller's terminal out of reach.
$SIG{$_} = 'DEFAULT' for qw(INT QUIT);
call('setsid');
my $stop;
$SIG{TERM} = sub { $stop = 1 };
close_fds(5);
my ($box, $child, $pid, $into, $out, $answers, $lines, $home, $ids, $ended) = ('', 0, 0, undef, undef, '', '', '', '', 0);
my (%told, %mounted, @targets, %field, @cgroups);
sub tell_sh { syswrite $status, "$_[0]\n" }
# The next line of a pipe; $_[1] keeps what came after it.
sub line_of {
	while ((my $end = index $_[1], "\n") < 0) {
		exit 143 if $stop;
		my $got = sysread $_[0], $_[1], 65536, length $_[1];
		# 4 is EINTR.
		next if !defined $got && $! == 4;
		return if !$got;
	}
	return substr $_[1], 0, 1 + index($_[1], "\n"), '';
}
sub ask { tell_all(); tell_sh($_[0]); defined line_of($gate, $answers) or exit 125 }
sub failed { tell_all(); tell_sh("\@begin $step") if $step ne ''; tell_sh(join "\t", '@failed ' . shift, @_); exit 125 }
sub other_host { failed(125, $_[0], 'the script was made for another host', 'make it anew here: tsbox compile') }
sub wrong { tell_sh("\@begin $step"); tell_sh("\@wrong $_[0]"); exit 125 }
sub words { join ' ', split ' ', $_[0] }
# Field 22 of proc_pid_stat(5): a number can be given to another process, a start time with it cannot.
sub started_at { my $stat = first_line("/proc/$_[0]/stat"); $stat =~ s/.*\) //; (split / /, $stat)[19] // '' }
# 01101 is O_WRONLY | O_CREAT | O_TRUNC, 02001 O_WRONLY | O_APPEND.
sub put_file {
	my ($path, $text, $how) = @_;
	my $f;
	sysopen($f, $path, $how // 01101, 0666) && (syswrite($f, $text) // -1) == length $text or fail("cannot write $path: $!");
}
sub same_file { my @a = stat $_[0] or return 0; my @b = stat $_[1] or return 0; $a[0] == $b[0] && $a[1] == $b[1] }
# A folder and all below it that is on its filesystem. What cannot be removed is left for rm(1).
sub remove_tree {
	my ($path, $device) = @_;
	my @found = lstat $path or return 1;
	return unlink $path if !-d _;
	return 0 if defined $device && $found[0] != $device;
	if (!rmdir $path) {
		opendir my $folder, $path or return 0;
		for (readdir $folder) { $_ eq '.' || $_ eq '..' || remove_tree("$path/$_", $found[0]) || return 0 }
		closedir $folder;
		rmdir $path or return 0;
	}
	return 1;
}
sub look {
	for (split /\n/, text_of("/proc/$pid/mountinfo", 1 << 24)) {
		my ($left, $right) = split / - /, $_, 2;
		my ($target, $own) = (split / /, $left)[4, 5];
		my ($type, undef, $super) = split / /, $right;
		push @targets, $target if !exists $mounted{$target};
		# The last row of a target is the mount on top.
		$mounted{$target} = [$type, ",$own,$super,"];
	}
	@cgroups = map { [split /:/, $_, 3] } split /\n/, text_of("/proc/$pid/cgroup", 65536);
	for (split /\n/, text_of("/proc/$pid/status", 65536)) { my ($name, $value) = split /:/, $_, 2; $field{$name} = words($value) }
}
sub check_field { my ($name, $wanted) = @_; my $value = $field{$name} // wrong("/proc/$pid/status has no $name"); $value eq $wanted or wrong("$name is $value and not $wanted") }
sub check_text { my ($file, $wanted, $text) = @_; my $value = words($text); $value eq $wanted or wrong("$file reads $value and not $wanted") }
$skips{$_} = 1 for qw(start unless_there);
%do = (
	%do,
	at => sub { $step = $_[0] },
	need_root => sub { $> == 0 or failed(125, 'only root can start a container', 'mounts, cgroups and most namespaces need it', 'run it with sudo') },
	need_programs => sub { for (@_) { -x or other_host("this host has no $_") } },
	need_hierarchies => sub { for (@_) { -e "$_/cgroup.procs" or other_host("no cgroups are mounted on $_") } },
	# A descriptor that the caller left open would be a way out of the container (CVE-2024-21626).
	close_others => sub {
		for (0 .. 2) { -d "/proc/self/fd/$_" and failed(2, "descriptor $_ is a folder", 'the container could reach the host through it', 'redirect it from a file or a pipe') }
		opendir my $folder, '/proc/self/fd' or fail("/proc/self/fd: $!");
		my @open = grep { /^\d+$/ && $_ > 4 } readdir $folder;
		closedir $folder;
		close_fds(@open);
	},
	# A whole folder is renamed to the name, which the kernel lets one of several do. Its owner is the shell around this.
	claim => sub {
		my ($parent, $name, $record, @journal) = @_;
		my $owner = getppid;
		my $new = "$parent/.new-$owner-$name";
		umask 077;
		make_folders($parent) && mkdir $new or fail("$new: $!");
		my $boot = first_line('/proc/sys/kernel/random/boot_id');
		my $started = started_at($owner);
		put_file("$new/record.json", qq($record,"owner":{"pid":$owner,"startTime":"$started"},"bootId":"$boot","created":0,"process":null}\n));
		put_file("$new/journal", join '', map { "$_\n" } @journal);
		umask 022;
		$box = "$parent/$name";
		rename $new, $box or ask('@taken');
		tell_sh('@claimed');
	},
	file => sub { put_file("$box/$_[0]", $_[1]) },
	open_file => sub { put_file("$box/$_[0]", pack 'H*', $_[1]); chmod 0644, "$box/$_[0]" },
	# Only the sh around this can do it, with commands.
	commands => sub { ask("\@do $_[0]") },
	unless_there => sub { -e $_[0] ? $_[1] : 0 },
	# mkdir -p -m MODE, then chown of the first
	folders => sub {
		my ($mode, $owner, @paths) = @_;
		for (@paths) {
			next if -d $_;
			m{^(.+)/[^/]+$} and (make_folders($1) or fail("mkdir: cannot create directory '$1': $!"));
			(mkdir $_ and chmod oct $mode, $_) or -d $_ or fail("mkdir: cannot create directory '$_': $!");
		}
		return if $owner eq '';
		my ($u, $g) = split /:/, $owner;
		chown $u, $g, $paths[0] or fail("chown: $paths[0]: $!");
	},
	inherit => sub {
		my ($from, $to) = @_;
		return if first_line($to) ne '';
		put($to, first_line($from)) or fail("cannot write to $to: $!");
	},
	# Of the layers, topmost first, the first that has the name must have a plain folder there.
	plain_folder => sub {
		my ($name, @layers) = @_;
		for (@layers) {
			lstat "$_/$name" or next;
			return if -d _;
			# A whiteout hides the layers below.
			last if -c _ && (lstat _)[6] == 0 && $_ ne $layers[0];
			failed(125, "/$name of the root filesystem is not a folder", "the kernel's files are mounted on /$name, and what is there would send them somewhere else", "make /$name a plain folder in the root filesystem");
		}
		mkdir "$layers[0]/$name", 0755 or fail("mkdir: $layers[0]/$name: $!");
	},
	# A mount point below a root; a symlink on the way would lead to the host.
	point_in => sub {
		my ($kind, $root, $path) = @_;
		my ($point, @names) = ($root, grep { $_ ne '' } split m{/}, $path);
		while (defined(my $name = shift @names)) {
			$point .= "/$name";
			fail("$point is a symlink") if -l $point;
			if (!@names && $kind eq 'file') { -e $point or put_file($point, '') }
			else { -d $point or mkdir $point, 0755 or fail("mkdir: cannot create directory '$point': $!") }
		}
	},
	# The first process carries out the next rows and the process outside those after them. With flags it is made in these
	# namespaces: unshare(2) and fork(2) as one clone3(2), which can also make it in its cgroup of version 2, without a wait.
	start => sub {
		my ($count, $flags, $cgroup) = @_;
		pipe $out, my $tells or fail("pipe: $!");
		pipe my $reads, $into or fail("pipe: $!");
		my ($made, $joined) = (-1, '');
		if ($flags || $cgroup ne '') {
			my $folder;
			# 0x200000000 is CLONE_INTO_CGROUP, 17 is SIGCHLD: struct clone_args.
			my $in = $cgroup ne '' && sysopen($folder, $cgroup, 0) ? fileno $folder : undef;
			my $args = pack 'Q11', $flags + (defined $in ? 0x200000000 : 0), 0, 0, 0, 17, 0, 0, 0, 0, 0, $in // 0;
			$made = call('clone3', $args, 88);
			$joined = $made == 0 && defined $in;
		}
		if ($made == -1) {
			must(call('unshare', $flags + 0), 'unshare failed') if $flags;
			$made = fork // fail("fork: $!");
		}
		if (!$made) {
			# PR_SET_PDEATHSIG, SIGKILL
			call('prctl', 1, 9, 0, 0, 0);
			$SIG{TERM} = 'DEFAULT';
			$told = '';
			close $out;
			close $into;
			dup_to(fileno $tells, 3);
			dup_to(fileno $reads, 4);
			# The rows of the process outside.
			$#rows = $count - 1;
			@rows = grep { $_ ne "write\t$cgroup/cgroup.procs\t0\n" } @rows if $joined;
			close $tells;
			close $reads;
			return 0;
		}
		$child = $made;
		$SIG{PIPE} = 'IGNORE';
		close $tells;
		close $reads;
		put_file("$box/journal", qq({"process":{"pid":$$,"startTime":") . started_at($$) . qq("}}\n), 02001);
		return $count;
	},
	# What the first process tells, until it is at the gate. Before one of the held steps the sh around this does others.
	follow => sub {
		my ($question, @held) = @_;
		syswrite $into, $question if !@held;
		while (defined(my $line = line_of($out, $lines))) {
			chomp $line;
			if ($line eq '@ready') { return }
			elsif ($line =~ /^\@pid (\d+)/) {
				$pid = $1;
				my $started = started_at($pid);
				put_file("$box/journal", qq({"process":{"pid":$pid,"startTime":"$started"}}\n), 02001);
				tell_sh("\@pid $pid $started");
			}
			elsif ($line =~ /^\@value (\S+) (.*)/) { $told{$1} = $2 }
			elsif ($line =~ /^\@ids (\S+ \S+ \S+) (.*)/) { ($ids, $home) = ($1, $2) }
			elsif ($line =~ /^\@begin (.*)/ && grep { $_ eq $1 } @held) {
				@held = grep { $_ ne $1 } @held;
				say_line($line);
				ask("\@held $1");
				syswrite $into, @held ? "\n" : "\n$question";
			}
			else { say_line($line) }
		}
		fail();
	},
	look => \&look,
	check_device_inside => sub {
		my $holder = first_line($_[0]) =~ /^(\d+) / ? $1 : 0;
		(text_of("/proc/$holder/net/dev", 65536) // '') =~ /^ *\Q$_[1]\E:/m or wrong("the network namespace of this user has no $_[1]");
	},
	check_process_of => sub { first_line($_[0]) =~ /^(\d+) (\d+)$/ && started_at($1) eq $2 or wrong("the process of $_[0] has ended") },
	check_folder => sub { -d $_[0] or wrong("there is no folder $_[0]") },
	check_value => sub { check_text(@_, text_of($_[0], 65536) // '') },
	check_mount => sub {
		my ($target, $type, @options) = @_;
		my $row = $mounted{$target} // wrong("nothing is mounted on $target");
		$type eq '' || $type eq $row->[0] or wrong("$target is a $row->[0] and not a $type");
		for (@options) { index($row->[1], ",$_,") >= 0 or wrong("$target is mounted without $_") }
	},
	check_mount_root => sub {
		my ($target, $end) = @_;
		my $shown = 'nothing';
		for (split /\n/, text_of("/proc/$pid/mountinfo", 1 << 24)) {
			my (undef, undef, undef, $root, $on) = split / /;
			$shown = $root if $on eq $target;
		}
		$shown =~ /\Q$end\E$/ or wrong("$target shows $shown and not $end");
	},
	check_only_mounts => sub {
		my %planned = map { $_ => 1 } @_;
		my @others = grep { !$planned{$_} } @targets;
		!@others or wrong("@others is mounted, and no step did that");
	},
	check_root => sub { same_file("/proc/$pid/root/.", $_[0]) or wrong("its root is not $_[0]") },
	check_address => sub { (text_of("/proc/$pid/net/fib_trie", 65536) // '') =~ /\|-- \Q$_[0]\E\n/ or wrong("it does not have the address $_[0]") },
	check_address6 => sub { (text_of("/proc/$pid/net/if_inet6", 65536) // '') =~ /^$_[0] /m or wrong("it does not have the address $_[1]") },
	check_interface => sub { (text_of("/proc/$pid/net/dev", 65536) // '') =~ /^ *\Q$_[0]\E:/m or wrong("it has no $_[0]") },
	check_namespaces => sub {
		for (@_) { my $its = readlink "/proc/$pid/ns/$_"; defined $its && $its ne (readlink "/proc/self/ns/$_") or wrong("its $_ namespace is the host's") }
	},
	check_joined => sub { (readlink "/proc/$pid/ns/$_[0]" // '') eq $_[1] or wrong("its $_[0] namespace is not the one that it was to join") },
	check_cgroup => sub {
		my ($controller, $path, $folder) = @_;
		grep { index(",$_->[1],", ",$controller,") >= 0 && $_->[2] eq $path } @cgroups or wrong("it is not in the cgroup $folder");
	},
	check_map => sub {
		my ($file, @wanted) = @_;
		my @rows = map { words($_) } split /\n/, text_of("/proc/$pid/$file", 65536) // '';
		for (@rows) { my $row = shift(@wanted) // 'nothing'; $_ eq $row or wrong("its $file has $_ and not $row") }
		!@wanted or wrong("its $file lacks @wanted");
	},
	check_status => \&check_field,
	# The user that was looked up in the container's own files; the order of the groups is the kernel's affair.
	check_ids => sub {
		my ($first_uid, $first_gid) = map { $_ || 0 } @_[0, 1];
		my ($u, $g, $all) = split / /, $ids;
		my ($uid_there, $gid_there) = ($u + $first_uid, $g + $first_gid);
		check_field('Uid', "$uid_there $uid_there $uid_there $uid_there");
		check_field('Gid', "$gid_there $gid_there $gid_there $gid_there");
		my %has = map { $_ => 1 } split / /, $field{Groups} // '';
		for (split /,/, $all) { delete $has{$_ + $first_gid} || wrong("it is not in the group $_") }
		for (keys %has) { wrong("it is in the group $_") }
	},
	check_rlimit => sub {
		my ($row, @wanted) = @_;
		my ($found) = (text_of("/proc/$pid/limits", 65536) // '') =~ /^\Q$row\E  +(\S+ +\S+)/m or wrong("/proc/$pid/limits has no \"$row\"");
		$found = words($found);
		$found eq "@wanted" or wrong("the limit \"$row\" is $found and not @wanted");
	},
	# One filter more than this process has; Linux before 5.9 does not count them.
	check_seccomp => sub {
		check_field('Seccomp', '2');
		my ($mine) = (text_of('/proc/self/status', 65536) // '') =~ /^Seccomp_filters:\s*(\d+)/m;
		!defined $mine || ($field{Seccomp_filters} // 0) > $mine or wrong('it has no seccomp filter of its own');
	},
	check_label => sub {
		my $label = first_line("/proc/$pid/attr/current") =~ s/\0//gr;
		$label eq $_[0] || index($label, "$_[0] (") == 0 or wrong("its security label is $label and not $_[0]");
	},
	check_personality => sub { my $found = first_line("/proc/$pid/personality"); (hex $found) & $_[0] or wrong("its personality is $found") },
	# Its clocks began when it did, or at most a minute before.
	check_clocks => sub {
		my %offset = (text_of("/proc/$pid/timens_offsets", 4096) // '') =~ /^(\w+)\s+(-?\d+)/gm;
		my ($monotonic, $boottime) = map { $_ // 0 } @offset{qw(monotonic boottime)};
		my $since = int(started_at($pid) / 100) + $boottime;
		$since >= 0 && $since < 60 && $monotonic < 0 or wrong("its clocks differ from those of the host by $monotonic s and $boottime s");
	},
	check_score => sub { my $score = first_line("/proc/$pid/oom_score_adj"); $score eq $_[0] or wrong("its oom_score_adj is $score and not $_[0]") },
	# What the container side read back after it had written.
	check_told => sub { check_text(@_, $told{$_[0]} // '') },
	# Opens the gate with the last words, in which the home folder that was looked up may have to be put, and adds the first
	# process to the record.
	open_gate => sub {
		my ($fixed, $kinds, @words) = @_;
		my ($u, $g, $groups) = split / /, $fixed eq '' ? $ids : $fixed;
		my $name = "'" . $home =~ s/'/'\\''/gr . "'";
		my $spaces = join ',', map { my ($kind, $file) = split /:/; my $link = readlink "/proc/$pid/ns/$file"; qq("$kind":"$link") } split / /, $kinds;
		my $started = started_at($pid);
		$told = '';
		ask('@ready');
		syswrite $into, join $name, @words;
		my $now = time . '000';
		put_file("$box/record.json", qq({"created":$now,"process":{"pid":$pid,"startTime":"$started","started":$now,"namespaceIds":{$spaces},"ids":{"uid":$u,"gid":$g,"groups":[$groups]}}}\n), 02001);
		while (defined(my $line = line_of($out, $lines))) {
			chomp $line;
			if ($line =~ /^\@(exec|directory|notfound|notexecutable|unrunnable)/) { tell_all(); tell_sh($line); return }
			say_line($line);
		}
		fail();
	},
	# The end of the command, and whether the kernel killed it for its memory.
	wait => sub {
		my ($memory) = @_;
		open my $null, '+<', '/dev/null' or fail("/dev/null: $!");
		dup_to(fileno $null, $_) for 0 .. 2;
		1 while waitpid($child, 0) == -1 && $! == 4;
		$ended = $? & 127 ? 128 + ($? & 127) : $? >> 8;
		tell_sh('@oom') if $ended == 137 && $memory ne '' && (text_of($memory, 4096) // '') =~ /^oom_kill [1-9]/m;
	},
	# From here on each row may fail: what it leaves is taken back by the sh around this.
	undo_processes => sub {
		my ($kind, $folder) = @_;
		exit $ended if !chdir $folder;
		kill_all($pid, $kind) if first_line('cgroup.procs') ne '';
		chdir '/';
	},
	# A dying process keeps its cgroup busy for a moment.
	undo_cgroups => sub {
		my ($many, @paths) = @_;
		for (1 .. 500) {
			rmdir for @paths;
			return if !grep { -d } @paths[0 .. $many - 1];
			select undef, undef, undef, $_ < 20 ? 0.0002 : 0.01;
		}
		exit $ended;
	},
	undo_trees => sub { for (@_) { remove_tree($_) or exit $ended } },
	undone => sub { remove_tree($box) or exit $ended; tell_sh('@undone') },
	# Without what perl tidies up at its own exit.
	end => sub { call('exit_group', $ended + 0) },
);
`;
