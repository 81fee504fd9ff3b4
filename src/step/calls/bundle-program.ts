import {schedulingProgram} from './scheduling-program.ts';

/**
 * What the executor of calls does for containers of engines alone. It follows the text of the executor: functions begin a line with
 * `sub`, calls a line with one tab.
 */
export const bundleProgram = String.raw`
# Sends it through the socket on descriptor 10. SCM_RIGHTS: a struct msghdr with one iovec and one control message, unix(7).
sub send_descriptor {
	my ($fd) = @_;
	my $data = '/dev/ptmx';
	my $vector = pack 'PQ', $data, length $data;
	my $control = pack 'Qiiix4', 20, 1, 1, $fd;
	my $message = pack 'QQPQPQQ', 0, 0, $vector, 1, $control, length $control, 0;
	must(call('sendmsg', 10, $message, 0), 'the terminal cannot be sent');
}
# The mode of the folder that the next mount covers.
my $mode;
# A copy of what is in a folder, with owners and modes: files, folders, and symlinks.
sub copy_files {
	my ($from, $to) = @_;
	opendir my $folder, $from or fail("$from: $!");
	for my $name (grep { $_ ne '.' && $_ ne '..' } readdir $folder) {
		my ($one, $other) = ("$from/$name", "$to/$name");
		my @found = lstat $one or next;
		if (-l _) {
			symlink readlink $one, $other or fail("$other: $!");
			# AT_SYMLINK_NOFOLLOW
			call('fchownat', -100, $other, $found[4], $found[5], 0x100);
			next;
		}
		if (-d _) {
			mkdir $other, 0700 or fail("$other: $!");
			copy_files($one, $other);
		} elsif (-f _) {
			open my $in, '<', $one or fail("$one: $!");
			open my $out, '>', $other or fail("$other: $!");
			while (sysread $in, my $bytes, 1 << 20) { syswrite $out, $bytes or fail("$other: $!") }
			close $out;
		} else {
			next;
		}
		chown $found[4], $found[5], $other;
		chmod $found[2] & 07777, $other;
	}
}
%do = (
	%do,
	# What a new filesystem is about to cover stays in sight on the stage.
	keep_below => sub {
		my ($target) = @_;
		# syscall takes no constants.
		my $below = '/dev/.box/below';
		mkdir $below, 0700 or fail("mkdir: $!");
		$do{mount}->($target, $below, '', 0x1000, '');
	},
	keep_mode => sub { $mode = (stat $_[0])[2]; fail("$_[0]: $!") if !defined $mode },
	give_mode => sub { chmod $mode & 07777, $_[0] or fail("chmod: $_[0]: $!") },
	copy_up => sub {
		my ($target) = @_;
		my @found = stat '/dev/.box/below' or fail("$target: $!");
		chown $found[4], $found[5], $target;
		chmod $found[2] & 07777, $target;
		copy_files('/dev/.box/below', $target);
		my $below = '/dev/.box/below';
		$do{umount2}->($below, 2);
		rmdir $below;
	},
	# The parent ends at once: the first process is a child of whoever looks after orphans here.
	fork_away => sub {
		tell_all() if $live;
		my $pid = fork // fail("fork: $!");
		call('exit_group', 0) if $pid;
	},
	# The parent ends when its child has made what stays, which is a child of whoever looks after orphans here then.
	fork_until_born => sub {
		tell_all();
		my $pid = fork // fail("fork: $!");
		return if !$pid;
		close_fds(0 .. 8);
		waitpid $pid, 0;
		call('exit_group', $? >> 8);
	},
	# As be_born, and tells the number on the host of what is born before that goes on.
	be_born_told => sub {
		tell_all();
		pipe my $wait, my $held or fail("pipe: $!");
		my $pid = call('clone', 0x8000 | 17, 0, 0, 0, 0);
		must($pid, 'clone');
		if ($pid) {
			syswrite $status, "\@pid $pid\n";
			call('exit_group', 0);
		}
		close $held;
		sysread $wait, my $byte, 1;
	},
	connect_console => sub {
		my ($path) = @_;
		socket my $console, 1, 1, 0 or fail("socket: $!");
		# struct sockaddr_un has 108 bytes for the path.
		my $name = $path;
		if (length $path > 107) {
			($path, $name) = $path =~ m{^(.*)/([^/]*)$};
			chdir $path or fail("console socket $path: $!");
		}
		connect $console, pack 'Sa*', 1, $name or fail("console socket $_[0]: $!");
		chdir '/';
		# It stays open over an exec of this program, too.
		dup_to(fileno $console, 10);
	},
	open_console => sub {
		my ($rows, $columns, $uid, $target) = @_;
		open my $master, '+<', '/dev/pts/ptmx' or open $master, '+<', '/dev/ptmx' or fail("a terminal needs a devpts on /dev/pts: $!");
		# TIOCSPTLCK, TIOCGPTN
		my $number = pack 'i', 0;
		ioctl $master, 0x40045431, $number or fail("TIOCSPTLCK: $!");
		ioctl $master, 0x80045430, $number or fail("TIOCGPTN: $!");
		my $path = '/dev/pts/' . unpack 'i', $number;
		# O_RDWR | O_NOCTTY
		my $slave = open_fd($path, 0402);
		must($slave, $path);
		dup_to($slave, $_) for 5 .. 7;
		close_fds($slave);
		chown $uid + 0, -1, $path or fail("chown: $path: $!");
		open my $tty, '+<&=', 5 or fail("terminal: $!");
		# TIOCSWINSZ, TIOCSCTTY
		ioctl $tty, 0x5414, pack 'S4', $rows, $columns, 0, 0 or fail("TIOCSWINSZ: $!") if $rows || $columns;
		# Who is left to the engine leads a session already.
		call('setsid');
		ioctl $tty, 0x540e, 0 or fail("TIOCSCTTY: $!");
		push @kept, $tty;
		if ($target ne '') {
			$do{create}->($target) if !-e $target;
			$do{mount}->($path, $target, '', 0x1000, '');
		}
		send_descriptor(fileno $master);
		close_fds(10);
		close $master;
	},
	make_device => sub {
		my ($path, $type, $major, $minor, $mode, $uid, $gid) = @_;
		my ($above) = $path =~ m{^(.*)/};
		make_folders("$above/") or fail("mkdir: cannot create directory '$above': $!");
		return if -e $path;
		my %kinds = (c => 0020000, b => 0060000, p => 0010000);
		my $number = $type eq 'p' ? 0 : $minor & 0xff | ($major & 0xfff) << 8 | ($minor & 0xfff00) << 12;
		call('mknodat', -100, $path, $kinds{$type} | $mode + 0, $number) == 0 or fail("mknod: $path: $!");
		chmod $mode + 0, $path or fail("chmod: $path: $!");
		chown $uid + 0, $gid + 0, $path or fail("chown: $path: $!") if $uid || $gid;
	},
	make_link => sub { -l $_[1] || -e $_[1] || symlink $_[0], $_[1] or fail("ln: $_[1]: $!") },
	# How mounts on the root spread, without the numbers of peer groups: proc_pid_mountinfo(5).
	tell_propagation => sub {
		my $found = '';
		for (split /\n/, text_of('/proc/self/mountinfo', 1 << 24)) {
			my @fields = split / /, (split / - /)[0];
			$found = join ' ', map { s/:.*//r } @fields[6 .. $#fields] if $fields[4] eq '/';
		}
		say_line("\@value /proc/self/mountinfo $found");
	},
	# AT_RECURSIVE, struct mount_attr
	mount_setattr => sub {
		my ($target, $set, $clear) = @_;
		my $attributes = pack 'QQQQ', $set, $clear, 0, 0;
		must(call('mount_setattr', -100, $target, 0x8000, $attributes, 32), "mount: $target: mount_setattr");
	},
	# PR_SET_KEEPCAPS
	keep_capabilities => sub { must(call('prctl', 8, 1, 0, 0, 0), 'prctl') },
	set_inheritable => sub {
		my @mask = (hex substr($_[0], -8), hex substr $_[0], 0, -8);
		my $header = pack 'LL', 0x20080522, 0;
		my $data = "\0" x 24;
		must(call('capget', $header, $data), 'capget');
		my @sets = unpack 'L6', $data;
		@sets[2, 5] = @mask;
		$data = pack 'L6', @sets;
		must(call('capset', $header, $data), 'capset');
	},
	# PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE
	raise_ambient => sub {
		my $mask = hex $_[0];
		for my $capability (0 .. 63) {
			next if !($mask >> $capability & 1);
			must(call('prctl', 47, 2, $capability, 0, 0), 'ambient set');
		}
	},
);
${schedulingProgram}`;
