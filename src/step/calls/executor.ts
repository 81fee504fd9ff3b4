import {systemCalls} from './constants.ts';
import {frontProgram} from './front-program.ts';
import {neededProgram} from './needed-program.ts';
import {outsideProgram} from './outside-program.ts';
import {serve} from './serve.ts';

/**
 * The executor of calls: a perl program that makes the calls of a file, row by row, and then becomes the shell at the gate. It
 * loads no module, and after the change of root it opens no file but those that a row names.
 *
 * Its descriptors are those of launch.sh and init.sh: the command's streams wait on 5, 6 and 7, 3 is the status pipe, 4 the gate, 8
 * the filter. It gets the pipe of a guard as 5 and keeps it as 9, outside of the container. 10 is the socket that gets a terminal. `$nr` is filled by {@link callProgram}.
 */
const program = String.raw`# Perl would close descriptors above this one at an exec.
$^F = 15;
umask 022;
my ($step, $told, $live) = ('', '', 1);
# Calls that return how many of the next rows are for another process, or for nobody.
my %skips = (hold => 1);
my ($status, @rows, $gate, @guard, @kept, $program, $uid, $gid, @groups);
sub tell_all { syswrite $status, $told if $told ne ''; $told = '' }
sub say_line { $told .= "$_[0]\n"; tell_all() if $live }
sub fail { say_line($_[0]) if @_; say_line("\@fail $step 1") if $step ne ''; tell_all(); exit 125 }
sub fields_of { my @words = split /\t/, $_[0], -1; s/%(25|09|0A)/chr hex $1/ge for @words; @words }
sub must { fail("$_[1]: $!") if !defined $_[0] || $_[0] eq '' || $_[0] == -1 }
sub call { my $number = $nr{shift()}; syscall $number, @_ }
# dup2(2) where there is one: filters that are older than dup3(2) let it through.
sub dup_to { must($nr{dup2} ? call('dup2', $_[0], $_[1]) : call('dup3', $_[0], $_[1], 0), "descriptor $_[1]") }
sub close_fds { call('close', $_ + 0) for @_ }
sub pointer { $_[0] eq '' ? 0 : $_[0] }
# AT_FDCWD, O_CLOEXEC. Perl's own open asks four things about each file.
sub open_fd { call('openat', -100, $_[0], $_[1] | 02000000, $_[2] // 0) }
sub put {
	my ($path, $text) = @_;
	my $fd = open_fd($path, 1);
	return 0 if $fd == -1;
	my $wrote = call('write', $fd, "$text", length $text);
	call('close', $fd);
	$wrote != -1;
}
sub text_of { my ($path, $most) = @_; open my $f, '<', $path or return; my $text = ''; 1 while length $text < $most && sysread $f, $text, $most - length $text, length $text; $text }
sub first_line { my $text = text_of($_[0], 65536) // ''; $text =~ /^([^\n]*)/; $1 }
sub uptime { my $now = pack 'qq', 0, 0; call('clock_gettime', 7, $now); (unpack 'qq', $now)[0] }
# The folders that are missing, as mkdir(1) makes them with -p.
sub make_folders {
	my ($path) = @_;
	return 1 if mkdir $path, 0755 or $! == 17 && -d $path;
	return 0 if $! != 2;
	make_folders($1) or return 0 if $path =~ m{^(.+)/[^/]+/*$};
	mkdir $path, 0755 or -d $path;
}
# 4294967295 is (uid_t) -1, for which setresuid(2) would leave root as it is.
sub is_number { defined $_[0] && $_[0] =~ /^[0-9]{1,10}$/ && $_[0] <= 4294967294 }
# The image controls these files, so only plain files are read, and at most 1 MiB of each.
sub lines_of { -f $_[0] ? split /\n/, text_of($_[0], 1048576) // '' : () }
sub find_group {
	my ($name, @lines) = @_;
	return $name + 0 if is_number($name);
	for (@lines) { my ($n, undef, $g) = split /:/, $_, -1; return $g + 0 if $n eq $name && is_number($g) }
	fail("there is no group $name in the container's /etc/group");
}
# The last failure among the children.
my $failed = 0;
sub reap_all { my $pid; while (($pid = waitpid -1, $_[0]) > 0) { $failed = $? if $? } $pid }
sub own_children { split ' ', first_line("/proc/$$/task/$$/children") }
# The rest of a terminated starter's container: its cgroup, which is the working directory, and the first process; or all children of
# this process and its group.
sub kill_all {
	my ($kind, @pids) = @_;
	my $members = sub { open my $f, '<', 'cgroup.procs' or return; map { split } <$f> };
	put('cgroup.kill', 1) if $kind eq 'cgroup.kill';
	if ($kind eq 'freezer' || $kind eq 'procs') {
		for (1 .. 9) {
			$members->() or last;
			put('freezer.state', 'FROZEN') if $kind eq 'freezer';
			kill 'KILL', $members->();
			put('freezer.state', 'THAWED') if $kind eq 'freezer';
		}
	}
	return kill 'KILL', @pids if $kind ne 'group';
	# Twice: one that was killed may just have made another.
	kill 'KILL', own_children() for 1, 2;
	kill 'KILL', -getpgrp;
}
# Waits for the children, and kills the container when the guard's pipe closes or the time that it was given there is over.
sub watch {
	my ($pid, $kind, $folder, $keeps) = @_;
	chdir $folder if $folder ne '';
	# A descriptor for the end of a child, to wait for it and the pipe at once: signalfd(2). 17 is SIGCHLD.
	my $set = pack 'Q', 1 << 16;
	call('rt_sigprocmask', 0, $set, 0, 8);
	my $signals = call('signalfd4', -1, $set, 8, 02000000);
	open my $child, '<&=', $signals or return;
	open my $pipe, '<&=', 9 or return;
	my $until;
	my $open = 1;
	while (reap_all(1) == 0) {
		my $ready = '';
		vec($ready, $signals, 1) = 1;
		vec($ready, 9, 1) = 1 if $open;
		my $left = $open || !defined $until ? undef : $until - uptime();
		return kill_all($kind, $pid) if defined $left && $left <= 0;
		my $found = select $ready, undef, undef, $left;
		next if $found < 1;
		sysread $child, my $one, 128 if vec $ready, $signals, 1;
		next if !$open || !vec $ready, 9, 1;
		if (sysread $pipe, my $text, 256) { $until = uptime() + $1 if $text =~ /limit (\d+)/; next }
		$open = 0;
		next if $keeps eq 'keeps';
		return kill_all($kind, $pid);
	}
}
# The process outside of a container: it ends as the first process ends, and the kernel ends the first process with it.
sub stay {
	my ($pid) = @_;
	$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM);
	chdir '/';
	close_fds(0 .. 8, 10);
	watch($pid, @guard) if @guard;
	reap_all(0);
	my $signal = $failed & 127;
	# Without what perl tidies up at its own exit.
	call('exit_group', $failed >> 8) if !$signal;
	$SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM);
	kill $signal, $$;
	exit 128 + $signal;
}
# Makes the first process.
my $fork_first = sub { my $pid = fork // fail("fork: $!"); stay($pid) if $pid };
# A user namespace with a map that a child writes, which is outside of it. newuidmap(1) writes that of an ordinary user.
sub unshare_user {
	my ($kind, %maps) = ($_[0], uid => $_[1], gid => $_[2]);
	if ($kind eq 'single') {
		must(call('unshare', 0x10000000), 'unshare');
		put('/proc/self/setgroups', 'deny');
		for (qw(gid uid)) { put("/proc/self/$_" . '_map', $maps{$_}) or fail("$_" . "_map: $!") }
		return;
	}
	pipe my $go, my $made or fail("pipe: $!");
	my $parent = $$;
	my $helper = fork // fail("fork: $!");
	if (!$helper) {
		close $made;
		sysread $go, my $byte, 1 or exit 1;
		for (qw(uid gid)) {
			if ($kind eq 'range') { put("/proc/$parent/$_" . '_map', $maps{$_}) or fail("$_" . "_map: $!"); next }
			system({"new$_" . 'map'} "new$_" . 'map', $parent, split ' ', $maps{$_}) == 0 or exit 125;
		}
		exit 0;
	}
	close $go;
	must(call('unshare', 0x10000000), 'unshare');
	syswrite $made, 'x';
	waitpid $helper, 0;
	fail() if $?;
	become_root() if $kind eq 'range';
}
# Root of the user namespace that this process is in.
sub become_root {
	must(call('setgroups', 0, 0), 'setgroups');
	must(call('setresgid', 0, 0, 0), 'setresgid');
	must(call('setresuid', 0, 0, 0), 'setresuid');
	# PR_SET_DUMPABLE, which the change of the user took away: /proc/self would belong to nobody here. An exec sets it too.
	must(call('prctl', 4, 1, 0, 0, 0), 'prctl');
}
# A namespace with the map of an idmapped mount, as a process that waits in it.
sub mount_idmapped {
	my ($source, $target, $map, $below, $all) = @_;
	my %maps = (u => '', g => '');
	for (split / /, $map) { my ($kind, @row) = split /:/; $maps{$kind} .= "@row\n" }
	pipe my $wait, my $held or fail("pipe: $!");
	pipe my $told, my $tells or fail("pipe: $!");
	my $helper = fork // fail("fork: $!");
	if (!$helper) {
		close $held;
		# Its number in /proc, which may be that of another pid namespace.
		syswrite $tells, call('unshare', 0x10000000) == -1 ? "$!" : 'x' . (split / /, first_line('/proc/self/stat'))[0];
		sysread $wait, my $byte, 1;
		exit 0;
	}
	sysread $told, my $answer, 256;
	my ($number) = $answer =~ /^x(\d+)$/ or fail("mount: $target: $answer");
	for (qw(u g)) { put("/proc/$number/$_" . 'id_map', $maps{$_}) or fail("mount: $target: $_" . "id_map: $!") }
	open my $users, '<', "/proc/$number/ns/user" or fail("mount: $target: $!");
	# OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, AT_RECURSIVE; AT_EMPTY_PATH; MOUNT_ATTR_IDMAP in a struct mount_attr; MOVE_MOUNT_F_EMPTY_PATH.
	my $tree = call('open_tree', -100, $source, 02000001 | ($below ? 0x8000 : 0));
	must($tree, "mount: $target: open_tree");
	my $idmap = pack 'QQQQ', 0x100000, 0, 0, fileno $users;
	my $here = '';
	must(call('mount_setattr', $tree, $here, 0x1000 | ($all ? 0x8000 : 0), $idmap, 32), "mount: $target: mount_setattr");
	must(call('move_mount', $tree, $here, -100, $target, 4), "mount: $target: move_mount");
	close_fds($tree);
	close $held;
	waitpid $helper, 0;
}
# By this name a program that says which devices open is known again.
my $device_program = 'tsbox_devices';
my %limits = (CPU => 0, FSIZE => 1, DATA => 2, STACK => 3, CORE => 4, RSS => 5, NPROC => 6, NOFILE => 7, MEMLOCK => 8, AS => 9, LOCKS => 10, SIGPENDING => 11, MSGQUEUE => 12, NICE => 13, RTPRIO => 14, RTTIME => 15);
my %do;
%do = (
	guard => sub { @guard = @_; dup_to(5, 9) },
	quiet => sub { $live = 0 },
	streams => sub {
		dup_to($_, $_ + 5) for 0 .. 2;
		open my $null, '+<', '/dev/null' or fail("/dev/null: $!");
		dup_to(fileno $null, 0);
		dup_to(3, $_) for 1, 2;
		chdir '/';
	},
	# As nsenter(1) does: the user namespace comes first, and its root goes on. The working directory stays.
	enter_namespaces => sub {
		my ($pid, $root, $ids, @files) = @_;
		opendir my $here, '.' or fail("cannot open the working directory: $!");
		my $top;
		opendir $top, "/proc/$pid/root" or fail("/proc/$pid/root: $!") if $root eq 'chroot';
		my @opened = map { open my $f, '<', "/proc/$pid/ns/$_" or fail("/proc/$pid/ns/$_: $!"); $f } @files;
		for (0 .. $#files) { must(call('setns', fileno $opened[$_], 0), "setns: $files[$_]"); close $opened[$_] }
		if (defined $top) { chdir $top && chroot '.' or fail("chroot: $!"); closedir $top }
		chdir $here or fail("cd: $!");
		closedir $here;
		return if $ids ne 'root';
		must(call('setgroups', 0, 0), 'setgroups');
		must(call('setresgid', 0, 0, 0), 'setresgid');
		must(call('setresuid', 0, 0, 0), 'setresuid');
	},
	join_namespace => sub {
		open my $f, '<', $_[0] or fail("$_[0]: $!");
		must(call('setns', fileno $f, $_[1] + 0), "setns: $_[0]");
	},
	same_process => sub {
		my ($words, $pid, $start) = @_;
		my $stat = text_of("/proc/$pid/stat", 4096) // '';
		$stat =~ s/.*\) //s;
		((split / /, $stat)[19] // '') eq $start or fail($words);
	},
	# The perl of the sealed toolbox makes the calls of the rows that follow. It gets them and its program through a pipe, since
	# everybody inside can read its command line.
	seal => sub {
		pipe my $from, my $to or fail("pipe: $!");
		my $text = join "\0", $ARGV[1], splice @rows;
		fail('the rows of calls do not fit into a pipe') if length $text > 65536;
		syswrite $to, $text;
		my $fd = fileno $from;
		close $to;
		exec({$_[0]} @_, '-e', "open F,'<&=$fd';{local\$/;\@rows=split/\\0/,<F>}close F;eval shift\@rows;die\$\@")
			or fail("$_[0]: $!");
	},
	begin => sub { $step = $_[0]; say_line("\@begin $step") },
	hold => sub {
		tell_all();
		my ($line, $byte) = ('', '');
		$line .= $byte while sysread($gate, $byte, 1) && $byte ne "\n";
		return $line eq 'skip' ? $_[0] : 0;
	},
	tell_pid => sub { say_line('@pid ' . (split / /, first_line('/proc/self/stat'))[0]) },
	tell_gathering => sub { say_line("\@value $_[0] $$") },
	read_back => sub { say_line("\@value $_[0] " . first_line($_[0])) },
	tell_idmapped => sub {
		my ($path, $found) = ($_[0], 'plain');
		(my $word = $path) =~ s/([ \t\n\\])/sprintf '\\%03o', ord $1/ge;
		for (split /\n/, text_of('/proc/self/mountinfo', 1 << 24)) {
			my @fields = split / /;
			$found = ",$fields[5]," =~ /,idmapped,/ ? 'idmapped' : $found if $fields[4] eq $word;
		}
		say_line("\@value $path $found");
	},
	write => sub { put(@_) or fail("cannot write $_[1] to $_[0]: $!") },
	create => sub { my $fd = open_fd($_[0], 01101, 0666); must($fd, "cannot create $_[0]"); call('close', $fd) },
	mkdirs => sub { make_folders($_[0]) or fail("mkdir: cannot create directory '$_[0]': $!") },
	make_point => sub {
		my ($kind, $path) = @_;
		fail("$path is a symlink") if -l $path;
		return make_folders($path) || fail("mkdir: cannot create directory '$path': $!") if $kind eq 'folder';
		fail("$path is a folder, and its source is a file") if -d $path;
		return if -e $path;
		my ($above) = $path =~ m{^(.*)/};
		make_folders("$above/") or fail("mkdir: cannot create directory '$above': $!");
		$do{create}->($path);
	},
	# A writable layer that stays has it from the last start. cp(1) makes it anew too.
	copy_link => sub {
		my $to = readlink $_[0] // fail("cp: $_[0]: $!");
		unlink $_[1] if -l $_[1];
		symlink $to, $_[1] or fail("cp: $_[1]: $!");
	},
	chown => sub { chown $_[1] + 0, $_[2] + 0, $_[0] or fail("chown: $_[0]: $!") },
	# chmod go+rX
	open_to_all => sub {
		my @found = stat $_[0] or fail("chmod: $_[0]: $!");
		chmod $found[2] & 07777 | 044 | ($found[2] & 0111 || -d _ ? 011 : 0), $_[0] or fail("chmod: $_[0]: $!");
	},
	chdir => sub { chdir $_[0] or fail("cd: $_[0]: $!") },
	chroot => sub { chroot $_[0] or fail("chroot: $_[0]: $!") },
	rmdir => sub { rmdir $_[0] or fail("rmdir: $_[0]: $!") },
	mount => sub {
		my ($source, $target, $type, $flags, $data) = @_;
		call('mount', pointer($source), $target, pointer($type), $flags + 0, pointer($data)) == 0
			or fail("mount: $target: mount(2) system call failed: $!.");
	},
	# The flags that a mount has stay, as mount(8) reads them back before: statfs(2) has those that the kernel may have locked.
	remount => sub {
		my ($target, $flags) = @_;
		my $found = "\0" x 120;
		must(call('statfs', $target, $found), "mount: $target");
		my $has = unpack 'x80 Q', $found;
		$flags |= $has & 0xc0e | ($has & 0x1000 ? 0x200000 : 0);
		call('mount', 0, $target, 0, $flags + 0, 0) == 0 or fail("mount: $target: mount(2) system call failed: $!.");
	},
	mount_idmapped => \&mount_idmapped,
	umount2 => sub { call('umount2', $_[0], $_[1] + 0) == 0 or fail("umount: $_[0]: umount failed: $!.") },
	pivot_root => sub { call('pivot_root', $_[0], $_[1]) == 0 or fail("pivot_root: failed to change root from $_[0] to $_[1]: $!") },
	bind_terminal => sub {
		my $tty = (split / /, first_line('/proc/self/stat'))[6];
		$do{mount}->('/dev/pts/' . ($tty & 255 | $tty >> 12 & 1048320), $_[0], '', 0x1000, '');
	},
	# The user namespace of the process that a file names, by its number and the time of its start.
	enter_user => sub {
		my ($holder, $started) = split / /, first_line($_[0]);
		my $stat = first_line("/proc/$holder/stat");
		$stat =~ s/.*\) //;
		(split / /, $stat)[19] eq $started && open my $user, '<', "/proc/$holder/ns/user" or fail('the network namespace of this user has ended');
		must(call('setns', fileno $user, 0), 'setns');
		close $user;
	},
	unshare => sub { must(call('unshare', $_[0] + 0), 'unshare failed') },
	unshare_user => \&unshare_user,
	become_root => \&become_root,
	# Whole seconds, as unshare(1) sets them: time_namespaces(7). 1 and 7 are CLOCK_MONOTONIC and CLOCK_BOOTTIME.
	reset_clocks => sub {
		my $offsets = '';
		for ([1, 'monotonic'], [7, 'boottime']) {
			my $now = pack 'qq', 0, 0;
			call('clock_gettime', $_->[0] + 0, $now);
			$offsets .= "$_->[1] -" . (unpack 'qq', $now)[0] . " 0\n";
		}
		put('/proc/self/timens_offsets', $offsets) or fail("timens_offsets: $!");
	},
	fork => sub {
		tell_all() if $live;
		$fork_first->();
		# PR_SET_PDEATHSIG, SIGKILL
		call('prctl', 1, 9, 0, 0, 0);
		close_fds(9) if @guard;
	},
	# A child of the process that waits outside, with no more powers than what it is about to become: CLONE_PARENT and SIGCHLD.
	be_born => sub {
		tell_all();
		my $pid = call('clone', 0x8000 | 17, 0, 0, 0, 0);
		must($pid, 'clone');
		call('exit_group', 0) if $pid;
		call('prctl', 1, 9, 0, 0, 0);
	},
	umask => sub { umask oct $_[0] },
	# capset(2), as clear_inheritable, of what exec(2) would give to nobody
	clear_others => sub {
		my @kept = (hex substr($_[0], -8), hex substr $_[0], 0, -8);
		my $header = pack 'LL', 0x20080522, 0;
		my $data = "\0" x 24;
		must(call('capget', $header, $data), 'capget');
		my @sets = unpack 'L6', $data;
		for (0, 1) { $sets[$_ * 3] &= $kept[$_]; $sets[$_ * 3 + 1] &= $kept[$_]; $sets[$_ * 3 + 2] = 0 }
		$data = pack 'L6', @sets;
		must(call('capset', $header, $data), 'capset');
	},
	setsid => sub { must(call('setsid'), 'setsid') },
	# TIOCNOTTY, whose SIGHUP must not end this process
	release_terminal => sub { open my $tty, '+<&', 5 or return; local $SIG{HUP} = 'IGNORE'; ioctl $tty, 0x5422, 0 },
	ioctl => sub { open my $tty, '+<&', $_[0] or fail("terminal: $!"); ioctl $tty, 0x540e, $_[2] + 0 or fail("TIOCSCTTY: $!") },
	setdomainname => sub { must(call('setdomainname', $_[0], length $_[0]), 'setdomainname') },
	sethostname => sub { must(call('sethostname', $_[0], length $_[0]), 'sethostname') },
	prlimit64 => sub {
		my ($name, $soft, $hard) = @_;
		my $number = $limits{substr $name, 7};
		if ($soft eq '') { my $old = pack 'QQ', 0, 0; must(call('prlimit64', 0, $number, 0, $old), "prlimit: $name"); ($soft) = unpack 'QQ', $old }
		my $limit = pack 'QQ', map { $_ == -1 ? ~0 : $_ } $soft, $hard;
		must(call('prlimit64', 0, $number, $limit, 0), "prlimit: $name");
	},
	open => sub {
		open my $f, '<', $_[0] or fail("cannot open $_[0]: $!");
		if (fileno $f == $_[1]) { push @kept, $f } else { dup_to(fileno $f, $_[1] + 0) }
	},
	use_numbers => sub { for (1 .. $_[0]) { my $pid = fork // fail("fork: $!"); exit 0 if !$pid; waitpid $pid, 0 } },
	personality => sub { must(call('personality', call('personality', 0xffffffff) | $_[0]), 'personality') },
	lookup_user => sub {
		my ($wanted, @more) = @_;
		my ($user, $group) = split /:/, $wanted, 2;
		my ($home, $name) = ('/', '');
		($uid, $gid) = (undef, 0);
		for (lines_of('/etc/passwd')) {
			my ($n, undef, $u, $g, undef, $h) = split /:/, $_, -1;
			next if $n ne $user && !(is_number($user) && defined $u && $u eq $user);
			($uid, $gid, $home, $name) = ($u, $g, $h // '/', $n);
			last;
		}
		$uid = $user if $name eq '' && is_number($user);
		fail("there is no user $user in the container's /etc/passwd") if !is_number($uid) || !is_number($gid);
		($uid, $gid) = ($uid + 0, $gid + 0);
		my @lines = lines_of('/etc/group');
		my $named = defined $group && $group ne '';
		$gid = find_group($group, @lines) if $named;
		@groups = ($gid);
		my $add = sub { my ($one) = @_; push @groups, $one if !grep { $_ == $one } @groups };
		if (!$named && $name ne '') {
			for (@lines) {
				my (undef, undef, $g, $members) = split /:/, $_, -1;
				$add->($g + 0) if index(',' . ($members // '') . ',', ",$name,") >= 0 && is_number($g);
			}
		}
		$add->(find_group($_, @lines)) for @more;
		$home = '/' if $home !~ m{^/};
		say_line("\@ids $uid $gid " . join(',', @groups) . " $home");
	},
	# PR_CAPBSET_DROP
	drop_bounding => sub {
		my $kept = hex $_[0];
		for my $capability (0 .. 63) {
			next if $kept >> $capability & 1;
			next if call('prctl', 24, $capability, 0, 0, 0) != -1;
			# EINVAL: the kernel has no more.
			$! == 22 ? last : fail("setpriv: bounding set: $!");
		}
	},
	# capset(2) with version 3 of its header; the ambient set is a part of the inheritable one, and goes with it
	clear_inheritable => sub {
		my $header = pack 'LL', 0x20080522, 0;
		my $data = "\0" x 24;
		must(call('capget', $header, $data), 'capget');
		my @sets = unpack 'L6', $data;
		@sets[2, 5] = (0, 0);
		$data = pack 'L6', @sets;
		must(call('capset', $header, $data), 'capset');
	},
	setgroups => sub {
		my @all = $_[0] eq '' ? @groups : split /,/, $_[0];
		my $list = pack 'L*', @all;
		must(call('setgroups', scalar @all, $list), 'setpriv: setgroups failed');
	},
	setresgid => sub { my $id = ($_[0] eq '' ? $gid : $_[0]) + 0; must(call('setresgid', $id, $id, $id), 'setpriv: setresgid failed') },
	setresuid => sub { my $id = ($_[0] eq '' ? $uid : $_[0]) + 0; must(call('setresuid', $id, $id, $id), 'setpriv: setresuid failed') },
	# PR_SET_NO_NEW_PRIVS
	prctl => sub { must(call('prctl', 38, 1, 0, 0, 0), 'no_new_privs') },
	read_filter => sub { open my $f, $_[0], $_[1] or fail("the filter: $!"); $program = ''; 1 while sysread $f, $program, 65536, length $program },
	# struct sock_fprog; 22 and 2 are PR_SET_SECCOMP and SECCOMP_MODE_FILTER
	load_filter => sub {
		my ($fd, $kind, $more) = @_;
		$do{read_filter}->('<&=', $fd) if !defined $program;
		my $filter = pack 'Sx![P]P', length($program) / 8, $program;
		return must(call('prctl', 22, 2, $filter, 0, 0), 'seccomp') if $kind eq 'plain';
		# SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER. The listener stays open in the shell at the gate.
		my $listener = call('seccomp', 1, $kind eq 'listen' ? 8 | $more : $kind + 0, $filter);
		must($listener, 'seccomp');
		return if $kind ne 'listen';
		if ($listener != $fd) {
			dup_to($listener, $fd + 0);
			return close_fds($listener);
		}
		# The kernel gave it FD_CLOEXEC, which F_SETFD takes away.
		open my $kept, '+<&=', $fd or fail("the listener: $!");
		fcntl $kept, 2, 0 or fail("the listener: $!");
		push @kept, $kept;
	},
	# union bpf_attr of include/uapi/linux/bpf.h. BPF_PROG_LOAD, BPF_PROG_ATTACH: what the kernel has then is told.
	attach_devices => sub {
		my ($path, $digits) = @_;
		my $cgroup = open_fd($path, 0);
		must($cgroup, $path);
		my ($code, $license) = (pack('H*', $digits), "GPL\0");
		my $load = pack 'LLPPLLQLLa16LL', 15, length($code) / 8, $code, $license, 0, 0, 0, 0, 0, $device_program, 0, 6;
		my $program = call('bpf', 5, $load, length $load);
		must($program, 'bpf: BPF_PROG_LOAD');
		# BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI
		my $attach = pack 'L5', $cgroup, $program, 6, 2, 0;
		must(call('bpf', 8, $attach, length $attach), "bpf: BPF_PROG_ATTACH: $path");
		close_fds($cgroup, $program);
		$do{tell_devices}->($path);
	},
	# BPF_PROG_QUERY for the numbers of the programs of a cgroup, BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD for their names.
	tell_devices => sub {
		my ($path) = @_;
		my $cgroup = open_fd($path, 0);
		must($cgroup, $path);
		my $ids = "\0" x 256;
		my $query = pack 'L4PLx4', $cgroup, 6, 0, 0, $ids, 64;
		must(call('bpf', 16, $query, length $query), "bpf: BPF_PROG_QUERY: $path");
		my $found = 'none';
		for (unpack 'L' . (unpack 'L4QL', $query)[5], $ids) {
			my $one = pack 'L3', $_, 0, 0;
			my $program = call('bpf', 13, $one, length $one);
			next if $program == -1;
			my $info = "\0" x 128;
			my $ask = pack 'LLP', $program, length $info, $info;
			$found = 'attached' if call('bpf', 15, $ask, length $ask) == 0 && unpack('x64 Z16', $info) eq $device_program;
			close_fds($program);
		}
		close_fds($cgroup);
		say_line("\@value bpf(2) $found");
	},
	run => sub {
		tell_all();
		local %ENV = (LC_ALL => 'C', PATH => '/nowhere');
		system({$_[0]} @_) == 0 or fail();
	},
	gate => sub {
		tell_all();
		dup_to(4, 0);
		%ENV = (LC_ALL => 'C', PATH => '/nowhere');
		exec({$_[0]} @_) or fail("$_[0]: $!");
	},
);
# The rows of a file, one by one; the last one replaces this program.
sub carry_out {
	@rows = @_;
	open $status, '>&=', 3 or die "descriptor 3: $!\n";
	open $gate, '<&=', 4;
	while (@rows) {
		my $row = shift @rows;
		chomp $row;
		my ($name, @words) = fields_of($row);
		my $skipped = ($do{$name} // fail("$name is no call"))->(@words);
		splice @rows, 0, $skipped if $skips{$name} && $skipped;
	}
}
`;

