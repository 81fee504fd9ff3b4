/**
 * A program of perl that listens on ports of the host and carries what comes to ports of containers, for an ordinary user, whose host has no
 * rules for that. Arguments: the numbers of setns(2) and capset(2), the process whose namespaces it enters, the file that names it, and for
 * each port PROTOCOL,HOST_IP,PORT,ADDRESS,TARGET.
 *
 * Its sockets that listen are of the host. Then it enters the other namespaces, so that its connections begin there: a socket stays in the
 * network namespace in which it was made. It ends 73 when it cannot have a port, and else goes on in the background.
 */
export const relayProgram = String.raw`use strict;
use Errno qw(EADDRINUSE EAGAIN EINPROGRESS EINTR EMFILE);
use Socket qw(:DEFAULT IPPROTO_IPV6 IPPROTO_TCP IPV6_V6ONLY TCP_NODELAY inet_pton pack_sockaddr_in6);
my ($setns, $capset, $holder, $file, @ports) = @ARGV;
my ($most, $idle) = (262144, 60);
my ($reads, $writes) = ("", "");
# By descriptor: ends of connections, sockets that listen, flows of UDP.
my (%ends, %listeners, %flows, %flow_of);
sub refuse { print STDERR @_; exit 73 }
sub family { $_[0] =~ /:/ ? AF_INET6 : AF_INET }
sub peer { my ($ip, $port) = @_; family($ip) == AF_INET ? pack_sockaddr_in($port, inet_pton(AF_INET, $ip)) : pack_sockaddr_in6($port, inet_pton(AF_INET6, $ip)) }
for (@ports) {
	my ($protocol, $ip, $port, $address, $target) = split /,/;
	my $kind = $protocol eq "udp" ? SOCK_DGRAM : SOCK_STREAM;
	socket my $s, family($ip), $kind, 0 or refuse("socket: $!");
	setsockopt $s, IPPROTO_IPV6, IPV6_V6ONLY, 1 if family($ip) == AF_INET6;
	setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1 if $kind == SOCK_STREAM;
	bind($s, peer($ip, $port)) && ($kind == SOCK_DGRAM || listen $s, 4096)
		or refuse($! == EADDRINUSE ? "the port $port/$protocol of this host is in use" : "nobody can listen on $ip:$port/$protocol here: $!");
	$s->blocking(0);
	$listeners{fileno $s} = {s => $s, kind => $kind, family => family($address), to => peer($address, $target)};
	vec($reads, fileno $s, 1) = 1;
}
# The user namespace comes first: only its root may enter the others.
my @namespaces = map { open my $f, "<", "/proc/$holder/ns/$_" or refuse("/proc/$holder/ns/$_: $!"); $f } qw(user net pid);
for (@namespaces) { syscall($setns + 0, fileno $_, 0) == 0 or refuse("setns: $!"); close $_ }
# Only a child is in the process namespace.
pipe my $told, my $tells or refuse("pipe: $!");
my $child = fork // refuse("fork: $!");
if ($child) { close $tells; exit(defined readline $told ? 0 : 1) }
close $told;
require POSIX;
POSIX::setsid();
my ($header, $none) = (pack("LL", 0x20080522, 0), "\0" x 24);
syscall $capset + 0, $header, $none;
$SIG{PIPE} = "IGNORE";
# Field 22 of proc_pid_stat(5) is the time of its start. The number is that of the namespace of /proc.
open my $stat, "<", "/proc/self/stat" or die;
my @fields = split / /, readline $stat;
open my $named, ">", $file or die;
print $named "$fields[0] $fields[21]\n";
close $named;
print $tells "ready\n";
close $tells;
open STDERR, ">", "/dev/null";

# What a descriptor waits for: there is room for more, and there is something to send.
sub watch {
	my $end = shift;
	vec($reads, $end->{fd}, 1) = !$end->{eof} && length $end->{peer}{buffer} < $most ? 1 : 0;
	vec($writes, $end->{fd}, 1) = $end->{connecting} || length $end->{buffer} ? 1 : 0;
}
sub forget {
	my ($end, $isReset) = @_;
	for ($end, $end->{peer}) {
		vec($reads, $_->{fd}, 1) = vec($writes, $_->{fd}, 1) = 0;
		delete $ends{$_->{fd}};
		setsockopt $_->{s}, SOL_SOCKET, SO_LINGER, pack "ii", 1, 0 if $isReset;
		close $_->{s};
	}
	delete $end->{peer}{peer};
	delete $end->{peer};
}
sub flush {
	my $end = shift;
	return if $end->{connecting};
	if (length $end->{buffer}) {
		my $sent = syswrite $end->{s}, $end->{buffer};
		if (defined $sent) { substr $end->{buffer}, 0, $sent, "" }
		elsif ($! != EAGAIN && $! != EINTR) { return forget($end, 1) }
	}
	if (!length $end->{buffer} && $end->{peer}{eof} && !$end->{shut}) { shutdown $end->{s}, 1; $end->{shut} = 1 }
	return forget($end) if $end->{shut} && $end->{peer}{shut};
	watch($end);
	watch($end->{peer});
}
sub take {
	my $end = shift;
	my $peer = $end->{peer};
	my $got = sysread $end->{s}, $peer->{buffer}, $most, length $peer->{buffer};
	if (!defined $got) { return $! == EAGAIN || $! == EINTR ? () : forget($end, 1) }
	$end->{eof} = 1 if $got == 0;
	watch($end);
	flush($peer);
}
sub go_on {
	my $end = shift;
	if ($end->{connecting}) {
		return forget($end, 1) if unpack "i", getsockopt $end->{s}, SOL_SOCKET, SO_ERROR;
		$end->{connecting} = 0;
	}
	flush($end);
}
sub connection {
	my $listener = shift;
	accept my $client, $listener->{s} or return $! == EMFILE ? select undef, undef, undef, 0.05 : ();
	socket my $server, $listener->{family}, SOCK_STREAM, 0 or return;
	for ($client, $server) { $_->blocking(0); setsockopt $_, IPPROTO_TCP, TCP_NODELAY, 1 }
	my @two = map { {s => $_, fd => fileno $_, buffer => "", eof => 0, shut => 0, connecting => 0} } $client, $server;
	($two[0]{peer}, $two[1]{peer}) = @two[1, 0];
	$ends{$_->{fd}} = $_ for @two;
	$two[1]{connecting} = 1 if !connect $server, $listener->{to};
	return forget($two[0], 1) if $two[1]{connecting} && $! != EINPROGRESS;
	watch($_) for @two;
}
sub datagram {
	my $listener = shift;
	my $client = recv $listener->{s}, my $data, 65535, 0;
	return if !defined $client;
	my $name = fileno($listener->{s}) . $client;
	my $flow = $flow_of{$name};
	if (!$flow) {
		socket my $s, $listener->{family}, SOCK_DGRAM, 0 or return;
		$s->blocking(0);
		connect $s, $listener->{to} or return;
		$flow = $flow_of{$name} = $flows{fileno $s} = {s => $s, client => $client, listener => $listener->{s}, name => $name};
		vec($reads, fileno $s, 1) = 1;
	}
	$flow->{used} = time;
	send $flow->{s}, $data, 0;
}
sub answer {
	my $flow = shift;
	return if !defined recv $flow->{s}, my $data, 65535, 0;
	$flow->{used} = time;
	send $flow->{listener}, $data, 0, $flow->{client};
}
sub expire {
	for (grep { $_->{used} < time - $idle } values %flows) {
		vec($reads, fileno $_->{s}, 1) = 0;
		delete $flows{fileno $_->{s}};
		delete $flow_of{$_->{name}};
		close $_->{s};
	}
}
my $looked = time;
while (1) {
	my $found = select my $can_read = $reads, my $can_write = $writes, undef, %flows ? $idle : undef;
	if (time - $looked > $idle) { expire(); $looked = time }
	next if $found <= 0;
	for my $fd (keys %listeners) {
		next if !vec $can_read, $fd, 1;
		$listeners{$fd}{kind} == SOCK_DGRAM ? datagram($listeners{$fd}) : connection($listeners{$fd});
	}
	for my $fd (keys %flows) { answer($flows{$fd}) if $flows{$fd} && vec $can_read, $fd, 1 }
	for my $fd (keys %ends) {
		my $end = $ends{$fd};
		go_on($end) if $end && vec $can_write, $fd, 1;
		take($end) if ($ends{$fd} // 0) == ($end // 1) && vec $can_read, $fd, 1;
	}
}
`;
