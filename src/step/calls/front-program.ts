/**
 * What the executor of calls does outside of the container for a start without Node, in place of the rows of `outsideProgram` that speak
 * with a script of sh. The process around it is bin/front.pl. It hears `@claimed`, `@pid PID START`, `@ready`, which it answers with a
 * line, `@exec`, `@ended STATUS`, and `@undone`. When this process ends before `@exec`, that one takes all back and becomes Node, so
 * nothing is told about errors here: Node meets the same ones, and has the words for them.
 *
 * What is left on the machine is what `execute` leaves: the record, the journal, and the report of the start have the same form.
 */
export const frontProgram = String.raw`
# From here on: what bin/front.pl asks for.
my (@begun, $made, $created, $written, $first_started);
# CLOCK_REALTIME, in ms.
sub time_ms { my $now = pack 'qq', 0, 0; call('clock_gettime', 0, $now); my ($s, $ns) = unpack 'qq', $now; $s * 1000 + int($ns / 1000000) }
# The place of the file is taken by a whole one.
sub put_whole {
	my ($path, $text) = @_;
	my $new = "$path.$main::owner-front.tmp";
	unlink $new;
	# O_WRONLY | O_CREAT | O_EXCL
	sysopen my $f, $new, 0301, 0600 or return 0;
	return 1 if (syswrite($f, $text) // -1) == length $text && rename $new, $path;
	unlink $new;
	0;
}
# A file as a process in the container sees it: openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS, O_CLOEXEC.
sub open_inside {
	my ($root, $path, $flags) = @_;
	my $how = pack 'QQQ', $flags | 02000000, 0, 0x12;
	my $fd = call('openat2', fileno $root, $path, $how, 24);
	return if $fd < 0;
	open my $f, '<&=', $fd or fail();
	$f;
}
# Whether the kernel would run a file: 1; 0 if a shell would pass it over. Whatever is in doubt is for Node to judge.
sub runs {
	my ($root, $path, $depth) = @_;
	# O_NONBLOCK
	my $f = open_inside($root, $path, 04000);
	if (!defined $f) { return 0 if $! == 2 || $! == 20; fail() }
	my @found = stat $f;
	return 0 if !-f _ || !($found[2] & 0111);
	my $head = '';
	sysread $f, $head, 256;
	if (substr($head, 0, 4) eq "\x7fELF") {
		my $own = '';
		open my $me, '<', '/proc/self/exe' or fail();
		sysread $me, $own, 20;
		# Class, byte order, and machine.
		fail() if substr($head, 4, 2) ne substr($own, 4, 2) || substr($head, 18, 2) ne substr($own, 18, 2) || substr($head, 4, 2) ne "\2\1";
		my ($start, $size, $count) = (unpack('x32 Q', $head), unpack 'x54 SS', $head);
		fail() if $size != 56 || $count > 64;
		sysseek $f, $start, 0;
		(sysread $f, my $table, $size * $count) == $size * $count or fail();
		for (0 .. $count - 1) {
			my ($type, $offset, $length) = unpack 'L x4 Q x16 Q', substr $table, $_ * $size, $size;
			# PT_INTERP
			next if $type != 3;
			sysseek $f, $offset, 0;
			(sysread $f, my $loader, $length) == $length or fail();
			$loader =~ s/\0.*//s;
			# O_PATH
			open_inside($root, $loader, 010000000) or fail();
		}
		return 1;
	}
	my ($interpreter) = $head =~ m{^#![ \t]*(/[^ \t\0\r\n]*)[^\r\n]*\n} or fail();
	$depth < 4 && runs($root, $interpreter, $depth + 1) or fail();
	1;
}
%do = (
	%do,
	# Something that Node would look into.
	absent => sub { for (@_) { lstat $_ and fail() } },
	present => sub { for (@_) { lstat $_ or fail() } },
	front_go => sub { defined line_of($gate, $answers) or exit 125; $made = time_ms() },
	front_begin => sub { say_line("\@begin $_[0] " . time_ms()) },
	front_step => sub { push @begun, [$_[0], time_ms()] },
	# As "claim".
	front_claim => sub {
		my ($parent, $name, $record, @journal) = @_;
		my $new = "$parent/.new-$main::owner-$name";
		umask 077;
		make_folders($parent) && mkdir $new or fail();
		my $boot = first_line('/proc/sys/kernel/random/boot_id');
		my $started = started_at($main::owner);
		$created = time_ms();
		$written = qq($record,"owner":{"pid":$main::owner,"startTime":"$started"},"bootId":"$boot","created":$created,"process":);
		put_file("$new/record.json", $written . "null}\n");
		put_file("$new/journal", join '', map { "$_\n" } @journal);
		umask 022;
		$box = "$parent/$name";
		rename $new, $box or fail();
	},
	# As "follow", without anything that others would have to do.
	front_follow => sub {
		syswrite $into, $_[0];
		while (defined(my $line = line_of($out, $lines))) {
			chomp $line;
			if ($line eq '@ready') { return }
			elsif ($line =~ /^\@pid (\d+)/) {
				$pid = $1;
				$first_started = started_at($pid);
				put_file("$box/journal", qq({"process":{"pid":$pid,"startTime":"$first_started"}}\n), 02001);
				tell_sh("\@pid $pid $first_started");
			}
			elsif ($line =~ /^\@value (\S+) (.*)/) { $told{$1} = $2 }
			elsif ($line =~ /^\@ids (\S+ \S+ \S+) (.*)/) { ($ids, $home) = ($1, $2) }
			elsif ($line =~ /^\@begin (\S+) (\d+)/) { push @begun, [$1, $2] }
			# All else is what a tool said.
			elsif ($line =~ /^\@/) { fail() }
		}
		fail();
	},
	# The files that the command may be, from the folder in which it runs.
	front_command => sub {
		return if (text_of("/proc/$pid/mountinfo", 1 << 24) // '') =~ / - fuse/;
		opendir my $root, "/proc/$pid/root" or fail();
		for (@_) { return if runs($root, $_, 0) }
		fail();
	},
	# As "open_gate", with the record in the form of Node.
	front_gate => sub {
		my ($id, $fixed, $kinds, $usage, $stat, @words) = @_;
		my ($u, $g, $groups) = split / /, $fixed eq '' ? $ids : $fixed;
		my $name = "'" . $home =~ s/'/'\\''/gr . "'";
		my $spaces = join ',', map { my ($kind, $file) = split /:/; my $link = readlink "/proc/$pid/ns/$file"; qq("$kind":") . ($link // '') . '"' } split / /, $kinds;
		push @begun, [$id, time_ms()];
		my $now = time_ms();
		my ($used) = $usage ne '' && first_line($usage) =~ /^(\d+)$/;
		if (!defined $used && $stat ne '') { my ($us) = (text_of($stat, 65536) // '') =~ /^usage_usec (\d+)$/m; $used = $us * 1000 if defined $us }
		my $cpu = $used // 'null';
		put_whole("$box/record.json", $written . qq({"pid":$pid,"startTime":"$first_started","started":$now,"namespaceIds":{$spaces},"ids":{"uid":$u,"gid":$g,"groups":[$groups]},"setupCpuNs":$cpu}}\n)) or fail();
		$told = '';
		ask('@ready');
		syswrite $into, join $name, @words;
		(line_of($out, $lines) // '') eq "\@exec\n" or fail();
		tell_sh('@exec');
		my $ms = time_ms() - $made;
		my @steps = map { my ($step, $at) = @{$begun[$_]}; my $took = ($_ < $#begun ? $begun[$_ + 1][1] : $made + $ms) - $at; qq("$step":{"status":"done","ms":$took}) } 0 .. $#begun;
		put_whole("$box/start.json", qq($main::report"startedAt":$made,"ms":$ms,"outcome":"started","steps":{) . join(',', @steps) . "}}\n");
	},
	# Waits for the end of the command, and kills it when the process around this one is no more.
	front_wait => sub {
		my ($memory, $kind, $folder) = @_;
		open my $null, '+<', '/dev/null' or exit 125;
		dup_to(fileno $null, $_) for 0 .. 2;
		dup_to(4, 9);
		$failed = 0;
		watch($child, $kind, $folder, '');
		reap_all(0);
		chdir '/';
		$ended = $failed & 127 ? 128 + ($failed & 127) : $failed >> 8;
		exit $ended if getppid != $main::owner;
		tell_sh("\@ended $ended");
		# A kill for memory, and a new name, are for Node to tell and to take back.
		exit $ended if $memory ne '' && (text_of($memory, 4096) // '') =~ /^oom_kill [1-9]/m || -e "$box/renamed";
	},
	# How it ended, for tsbox wait: src/state/exited.ts.
	front_note => sub {
		my ($folder, $name) = @_;
		my $boot = first_line('/proc/sys/kernel/random/boot_id');
		my $now = time_ms();
		umask 077;
		my $file = "$folder/$name";
		if (make_folders($folder)) {
			my @before = grep { /^\{"bootId":"\Q$boot\E","created":\d+,.*\}$/ } split /\n/, text_of($file, 1 << 20) // '';
			splice @before, 0, @before - 7 if @before > 7;
			put_whole($file, join '', map { "$_\n" } @before, qq({"bootId":"$boot","created":$created,"process":{"pid":$pid,"startTime":"$first_started"},"exitCode":$ended,"ended":$now}));
			if (opendir my $all, $folder) {
				my %at = map { my @found = lstat "$folder/$_"; ($_ => $found[9]) } grep { $_ ne '.' && $_ ne '..' } readdir $all;
				my @names = sort { $at{$a} <=> $at{$b} } keys %at;
				unlink "$folder/$_" for splice @names, 0, @names > 200 ? @names - 200 : 0;
			}
		}
		umask 022;
	},
	front_release => sub {
		my $dead = $box =~ s{([^/]+)$}{'.dead-' . $main::owner . '-' . time_ms() . "-$1"}er;
		rename $box, $dead or exit $ended;
		remove_tree($dead) or exit $ended;
		tell_sh('@undone');
	},
);
`;
