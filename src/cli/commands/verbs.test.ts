import {expect, test} from 'vitest';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const terminals = ['stdin', 'stdout', 'stderr'] as const;

test('up without terminals shows plain lines on standard error and leaves standard output to the command', async () => {
	const {status, out, err, calls} = await tsbox('up demo.yaml web');
	expect({status, out}).toEqual({status: 0, out: ''});
	expect(err).toContain('ok     2/3  limit memory to 100 MiB (0.4 ms)\n');
	const spec = {cwd: '/home', env: {}, bestEffort: false, profiles: [], file: 'demo.yaml'};
	expect(calls).toEqual([
		['loadProject', {...spec, named: ['web']}],
		['openPlanned', {}, ['000', 'up', 'demo.yaml', 'web']],
		[
			'up',
			{
				verb: 'up',
				file: 'demo.yaml',
				service: 'web',
				cwd: '/home',
				env: {},
				bestEffort: false,
				profiles: [],
				tty: false,
				stdio: {stdin: 0, stdout: 1, stderr: 2},
				stop: undefined,
				force: undefined,
			},
		],
	]);
});

test('up on a terminal prints one line for a quick start', async () => {
	const {err, calls} = await tsbox('up demo.yaml', {terminals, env: {NO_COLOR: '1', LANG: 'C.UTF-8'}});
	expect(err).toBe(
		'! warning: no swap accounting on this kernel\n✔ demo is running (pid 1234), 3 steps in 1 s (--plain shows each)\ndemo exited with status 0\n',
	);
	expect(calls.at(-1)?.[1]).toMatchObject({tty: true});
});

test('up --json prints one event per line and moves the output of the command to standard error', async () => {
	const {out, err, calls} = await tsbox('up --json demo.yaml', {terminals});
	const types = out
		.trimEnd()
		.split('\n')
		.map(line => (JSON.parse(line) as {type: string}).type);
	expect(types[0]).toBe('plan.started');
	expect(types.at(-1)).toBe('run.completed');
	expect(err).toBe('');
	expect(calls.at(-1)?.[1]).toMatchObject({tty: false, stdio: {stdin: 0, stdout: 2, stderr: 2}});
});

test('up --step explains each step, waits before it, and shows right after it what changed', async () => {
	const {err} = await tsbox('up --step demo.yaml', {terminals, env: {NO_COLOR: '1'}, line: ''});
	expect(err.match(/Enter: run this step/g)).toHaveLength(3);
	expect(err.slice(err.indexOf('ok     2/3'), err.indexOf('3/3 mounts'))).toMatchInlineSnapshot(`
		"ok     2/3  limit memory to 100 MiB (0.4 ms)
		       ~ /sys/cgroup.memory: reads 2 -> reads 3
		       agrees /sys/cgroup.memory is 3
		       1 more check when all steps are done

		"
	`);
});

test.each(['up', 'run'])('%s --step runs, skips, shows, explains, and goes on', async verb => {
	const step = (...lines: string[]) => tsbox(`${verb} --step demo.yaml`, {terminals, env: {NO_COLOR: '1'}, lines});
	const typed = await step('now', 'k', '?', '', 'k', 'n', 'C');
	expect(typed.err.match(/Enter: run this step/g)).toHaveLength(7);
	expect(typed.err).toMatch(/of the host this step changes\n {2}\/sys\/image\.unpack reads 2\n/);
	expect(typed.err).toContain('this step cannot be skipped: the next steps rely on it\n');
	expect(typed.err).toMatch(/k {6}skip; not this step: the next steps rely on it\n/);
	expect(typed.err).toContain('without it: it may use all memory\nskip   2/3  limit memory to 100 MiB\n');
	expect(typed.err).toMatch(/\n {2}namespaces +own: mount 9\n/);
	expect(typed.err).toContain('ok     3/3');
	const quit = await step('', 'q');
	expect(quit.status).toBe(130);
	expect(quit.err).toContain('error: the start was interrupted\n  step     limit memory');
});

test('up --step opens a shell on the host, and inside once there is a first process', async () => {
	const {calls, err} = await tsbox('up --step demo.yaml', {
		terminals,
		env: {NO_COLOR: '1'},
		lines: ['s', 'i', '', '', 'i', ''],
	});
	expect(calls.filter(([name]) => name === 'runOnTerminal')).toEqual([
		['runOnTerminal', 'script', '/dev/null'],
		['runOnTerminal', 'nsenter', '--target', '1234'],
	]);
	expect(err).toContain('there is no first process yet');
});

