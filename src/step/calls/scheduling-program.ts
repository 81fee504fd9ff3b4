/** What the executor of calls does for containers of engines about CPUs, disks, clocks and personas; in the form of `bundleProgram`. */
export const schedulingProgram = String.raw`
%do = (
	%do,
	# struct sched_attr in its first version. What the kernel has then is told.
	set_scheduler => sub {
		my ($pid, $policy, $flags, $nice, $priority, @times) = @_;
		my $asked = pack 'LLQlLQQQ', 48, $policy, $flags, $nice, $priority, @times;
		my $set = call('sched_setattr', $pid + 0, $asked, 0);
		# EPERM of sched_setattr(2), in runc's words.
		fail("process scheduler can't be used together with AllowedCPUs: sched_setattr: $!") if $set == -1 && $! == 1 && $policy == 6;
		must($set, 'sched_setattr');
		my $found = "\0" x 48;
		must(call('sched_getattr', $pid + 0, $found, 48, 0), 'sched_getattr');
		my (undef, $is, undef, $has_nice, $has_priority, @has) = unpack 'LLQlLQQQ', $found;
		my $rest = $is == 6 ? "@has" : $is == 1 || $is == 2 ? $has_priority : $has_nice;
		say_line("\@value sched_getattr(2) $is $rest");
	},
	# IOPRIO_WHO_PROCESS
	set_io_priority => sub {
		must(call('ioprio_set', 1, 0, $_[0] + 0), 'ioprio_set');
		say_line('@value ioprio_get(2) ' . call('ioprio_get', 1, 0));
	},
	set_personality => sub { must(call('personality', $_[0] + 0), 'personality') },
	set_affinity => sub {
		my $mask = pack 'L*', split / /, $_[0];
		$mask .= "\0" x (8 - length($mask) % 8) if length($mask) % 8;
		must(call('sched_setaffinity', 0, length $mask, $mask), 'sched_setaffinity');
	},
	# All CPUs that the control groups leave, whatever the caller was bound to.
	reset_affinity => sub {
		my $mask = "\xff" x 1024;
		call('sched_setaffinity', 0, length $mask, $mask);
	},
	set_clocks => sub { put('/proc/self/timens_offsets', $_[0]) or fail("timens_offsets: $!") },
	tell_clocks => sub {
		my $text = text_of('/proc/self/timens_offsets', 4096);
		$text =~ s/\s+/ /g;
		say_line("\@value /proc/self/timens_offsets $text");
	},
);
`;
