import {spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {arch} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, createIn, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* Filters that ask an agent on the host: SCMP_ACT_NOTIFY. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

/**
 * An agent in perl. It writes the state that comes with each listener to a file, and refuses each call with EXDEV, which no mkdir(2) of the
 * container would give: unix(7), seccomp_unotify(2).
 */
const agentProgram = String.raw`
($socket, $file, $recvmsg) = @ARGV;
socket $l, 1, 1, 0; bind $l, pack 'Sa*', 1, $socket or die; listen $l, 5;
$SIG{CHLD} = 'IGNORE';
while (accept $c, $l) {
	next if fork;
	$data = "\0" x 65536; $vector = pack 'PQ', $data, length $data; $control = "\0" x 24;
	$message = pack 'QQPQPQQ', 0, 0, $vector, 1, $control, 24, 0;
	$n = syscall $recvmsg + 0, fileno $c, $message, 0;
	exit if $n <= 0;
	open $f, '>>', $file; print $f substr($data, 0, $n), "\n"; close $f;
	open $s, '+<&=', (unpack 'x16i', $control)[0] or die;
	while (1) {
		$notice = "\0" x 80;
		if (!ioctl $s, 0xc0502100, $notice) { exit if $! != 4; next }
		$answer = pack 'QqlL', (unpack 'Q', $notice)[0], 0, -18, 0;
		ioctl $s, 0xc0182101, $answer;
	}
}`;

/** Runs an agent; what it was told comes as objects. */
async function agent() {
	const [socket, told] = [join(at.folder, 'agent'), join(at.folder, 'told')];
	const recvmsg = arch() === 'arm64' ? '212' : '47';
	const child = spawn('perl', ['-e', agentProgram, socket, told, recvmsg], {stdio: ['ignore', 'inherit', 'inherit']});
	await until('the agent listens', () => existsSync(socket));
	return {
		socket,
		states: () =>
			readFileSync(told, 'utf8')
				.trim()
				.split('\n')
				.map(line => JSON.parse(line) as {pid: number; state: {pid: number; status: string}}),
		[Symbol.dispose]: () => child.kill('SIGKILL'),
	};
}

const asks = (listenerPath: string, names: readonly string[] = ['mkdir', 'mkdirat'], more: object = {}) => ({
	seccomp: {
		defaultAction: 'SCMP_ACT_ALLOW',
		listenerPath,
		listenerMetadata: 'of the test',
		syscalls: [{names, action: 'SCMP_ACT_NOTIFY'}],
		...more,
	},
});

const refused = /^mkdir: .*'\/x': (Invalid c|C)ross-device link\n$/;

describe.each([true, false])('with noNewPrivileges %s', noNewPrivileges => {
	const withPrivileges = () => ({process: {...configOf(at, forever).process, noNewPrivileges}});

	test('the agent decides about calls of the command, and of processes that enter', async () => {
		using its = await agent();
		const {process} = configOf(at, `mkdir /x 2> /refused; ${forever}`);
		const folder = at.bundle(configOf(at, '', {process: {...process, noNewPrivileges}}, asks(its.socket)));
		expect(at.oci('run', '--detach', '--bundle', folder, 'c')).toMatchObject({status: 0, log: undefined});
		await until('it runs', () => existsSync(join(at.folder, 'rootfs/printed')));
		expect(readFileSync(join(at.folder, 'rootfs/refused'), 'utf8')).toMatch(refused);
		expect(at.oci('exec', 'c', 'mkdir', '/x')).toMatchObject({
			status: 1,
			err: expect.stringMatching(refused) as string,
		});
		const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
		const [ran, entered] = its.states();
		expect(ran).toMatchObject({
			ociVersion: '1.0.2',
			fds: ['seccompFd'],
			pid,
			metadata: 'of the test',
			state: {id: 'c', pid, status: 'creating', bundle: folder},
		});
		expect(entered).toMatchObject({fds: ['seccompFd'], state: {id: 'c', pid, status: 'running', bundle: folder}});
		expect(entered?.pid).not.toBe(pid);
		at.oci('exec', '--detach', 'c', 'sh', '-c', 'mkdir /x 2> /detached');
		const detached = join(at.folder, 'rootfs/detached');
		await until('it is refused', () => existsSync(detached) && refused.test(readFileSync(detached, 'utf8')));
	});

	test('calls that a start makes wait for the agent too', async () => {
		using its = await agent();
		expect(createIn(at, forever, withPrivileges(), asks(its.socket, ['getpriority', 'sched_yield']))).toMatchObject({
			status: 0,
		});
		expect(at.oci('delete', '--force', 'c').status).toBe(0);
		expect(at.left()).toEqual([]);
	});
});

test('without an agent nothing starts, and nothing is left', () => {
	const {log, status} = createIn(at, forever, {}, asks(join(at.folder, 'nobody')));
	expect([status, log]).toEqual([1, expect.stringContaining('failed to connect with seccomp agent')]);
	expect(at.left()).toEqual([]);
});

test('what no agent can decide is refused', () => {
	const log = (linux: object) => createIn(at, forever, {}, linux).log;
	expect(log(asks('/x', ['write']))).toContain('SCMP_ACT_NOTIFY cannot be used for the write syscall');
	expect(log(asks('/x', [], {defaultAction: 'SCMP_ACT_NOTIFY'}))).toContain('cannot be used as default action');
	expect(log(asks('here'))).toContain('listenerPath must be an absolute path');
	expect(at.left()).toEqual([]);
});

test('a hook inside has its streams, and no other descriptor', async () => {
	using its = await agent();
	const hooks = {startContainer: [{path: '/bin/sh', args: ['sh', '-c', 'ls /proc/self/fd > /hooked']}]};
	expect(createIn(at, forever, {hooks}, asks(its.socket))).toMatchObject({status: 0});
	expect(at.oci('start', 'c')).toMatchObject({status: 0});
	expect(readFileSync(join(at.folder, 'rootfs/hooked'), 'utf8')).toBe('0\n1\n2\n3\n');
});