test('--step needs a terminal', async () => {
	for (const verb of ['up', 'run'])
		expect(await tsbox(`${verb} --step demo.yaml`)).toMatchObject({
			status: 2,
			err: expect.stringContaining('--step needs a terminal'),
		});
});

test('the end of the input interrupts up --step', async () => {
	const {status, err} = await tsbox('up --step demo.yaml', {terminals, env: {NO_COLOR: '1'}});
	expect(status).toBe(130);
	expect(err).toContain('\nerror: the start was interrupted\n  step     unpack rootfs.tar.gz into the store\n');
});

test('run reports only slow steps and problems', async () => {
	const {err} = await tsbox('run demo.yaml');
	expect(err).toMatchInlineSnapshot(`
		"       1/3  unpack rootfs.tar.gz into the store (30 %, 35 MiB of 100 MiB, 1200 entries)
		       1/3  unpack rootfs.tar.gz into the store (100 %, 100 MiB of 100 MiB, 4100 entries)
		warning: no swap accounting on this kernel
		"
	`);
});

test('everything after -- is the command, including options and a second --', async () => {
	const {calls} = await tsbox(
		'run -e A=1 -eB=2 --env C -itw/tmp -u 1:2 -v ./a:/a:ro --name x --rm demo.yaml -- ls -e --help -- -x',
		{terminals},
	);
	expect(calls[1]?.[1]).toMatchObject({
		tty: true,
		overrides: {
			name: 'x',
			command: ['ls', '-e', '--help', '--', '-x'],
			environment: ['A=1', 'B=2', 'C'],
			volumes: ['./a:/a:ro'],
			workingDir: '/tmp',
			user: '1:2',
		},
	});
});

test.each([
	['run demo.yaml', [], false],
	['run demo.yaml', ['stdin'], false],
	['run demo.yaml', ['stdin', 'stdout'], true],
	['run -T demo.yaml', ['stdin', 'stdout'], false],
	['run -t demo.yaml', [], true],
] as const)('%s with terminals %j: tty %s', async (line, streams, tty) => {
	const {calls} = await tsbox(line, {terminals: streams});
	expect(calls[1]?.[1]).toMatchObject({tty});
});

test('the first signal stops, the second kills', async () => {
	expect((await tsbox('run demo.yaml', {signals: ['SIGTERM']})).calls[1]?.[1]).toMatchObject({
		stop: 'SIGTERM',
		force: undefined,
	});
	expect((await tsbox('run demo.yaml', {signals: ['SIGINT', 'SIGTERM']})).calls[1]?.[1]).toMatchObject({
		stop: 'SIGINT',
		force: 'SIGTERM',
	});
});

test.each([
	[{exitCode: 7, signal: null}, 7],
	[{exitCode: 0, signal: 'SIGKILL'}, 137],
	[{exitCode: 0, signal: 'SIGTERM'}, 143],
])('a command that ended with %j gives status %d', async (end, expected) => {
	const engine = {up: () => Promise.resolve(end), execIn: () => Promise.resolve(end)};
	expect((await tsbox('run a.yaml', {engine})).status).toBe(expected);
	expect((await tsbox('exec demo -- true', {engine})).status).toBe(expected);
});

test('exec passes on user, working directory, and variables', async () => {
	const {calls} = await tsbox('exec -T -u nobody -w /tmp -e A=1 demo -- id -u');
	expect(calls[1]).toMatchObject([
		'execIn',
		'demo',
		{args: ['id', '-u'], user: 'nobody', workdir: '/tmp', env: ['A=1'], tty: false},
	]);
});

test.each([
	['exec -u nobody demo ls -l', ['ls', '-l']],
	['exec -unobody demo git log -- file', ['git', 'log', '--', 'file']],
	['exec demo -u nobody -- ls -l', ['ls', '-l']],
	['exec -u nobody demo -- -odd', ['-odd']],
])('%s runs the command that begins behind the name', async (line, args) => {
	const {calls} = await tsbox(line);
	expect(calls[1]).toMatchObject(['execIn', 'demo', {args, user: 'nobody'}]);
});

