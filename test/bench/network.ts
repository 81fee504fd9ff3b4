import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {docker, has, hasEngines, type Machine, machine, podman} from '../system/engines.ts';
import type {Bench} from './bench-context.ts';
import {digits, inTurns, median, roundRobin, table, type Timed} from './measure.ts';
import {row, roundTrip, throughput} from './targets.ts';

/** The port of the server that is measured; nothing else listens in these namespaces. */
const port = 5201;
/** How long one connection is measured, s, and over how many answers a round trip is. */
const [seconds, answers] = [2, 4000];

/** Answers each byte with a byte. */
const echo = `use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalPort => ${port}, Listen => 1, ReuseAddr => 1) or die;
my $c = $s->accept; setsockopt $c, 6, 1, 1; while (sysread $c, my $b, 1) { syswrite $c, $b }`;
/** Prints how long an answer takes, microseconds: the median, which other work of the machine moves less than the mean. */
const asks = `use IO::Socket::INET; use Time::HiRes 'time';
my $c; for (1 .. 200) { last if $c = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => ${port}); select undef, undef, undef, 0.01 }
setsockopt $c, 6, 1, 1; my @took;
for (1 .. ${answers}) { my $at = time; syswrite $c, "x"; sysread $c, my $b, 1; push @took, 1e6 * (time - $at) }
print +(sort { $a <=> $b } @took)[@took / 2]`;

/** Where a connection begins and ends: words that start a program there, and the address of the server. */
interface Route {
	readonly client: readonly string[];
	readonly server: readonly string[];
	readonly address: string;
}

/** Networks of tsbox beside those of Docker and Podman: what a connection carries, how long an answer takes, what a start costs. */
export async function networkRows(bench: Bench): Promise<void> {
	const wanted = Object.values(row).some(name => name.includes('network') && bench.wants(name));
	if (!wanted) return;
	await startRows(bench);
	if (!hasEngines || !has('iperf3', 'perl'))
		return bench.leaveOut('network', 'dockerd, podman, netavark, iperf3 or perl is not there');
	await using place = await machine();
	const spec = bench.specOf('nets', 'command: [sleep, infinity]\nnetworks: [default]\n');
	const other = bench.specOf('other', 'command: [sleep, infinity]\nnetworks: [default]\n');
	await using dockerEngine = await docker(place, 18_081);
	await using podmanEngine = await podman(place, 18_082);
	const tsbox = (...words: readonly string[]): string => place.out(...bench.tsbox(...words));
	for (const file of [spec, other]) tsbox('up', '-d', file);
	try {
		const pids = JSON.parse(tsbox('ps', '--json')) as readonly {readonly name: string; readonly pid: number}[];
		const pid = pids.find(({name}) => name === 'nets')?.pid ?? 0;
		const servers = {tsbox: pid, docker: dockerEngine.pid, podman: podmanEngine.pid};
		const routes = new Map(Object.entries(servers).map(([name, server]) => [name, routeFromHost(place, server)]));
		await connectionRows('host to container', routes, bench);
	} finally {
		for (const name of ['nets', 'other']) tsbox('down', '-t', '0', name);
	}
}

function routeFromHost(place: Machine, pid: number): Route {
	const server = ['nsenter', '--target', String(pid), '--net'];
	const [enter = '', ...rest] = server;
	const shown = execFileSync(enter, [...rest, 'ip', '-json', '-4', 'address', 'show', 'eth0'], {encoding: 'utf8'});
	return {client: place.within, server, address: /"local":"([\d.]+)"/.exec(shown)?.[1] ?? ''};
}

async function connectionRows(
	title: string,
	routes: ReadonlyMap<string, Route>,
	{leaveOut, measured}: Bench,
): Promise<void> {
	const turns = {warmUps: 1, rounds: 5};
	const rates = await inTurns(
		mapped(routes, route => async () => rateOf(route)),
		turns,
		leaveOut,
	);
	const trips = await inTurns(
		mapped(routes, route => async () => tripOf(route)),
		turns,
		leaveOut,
	);
	console.log(`\nNetworks, ${title}: TCP, ${turns.rounds} rounds in turn\n`);
	console.log(
		table(
			['network of', 'Gbit/s', 'µs to an answer'],
			[...routes.keys()].map(name => {
				const [rate, trip] = [median(rates.get(name) ?? []), median(trips.get(name) ?? [])];
				measured.set(throughput(name), rate);
				measured.set(roundTrip(name), trip);
				return [name, digits(rate), digits(trip)];
			}),
		),
	);
}

function mapped<From, To>(from: ReadonlyMap<string, From>, change: (each: From) => To): ReadonlyMap<string, To> {
	return new Map([...from].map(([name, each]) => [name, change(each)]));
}

/** Gbit/s. */
async function rateOf({client, server, address}: Route): Promise<number> {
	const [enter = '', ...rest] = server;
	const child = spawn(enter, [...rest, 'iperf3', '-s', '-1', '--forceflush', '-p', String(port)], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	await once(child.stdout, 'data');
	const [from = '', ...words] = client;
	const text = execFileSync(
		from,
		[...words, 'iperf3', '-J', '-c', address, '-p', String(port), '-t', String(seconds)],
		{
			encoding: 'utf8',
		},
	);
	await once(child, 'close');
	return (JSON.parse(text) as {end: {sum_received: {bits_per_second: number}}}).end.sum_received.bits_per_second / 1e9;
}

/** Microseconds. */
async function tripOf({client, server, address}: Route): Promise<number> {
	const [enter = '', ...rest] = server;
	const child = spawn(enter, [...rest, 'perl', '-e', echo], {stdio: 'ignore'});
	const [from = '', ...words] = client;
	const text = execFileSync(from, [...words, 'perl', '-e', asks, address], {encoding: 'utf8'});
	await once(child, 'close');
	return Number(text);
}

/** Until the command prints, with and without a network on which another container is. */
async function startRows(bench: Bench): Promise<void> {
	const {specOf, tsbox, rounds, leaveOut, measured} = bench;
	const prints = (mode: string): string => specOf(`start-${mode}`, `command: [echo, ran]\nnetwork_mode: ${mode}\n`);
	const stays = specOf('stays', 'command: [sleep, infinity]\nnetwork_mode: bridge\n');
	const up = (...words: readonly string[]): void =>
		void execFileSync(words[0] ?? '', words.slice(1), {stdio: 'ignore'});
	up(...tsbox('up', '-d', stays));
	const until =
		(file: string): Timed =>
		async () => {
			const [name = '', ...args] = tsbox('run', file);
			const begun = performance.now();
			const child = spawn(name, args, {
				stdio: ['ignore', 'pipe', 'inherit'],
				env: {...process.env, TSBOX_FRONT: 'off'},
			});
			await once(child.stdout, 'data');
			const took = performance.now() - begun;
			await once(child, 'close');
			return [took];
		};
	const ways = new Map([
		[row.startAlone, until(prints('none'))],
		[row.startOnNetwork, until(prints('bridge'))],
	]);
	const times = await roundRobin(ways, {warmUps: 2, rounds}, leaveOut);
	up(...tsbox('down', '-t', '0', 'stays'));
	console.log(`\nUntil the command prints, of \`tsbox run\`: ${rounds} rounds in turn\n`);
	console.log(
		table(
			['way', 'median ms', 'min ms'],
			times.map(({name, median: middle, min}) => {
				measured.set(name, middle);
				return [name, digits(middle), digits(min)];
			}),
		),
	);
}
