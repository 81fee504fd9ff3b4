import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {egressId} from '../../src/container/plan/resolve-egress.ts';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import {load, run, up} from '../../src/index.ts';
import {type TestBox, testBox} from './box.ts';
import {asks, bringUp, isAble, left, nameServers, noteLinks, serves, serves6, sleeps, stack} from './network-stack.ts';
import {outside} from './outside.ts';
import {until} from './project.ts';

/* `egress`: what a container reaches outside of its networks. */

const isEquipped = isAble && ['/usr/bin/curl', '/usr/sbin/dnsmasq'].every(path => existsSync(path));
/** How curl ends when a connection is refused, and when a name has no address. A time-out would be 28. */
const [refused, unknown] = [/^7: /, /^6: /];

describe.runIf(isEquipped)('egress', () => {
	test.each(['commands', 'calls'])(
		'what is listed is reached by name and address, and the rest is refused at once, by %s',
		async executor => {
			using world = outside();
			await using box = await testBox();
			const [one, two, three] = world.servers;
			world.names({'api.example.com': one, 'sub.api.example.com': one, 'a.b.example.org': two, 'example.org': two});
			const list = ['api.example.com:80', '*.Example.org', `${three}:8080`];
			const spec = stack(box, {
				job: `${sleeps}dns: [${world.dns}]\negress: ${JSON.stringify(list)}\n`,
				web: serves,
			});
			await bringUp(box, spec, '--executor', executor);
			const ask = (url: string): Promise<string> => asks(box, 'job', `http://${url}/`);
			// Before its name was asked for, an address is closed.
			expect(await ask(one)).toMatch(refused);
			expect(await ask('api.example.com')).toBe(one);
			expect(await ask('API.example.COM.')).toBe(one);
			expect(await ask('a.b.example.org:8080')).toBe(two);
			expect(await ask(`${three}:8080`)).toBe(three);
			expect(await ask('api.example.com:8080')).toMatch(refused);
			expect(await ask(three)).toMatch(refused);
			for (const name of ['sub.api.example.com', 'example.org', 'example.com', 'never.example'])
				expect(await ask(name)).toMatch(unknown);
			// The host too, by any of its addresses, and what it alone reaches.
			expect(await ask(`${world.host}:80`)).toMatch(refused);
			expect(await ask(world.inner)).toMatch(refused);
			expect(await ask('169.254.169.254')).toMatch(refused);
			// Containers of the same network are in reach.
			await until('web answers', async () => (await ask('web')) === `${box.name}-web-1\n`);
			// Who has no list reaches all.
			expect(await asks(box, 'web', `http://${three}/`)).toBe(three);
			expect(nameServers(box, `${box.name}-job-1`)).toHaveLength(1);
			expect(await box.tsbox(['drift', `${box.name}-job-1`])).toMatchObject({status: 0});
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(left(box)).toEqual([]);
			expect(nameServers(box, `${box.name}-job-1`)).toEqual([]);
		},
	);

	test('the list holds for IPv6 as for IPv4', async () => {
		using world = outside();
		await using box = await testBox();
		const [one, two] = world.servers6;
		world.names({'api.example.com': one, 'in.example.com': 'fd00::1'});
		const list = ['api.example.com:80', 'in.example.com', `[${two}]:8080`];
		for (const family of ['enable_ipv6: true', 'enable_ipv6: true, enable_ipv4: false']) {
			const spec = stack(
				box,
				{job: `${sleeps}dns: [${world.dns}]\negress: ${JSON.stringify(list)}\n`, web: serves6},
				`networks: {default: {${family}}}\n`,
			);
			await bringUp(box, spec);
			const ask = (url: string): Promise<string> => asks(box, 'job', `http://${url}/`);
			expect(await ask(`[${one}]`)).toMatch(refused);
			expect(await ask('api.example.com')).toBe(one);
			expect(await ask(`[${two}]:8080`)).toBe(two);
			for (const closed of ['api.example.com:8080', `[${two}]`, `[${world.host6}]`, 'in.example.com'])
				expect(await ask(closed)).toMatch(refused);
			expect(await ask('never.example')).toMatch(unknown);
			await until('web answers', async () => (await ask('web')) === `${box.name}-web-1\n`);
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(left(box)).toEqual([]);
		}
	});

	test('what is refused is an event once a minute, and `network test` says why', async () => {
		using world = outside();
		await using box = await testBox();
		const [one, two, three] = world.servers;
		world.names({'api.example.com': one, 'in.example.com': world.inner});
		const list = ['api.example.com:80', 'in.example.com', `${two}:8080`];
		const spec = stack(box, {job: `${sleeps}dns: [${world.dns}]\negress: ${JSON.stringify(list)}\n`});
		await bringUp(box, spec);
		const watching = box.start(['events', '--json', box.name]);
		let isTold = false;
		void watching.says('network.refused').then(() => (isTold = true));
		await until('refusals are told', async () => {
			await asks(box, 'job', `http://${three}:${9000 + Math.floor(Math.random() * 900)}/`);
			return isTold;
		});
		for (const _ of [1, 2]) expect(await asks(box, 'job', `http://${three}/`)).toMatch(refused);
		await answerTo(box, 'job', world.dns);
		await watching.says(world.dns);
		watching.child.kill('SIGINT');
		const events = (await watching.ended).out
			.trim()
			.split('\n')
			.map(line => JSON.parse(line) as {type: string; port?: number})
			.filter(({type, port = 0}) => type === 'network.refused' && port < 9000);
		expect(events).toMatchObject([
			{service: 'job', address: three, port: 80, protocol: 'tcp'},
			{service: 'job', address: world.dns, port: 53, protocol: 'udp'},
		]);

		const job = `${box.name}-job-1`;
		const tested = async (target: string): Promise<string> => {
			const {out} = await box.tsbox(['network', 'test', job, target]);
			return (
				/^(?:ok|failed|skipped) +egress.*(?:\n +because:.*)?(?:\n +hint:.*)?/m.exec(out)?.[0].replaceAll(/ +/g, ' ') ??
				out
			);
		};
		expect(await tested('api.example.com:80')).toBe(`ok egress \`egress\` of ${job} lists api.example.com:80/tcp`);
		expect(await tested('api.example.com:443')).toContain(`hint: add \`api.example.com:443\` to \`egress\` of ${job}`);
		expect(await tested('never.example:80')).toContain('does not list never.example');
		expect(await tested('in.example.com:80')).toContain('a name does not open a private address');
		expect(await tested(`${two}:8080`)).toMatch(/^ok egress/);
		expect(await tested(`${three}:80`)).toMatch(/^skipped egress/);
		expect(await tested(`${world.inner}:80`)).toMatch(/^failed egress/);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a foreground run tells what it was refused, and holds the same list when it is started again', async () => {
		using world = outside();
		await using box = await testBox();
		const [one] = world.servers;
		world.names({'api.example.com': one});
		const spec = box.file('run.yaml', `name: ${box.name}\nrootfs: host\ndns: [${world.dns}]\n`);
		const script = `curl -sS -m 3 http://api.example.com/; for i in 1 2 3 4 5 6 7 8 9; do curl -s -m 3 http://${one}:8$i/; sleep 0.1; done; :`;
		for (const _ of [1, 2]) {
			const ran = await box.tsbox(['run', '-T', '--egress', 'api.example.com:80', spec, '--', 'sh', '-c', script]);
			expect({status: ran.status, out: ran.out}).toEqual({status: 0, out: one});
			expect(ran.err).toContain(`${box.name} was refused ${one}:89/tcp, which its \`egress\` does not let out`);
		}
		expect(left(box)).toEqual([]);
		expect(nameServers(box, box.name)).toEqual([]);
	});

	test('the library takes a list, and refuses one that would not hold', async () => {
		using world = outside();
		await using box = await testBox();
		const [one, two] = world.servers;
		const folders = {store: join(box.folder, 'store'), state: join(box.folder, 'state')};
		const spec = {name: box.name, rootfs: 'host'};
		const command = ['sh', '-c', `curl -sS -m 3 http://${one}/; curl -s -m 3 http://${two}/ || echo " $?"`];
		const {stdout, stderr} = await run(spec, {...folders, egress: [`${one}:80`], command});
		expect({stdout, stderr}).toEqual({stdout: `${one} 7\n`, stderr: ''});
		await expect(run(spec, {...folders, egress: ['*']})).rejects.toThrow('no name or address with a port');
		await expect(run(await load(spec), {...folders, egress: []})).rejects.toThrow('cannot be given with a loaded spec');
		const refusing = up(spec, {...folders, egress: ['a.example:0']});
		await expect(refusing).rejects.toMatchObject({hint: 'a port is 1 to 65535'});
		expect(left(box)).toEqual([]);
	});

	test('the list holds on a network to which the container is connected while it runs', async () => {
		using world = outside();
		await using box = await testBox();
		const [one, two] = world.servers;
		world.names({'api.example.com': one});
		const spec = stack(
			box,
			{
				job: `${sleeps}dns: [${world.dns}]\negress: [api.example.com]\nnetworks: [first]\n`,
				web: `${serves}networks: [second]\n`,
			},
			'networks: {first: {internal: true}, second: {}}\n',
		);
		await bringUp(box, spec);
		const [job, second] = [`${box.name}-job-1`, `${box.name}_second`];
		const ask = (url: string): Promise<string> => asks(box, 'job', `http://${url}/`);
		for (const _ of [1, 2]) {
			expect(await box.tsbox(['network', 'connect', second, job])).toMatchObject({status: 0, err: ''});
			expect(await ask('api.example.com')).toBe(one);
			expect(await ask(two)).toMatch(refused);
			await until('web answers', async () => (await ask('web')) === `${box.name}-web-1\n`);
			expect(await box.tsbox(['drift', job])).toMatchObject({status: 0});
			expect(await box.tsbox(['network', 'disconnect', second, job])).toMatchObject({status: 0, err: ''});
		}
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.each(['commands', 'calls'])(
		'a compiled script of %s holds the list, and ends its name server',
		async executor => {
			using world = outside();
			await using box = await testBox();
			const [one, two] = world.servers;
			world.names({'api.example.com': one});
			const said = join(box.folder, 'said');
			const lines = `for each in api.example.com ${one} ${two} never.example; do curl -sS -m 3 http://$each/ 2>&1; echo; done`;
			const text = stack(box, {
				job: `volumes: ["${box.folder}:/said"]\ndns: [${world.dns}]\negress: ["api.example.com:80"]\ncommand: [sh, -c, ${JSON.stringify(`{ ${lines.replaceAll('$', '$$$$')}; } > /said/said; sleep 600`)}]\n`,
			});
			const compiled = await box.tsbox(['compile', '--executor', executor, text, 'job']);
			expect({status: compiled.status, err: compiled.err}).toEqual({status: 0, err: ''});
			const script = spawn('sh', [box.file('job.sh', compiled.out)], {stdio: 'ignore'});
			const over = once(script, 'exit');
			await until('it has asked', () => existsSync(said) && readFileSync(said, 'utf8').includes('never.example'));
			noteLinks(box);
			expect(readFileSync(said, 'utf8').trim().split('\n')).toEqual([
				one,
				one,
				expect.stringMatching(/^curl: \(7\)/),
				'',
				expect.stringMatching(/^curl: \(6\)/),
			]);
			expect(nameServers(box, `${box.name}-job-1`)).toHaveLength(1);
			script.kill('SIGTERM');
			await over;
			expect(nameServers(box, `${box.name}-job-1`)).toEqual([]);
			expect(left(box)).toEqual([]);
		},
	);

	test('nothing stays of a container whose tsbox was killed', async () => {
		using world = outside();
		await using box = await testBox();
		const text = `name: ${box.name}\nrootfs: host\ndns: [${world.dns}]\negress: [api.example.com]\n${sleeps}`;
		const running = box.start(['up', '--plain', box.file('killed.yaml', text)]);
		await running.says('is running');
		expect(nameServers(box, box.name)).toHaveLength(1);
		running.child.kill('SIGKILL');
		await running.ended;
		await until('gc takes it', async () => (await box.tsbox(['gc'])).status === 0 && left(box).length === 0);
		expect(nameServers(box, box.name)).toEqual([]);
	});

	test('a packet to an address of a name begins its hour anew, and a question for a name that is open does not', async () => {
		using world = outside();
		await using box = await testBox();
		const [one] = world.servers;
		world.names({'api.example.com': one});
		await bringUp(box, stack(box, {job: `${sleeps}dns: [${world.dns}]\negress: [api.example.com]\n`}));
		const state = join(box.folder, 'state');
		const set = `${tableOf(state)} egress-${egressId(state, `${box.name}-job-1`)}-n0-4`;
		const nft = (...words: readonly string[]): string => execFileSync('nft', words, {encoding: 'utf8'});
		/** For how long the address stays open, s; 0 when it is closed. */
		const open = (): number => Number(/"expires": (\d+)/.exec(nft('-j', `list set ${set}`))?.[1] ?? 0);
		const asked = () => box.tsbox(['exec', `${box.name}-job-1`, '--', 'getent', 'ahostsv4', 'api.example.com']);
		expect(open()).toBe(0);
		await asked();
		expect(open()).toBeGreaterThan(3500);
		nft(`delete element ${set} { ${one} }; add element ${set} { ${one} timeout 1h expires 300s }`);
		await asked();
		expect(open()).toBeLessThanOrEqual(300);
		expect(await asks(box, 'job', `http://${one}/`)).toBe(one);
		expect(open()).toBeGreaterThan(3500);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('an empty list lets nothing out, and who connects to the container is answered', async () => {
		using world = outside();
		await using box = await testBox();
		const spec = stack(box, {web: `${serves}egress: []\nports: ["80"]\n`, job: sleeps});
		await bringUp(box, spec);
		await until('it serves', async () => (await asks(box, 'job', 'http://web/')) === `${box.name}-web-1\n`);
		const {out} = await box.tsbox(['port', `${box.name}-web-1`, '80']);
		const port = out.trim().split(':').at(-1) ?? '';
		expect(world.run('curl', '-sS', '-m', '3', `http://${world.host}:${port}/`)).toBe(`${box.name}-web-1\n`);
		for (const each of [world.servers[0], world.host, `${world.host}:${port}`])
			expect(await asks(box, 'web', `http://${each}/`)).toMatch(refused);
		expect(await answerTo(box, 'web', world.dns)).toBe('No route to host');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});
});

/** What a container hears when it asks a name server itself. */
async function answerTo(box: TestBox, container: string, address: string): Promise<string> {
	const question = String.raw`\0\1\1\0\0\1\0\0\0\0\0\0\5never\7example\0\0\1\0\1`;
	const program = `use IO::Socket; $s = IO::Socket::INET->new(Proto => 'udp', PeerAddr => '${address}:53') or die;
		$s->send("${question}"); alarm 3; print defined $s->recv($_, 512) ? "answer of " . length : $!`;
	const {out, err} = await box.tsbox(['exec', `${box.name}-${container}-1`, '--', 'perl', '-e', program]);
	return out + err;
}