// The only argument is the file with the rows.
const once = String.raw`my ($file) = @ARGV;
open my $in, '<', $file or die "$file: $!\n";
carry_out(<$in>);
`;

const rowsBelow = String.raw`my @lines = grep { !/^(#|$)/ } <DATA>;
close DATA;
carry_out(@lines);
`;

// Of a process that enters a container: the rows are the first argument, or who sealed the program put them into a variable.
const rowsGiven = String.raw`carry_out(@ARGV ? split(/^/, $ARGV[0]) : @main::rows);
`;

/** A perl program with the numbers of the system calls of `arch`, a machine name of uname(2) that {@link systemCalls} has. */
export function perlProgram(arch: string, ...parts: readonly string[]): string {
	const numbers = Object.entries(systemCalls[arch] ?? {}).map(([name, number]) => `${name} => ${number}`);
	return `# Makes system calls for a container; written by tsbox.\nmy %nr = (${numbers.join(', ')});\n${parts.join('')}`;
}

/**
 * The perl program that makes the calls of a file; its only argument is the file.
 *
 * @param more - functions and calls that this program has besides: those of containers of engines
 */
export function callProgram(arch: string, more = ''): string {
	return perlProgram(arch, program, more, once);
}

/**
 * The perl program of a compiled script, whose rows follow its text after a line `__END__`. Rows that are empty or begin with # are for
 * people.
 *
 * @param names - the names of all rows: what the others need is left out
 */
export function scriptProgram(arch: string, names: ReadonlySet<string>): string {
	return perlProgram(arch, neededProgram(`${program}${outsideProgram}${rowsBelow}`, names));
}

/**
 * The perl program of a start without Node, which bin/front.pl gives its rows.
 *
 * @param names - the names of all rows: what the others need is left out
 */
export function startingProgram(arch: string, names: ReadonlySet<string>): string {
	return perlProgram(arch, neededProgram(`${program}${outsideProgram}${frontProgram}carry_out(@main::rows);\n`, names));
}

/**
 * A perl program of a process that enters a container. Outside, its arguments are the rows and the program for those after `seal`.
 *
 * @param names - the names of its rows: what the others need is left out
 * @param more - functions and calls that this program has besides
 */
export function enteringProgram(arch: string, names: ReadonlySet<string>, more = ''): string {
	return perlProgram(arch, neededProgram(`${program}${more}${rowsGiven}`, names));
}

/** The perl program of the launcher, which carries out rows in a fork of itself: {@link serve}. */
export function launcherProgram(arch: string): string {
	return perlProgram(arch, program, serve);
}