test('down takes a name, the path of a spec, or the spec in the folder', async () => {
	for (const line of ['down -t 1.5 demo', 'down -t 1.5 ./demo.yaml', 'down -t 1.5']) {
		const {status, err, calls} = await tsbox(line);
		expect({status, err}).toEqual({status: 0, err: 'demo is down\n'});
		expect(calls.at(-1)).toEqual([
			'down',
			'demo',
			{timeoutMs: 1500, warn: expect.any(Function), stopping: expect.any(Function)},
		]);
	}
});

test('down reports a missing container without an error', async () => {
	const {status, err} = await tsbox('down demo.yaml', {engine: {list: () => Promise.resolve([])}});
	expect({status, err}).toEqual({
		status: 0,
		err: 'demo.yaml has no containers\n',
	});
	const down = () =>
		Promise.reject(
			new TsboxError('E_NO_SUCH_CONTAINER', 'there is no container named dem', {hint: 'did you mean demo?'}),
		);
	expect(await tsbox('down dem', {engine: {down}})).toMatchObject({
		status: 0,
		err: 'there is no container named dem; did you mean demo?\n',
	});
});

test('ps prints a table, names, JSON, or a template', async () => {
	expect((await tsbox('ps')).out).toBe(
		'NAME  STATE    PID   STARTED        IMAGE  COMMAND  SPEC\ndemo  running  1234  5 seconds ago  host   sh       /home/demo.yaml\n',
	);
	expect((await tsbox('ps -q')).out).toBe('demo\n');
	expect(JSON.parse((await tsbox('ps --json')).out)).toMatchObject([{name: 'demo', pid: 1234}]);
	expect((await tsbox(['ps', '--format', '{{.Name}} is {{.Pid}}'])).out).toBe('demo is 1234\n');
});

test('plan prints a table, an explanation, JSON, or a script', async () => {
	expect((await tsbox('plan demo.yaml')).out).toMatch(/^demo: 3 steps from demo\.yaml\n/);
	expect((await tsbox('plan --explain demo.yaml')).out).toContain('sources of the values\n  mem_limit    ');
	expect(JSON.parse((await tsbox('plan --json demo.yaml')).out)).toMatchObject({name: 'demo'});
	expect((await tsbox('plan --format sh demo.yaml')).out).toBe('#!/bin/sh\n');
});

test('plan shows the steps of some phases, or one step with its explanation, with their numbers', async () => {
	const {out} = await tsbox('plan --only cgroup,mounts demo.yaml');
	expect(out).toMatch(/^demo: 2 of 3 steps from demo\.yaml\n/);
	expect(out).toContain("  3  mount the container's file tree");
	expect(out).not.toContain('warnings');
	for (const word of ['2', 'namespaces.start'])
		expect((await tsbox(`plan --step ${word} demo.yaml`)).out).toMatch(/\n  2  start .*\n.*\n(.*\n)* {5}why /);
	const json = JSON.parse((await tsbox('plan --json --only mounts demo.yaml')).out);
	expect(json.steps).toMatchObject([{number: 3, id: 'mounts.table'}]);
	expect(await tsbox('plan --only image demo.yaml')).toMatchObject({
		status: 0,
		err: 'no step is of the phase image; the plan has cgroup, namespaces, mounts\n',
	});
});

test('plan --diff compares two specs, under the name of the first', async () => {
	const {status, out, calls} = await tsbox('plan --diff a.yaml b.yaml:web');
	expect(status).toBe(0);
	expect(out).toContain('0 added, 0 removed, 0 changed, 3 the same\n');
	expect(calls.filter(([name]) => name === 'planContainer').map(([, request]) => request)).toMatchObject([
		{file: 'a.yaml'},
		{file: 'b.yaml', service: 'web'},
	]);
	expect(JSON.parse((await tsbox('plan --diff --json a.yaml b.yaml')).out)).toMatchObject({same: 3, changed: []});
});

test.each([
	['plan --only cgrup demo.yaml', 'did you mean cgroup?'],
	['plan --step mounts.tabel demo.yaml', 'did you mean mounts.table?'],
	['plan --step 4 demo.yaml', 'give a number from 1 to 3'],
	['plan --step demo.yaml', '--step needs a number or an id, not the spec demo.yaml'],
	['plan --step 1 --only cgroup demo.yaml', '--only cannot be combined with --step'],
	['plan --diff --step 1 a.yaml b.yaml', '--diff cannot be combined with --step'],
	['plan --diff a.yaml', 'tsbox plan --diff before.yaml after.yaml'],
	['plan --format sh --only cgroup demo.yaml', '--only cannot be combined with --format sh'],
])('%s is refused: %s', async (line, words) => {
	const {status, out, err} = await tsbox(line);
	expect({status, out}).toEqual({status: 2, out: ''});
	expect(err).toContain(words);
});

test('plan --facts rejects a missing or invalid file', async () => {
	expect((await tsbox('plan --facts x.json demo.yaml')).status).toBe(2);
	expect((await tsbox('plan --facts x.json demo.yaml', {files: {'/home/x.json': '{"schema": 2}'}})).status).toBe(125);
});

test('compile --minimal plans as for root, whoever asks, and takes no terminal', async () => {
	const planned: unknown[] = [];
	const {calls, out} = await tsbox('compile --minimal demo.yaml', {
		engine: {
			planContainer: async machine => {
				planned.push(machine.facts);
				return {} as PlannedContainer;
			},
			compileMinimal: async () => '#!/bin/sh\n',
		},
	});
	expect(calls).toEqual([['openMachine', {planOnly: true, forRoot: true}]]);
	expect(planned).toMatchObject([{user: {uid: 0, gid: 0}, cgroup: {writable: true, delegated: null}}]);
	expect(out).toBe('#!/bin/sh\n');
	const refused = await tsbox('compile --minimal -t demo.yaml');
	expect(refused).toMatchObject({status: 2, err: expect.stringContaining('--minimal and -t cannot be combined')});
});

test('compile prints only the script on standard output, and warnings on standard error', async () => {
	expect(await tsbox('compile demo.yaml')).toMatchObject({
		out: '#!/bin/sh\n',
		err: 'warning: no swap accounting on this kernel, so memswap_limit is not enforced\n',
	});
});

test('validate confirms a valid spec, or prints the parsed spec', async () => {
	expect(await tsbox('validate')).toMatchObject({status: 0, out: '', err: '/home/demo.yaml is valid: demo\n'});
	expect(JSON.parse((await tsbox('validate --json')).out)).toMatchObject({name: 'demo'});
});

test('inspect, gc, and images print data on standard output', async () => {
	expect(JSON.parse((await tsbox('inspect demo')).out)).toEqual({name: 'demo'});
	expect(await tsbox('gc')).toMatchObject({out: 'old\n', err: '1 leftover removed\n'});
	expect(await tsbox('images prune')).toMatchObject({out: 'sha256:12 /srv/a.tar\n', err: 'freed 2 KiB\n'});
	expect(await tsbox('images rm nginx:1.27 cd')).toMatchObject({
		out: 'untagged nginx:1.27\nremoved sha256:34\n'.repeat(2),
		calls: [
			['openMachine', {}],
			['removeImage', 'nginx:1.27', '/home'],
			['removeImage', 'cd', '/home'],
		],
	});
	expect((await tsbox('images --json')).out).toBe('[]\n');
});

test('volume creates, inspects, removes, and prunes', async () => {
	expect((await tsbox('volume')).out).toBe('NAME  PROJECT  CREATED  IN USE BY\n');
	expect((await tsbox('volume ls --json')).out).toBe('[]\n');
	expect((await tsbox('volume create --label a=b=c --label d shared')).calls.at(-1)).toEqual([
		'createVolume',
		'shared',
		{a: 'b=c', d: ''},
	]);
	expect(JSON.parse((await tsbox('volume inspect shop_data')).out)).toMatchObject({name: 'shop_data', usedBy: []});
	expect((await tsbox('volume rm a b')).calls.slice(1)).toEqual([
		['removeVolume', 'a'],
		['removeVolume', 'b'],
	]);
	expect((await tsbox('volume prune')).out).toBe('shop_data\n');
});

test('network creates, inspects, removes, and prunes', async () => {
	expect((await tsbox('network')).out).toBe('NAME  PROJECT  DRIVER  SUBNET  DEVICE  CONTAINERS\n');
	expect((await tsbox('network ls --json')).out).toBe('[]\n');
	const line =
		'network create -d bridge --subnet 10.5.0.0/24 --gateway 10.5.0.2 --ip-range 10.5.0.128/25 --aux-address a=10.5.0.9 --internal --attachable -o x=1 --ipv6 --label d office';
	expect((await tsbox(line)).calls.at(-1)).toEqual([
		'createNetwork',
		'office',
		{
			driver: 'bridge',
			subnets: ['10.5.0.0/24'],
			gateways: ['10.5.0.2'],
			ipRanges: ['10.5.0.128/25'],
			ipv4: true,
			ipv6: true,
			internal: true,
			attachable: true,
			auxAddresses: {a: '10.5.0.9'},
			driverOptions: {x: '1'},
			labels: {d: ''},
		},
	]);
	expect(JSON.parse((await tsbox('network inspect shop_default')).out)).toMatchObject({bridge: 'tsb-0a1b2c3d'});
	expect((await tsbox('network rm a b')).calls.slice(1)).toEqual([
		['removeNetwork', 'a'],
		['removeNetwork', 'b'],
	]);
	expect((await tsbox('network prune')).out).toBe('shared\n');
});

test('network draws, tests and connects', async () => {
	expect((await tsbox('network graph shop --json')).calls.at(-1)).toEqual(['networkGraph', 'shop']);
	const tested = await tsbox('network test web [fd00::1]:80');
	expect(tested).toMatchObject({status: 1, out: 'failed   name        db is not known in web\n'});
	expect(tested.calls.at(-1)).toEqual(['testNetwork', 'web', {host: 'fd00::1', port: 80}]);
	const connected = await tsbox('network connect shared web --alias a --alias b --ip 10.5.0.9');
	expect(connected.calls.at(-1)).toEqual([
		'connectNetwork',
		'shared',
		'web',
		{aliases: ['a', 'b'], address: '10.5.0.9'},
	]);
	expect((await tsbox('network disconnect shared web')).calls.at(-1)).toEqual(['disconnectNetwork', 'shared', 'web']);
});

test.each([
	'network graph a b',
	'network test',
	'network test web db',
	'network test web db:80 more',
	'network connect shared',
	'network disconnect shared web more',
	'network disconnect shared web --alias a',
	'network ls --ip 10.5.0.9',
	'network connect shared web --subnet 10.5.0.0/24',
])('tsbox %s is refused', async line => {
	expect(await tsbox(line)).toMatchObject({status: 2, out: ''});
});

test('down -v removes the volumes of the project, and reports which remain and why', async () => {
	const none = {findTarget: async () => undefined};
	expect(await tsbox('down -v demo.yaml', {engine: none})).toMatchObject({
		status: 0,
		err: 'demo is down\nremoved volume shop_data\n',
	});
	const project = {
		name: 'demo',
		file: '/home/demo.yaml',
		services: [],
		volumes: [{key: 'theirs', name: 'theirs', project: null, labels: {}}],
	};
	const external = await tsbox('down -v demo.yaml', {engine: {...none, loadProject: async () => project}});
	expect(external.calls.at(-1)).toEqual(['removeProjectVolumes', 'demo', ['theirs']]);
	const used = async () => ({removed: [], kept: [{name: 'demo_data', usedBy: ['other']}]});
	expect(await tsbox('down -v demo', {engine: {...none, removeProjectVolumes: used}})).toMatchObject({
		status: 125,
		err: expect.stringContaining('error: demo_data cannot be removed\n  cause    other mounts demo_data\n'),
	});
	const nothing = async () => ({removed: [], kept: []});
	const gone = {...none, list: async () => [], removeProjectVolumes: nothing};
	expect(await tsbox('down -v demo.yaml', {engine: gone})).toMatchObject({
		status: 0,
		err: 'demo.yaml has no containers\n',
	});
	const part = {findTarget: async () => ({project: 'shop', services: ['web']})};
	expect(await tsbox('down -v shop-web', {engine: part})).toMatchObject({status: 2});
});

test('init replaces an existing spec only with --force', async () => {
	const first = await tsbox('init');
	expect(first.files['/home/tsbox.yaml']).toMatch(/^# yaml-language-server: \$schema=/);
	expect(first.err).toBe('wrote /home/tsbox.yaml; next: tsbox plan tsbox.yaml\n');
	const files = {'/home/a.yaml': 'mine'};
	expect(await tsbox('init a.yaml', {files})).toMatchObject({
		status: 2,
		err: 'error: /home/a.yaml already exists\n  hint     add `--force` to replace it\n',
		files,
	});
	expect((await tsbox('init -f a.yaml', {files})).files['/home/a.yaml']).not.toBe('mine');
});
