import assert from 'node:assert/strict';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {cgroupFile, eventually, run, startTsboxInto, tsbox} from './guest.ts';

const spec = '/root/shop.yaml';
const service = (body: string): string => `    rootfs: /root/busybox.tar\n    network_mode: none\n    ${body}\n`;
const sleeper = 'command: [sh, -c, "trap \'exit 0\' TERM; while :; do sleep 0.1; done"]';

function writeSpec(): void {
	writeFileSync(
		spec,
		`name: shop\nservices:\n  db:\n${service(sleeper)}    mem_limit: 64m\n    healthcheck: {test: "true", interval: 200ms}\n  web:\n${service(sleeper)}    depends_on: {db: {condition: service_healthy}}\n    restart: always\n`,
	);
}

interface Row {
	readonly service: string;
	readonly state: string;
	readonly health: string;
	readonly pid: number;
}

function rows(): readonly Row[] {
	return JSON.parse(tsbox('ps', '--json').out) as Row[];
}

const mib = 1024 * 1024;

/** Detached projects on the unified hierarchy, and under systemd. */
export const superviseChecks: Checks = {
	'a detached project comes up healthy, and its supervisor waits without a use of the processor': async () => {
		writeSpec();
		const {status, err} = tsbox('up', '-d', '--wait', spec);
		assert.equal(status, 0, `up: ${err}`);
		assert.deepEqual(
			rows().map(({service: name, state, health}) => [name, state, health]),
			[
				['db', 'running', 'healthy'],
				['web', 'running', 'none'],
			],
		);
		const {pid} = (JSON.parse(tsbox('inspect', 'shop').out) as {supervisor: {pid: number}}).supervisor;
		process.kill(pid, 'SIGKILL');
		await eventually('the supervisor to be gone', () => (existsSync(`/proc/${pid}`) ? undefined : true));
		const web = rows().find(row => row.service === 'web')?.pid ?? 0;
		process.kill(web, 'SIGKILL');
		const again = tsbox('up', '-d', spec, 'db');
		assert.equal(again.status, 0, `${again.out}${again.err}`);
		await eventually('web to run again', () => {
			const now = rows().find(row => row.service === 'web');
			return now?.state === 'running' && now.pid !== web ? true : undefined;
		});
		const down = tsbox('down', '-t', '1', 'shop');
		assert.equal(down.status, 0, `down: ${down.out}${down.err}`);
	},
	'a generated unit is sound, starts the project, and takes it down': async () => {
		const unit = '/etc/systemd/system/tsbox-shop.service';
		writeFileSync(unit, tsbox('export', 'systemd', spec).out);
		const verified = run(['systemd-analyze', 'verify', unit]);
		assert.equal(verified.status, 0, verified.err);
		run(['systemctl', 'daemon-reload']);
		const started = run(['systemctl', 'start', 'tsbox-shop']);
		assert.equal(started.status, 0, `${started.err}${run(['journalctl', '-u', 'tsbox-shop', '--no-pager']).out}`);
		await eventually('the services', () =>
			rows().filter(({state}) => state === 'running').length === 2 ? true : undefined,
		);
		const {pid} = (JSON.parse(tsbox('inspect', 'shop').out) as {supervisor: {pid: number}}).supervisor;
		assert.match(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), /tsbox-shop\.service/);
		const stopped = run(['systemctl', 'stop', 'tsbox-shop']);
		assert.equal(stopped.status, 0, stopped.err);
		assert.deepEqual(rows(), []);
		run(['rm', unit]);
		run(['systemctl', 'daemon-reload']);
	},
};

interface ReadBack {
	readonly type: string;
	readonly service: string;
	readonly killed?: number;
	readonly limit?: number;
	readonly exitCode?: number;
	readonly oomKilled?: boolean;
}

/** Events of one type of the project `shop`, as they were told to who listens. */
function told(file: string, type: string): readonly ReadBack[] {
	return readFileSync(file, 'utf8')
		.split('\n')
		.slice(0, -1)
		.map(line => JSON.parse(line) as ReadBack)
		.filter(event => event.type === type);
}

/** What memory.events tells, which the unified hierarchy alone has. */
export const memoryChecks: Checks = {
	'that a process was killed for the memory limit is told while its container runs on, and noted at its end':
		async () => {
			const words =
				"trap 'exit 3' TERM; while [ ! -e /go ]; do sleep 0.1; done; dd if=/dev/zero of=/dev/null bs=64M count=1; while :; do sleep 0.1; done";
			writeFileSync(
				spec,
				`name: shop\nservices:\n  db:\n${service(`command: [sh, -c, "${words}"]`)}    mem_limit: 16m\n    memswap_limit: 16m\n`,
			);
			const up = tsbox('up', '-d', spec);
			assert.equal(up.status, 0, up.err);
			const [lines, text] = ['/root/events.json', '/root/events.txt'] as const;
			const listeners = [startTsboxInto(lines, 'events', '--json', 'shop'), startTsboxInto(text, 'events', 'shop')];
			// Who listens is told what happens from then on: an `up` that changes nothing shows that both do.
			await eventually('listeners', () => {
				tsbox('up', '-d', spec);
				return [lines, text].every(file => readFileSync(file, 'utf8') !== '') ? true : undefined;
			});
			const touched = tsbox('exec', 'shop-db-1', '--', 'touch', '/go');
			assert.equal(touched.status, 0, touched.err);
			const kill = await eventually('the event', () => told(lines, 'service.oom')[0]);
			assert.equal(rows()[0]?.state, 'running');
			assert.deepEqual([kill.service, kill.killed, kill.limit], ['db', 1, 16 * mib]);
			assert.match(
				readFileSync(text, 'utf8'),
				/db ran out of memory: the kernel killed a process at 16 MiB: \S+ \(pid \d+\)\n/,
			);
			const stopped = tsbox('stop', 'shop');
			assert.equal(stopped.status, 0, stopped.err);
			assert.deepEqual(
				told(lines, 'service.exited').map(end => [end.service, end.exitCode, end.oomKilled]),
				[['db', 3, false]],
			);
			assert.equal(told(lines, 'service.oom').length, 1);
			const {out} = tsbox('inspect', 'shop-db-1');
			const {exit} = (JSON.parse(out) as {detached: {exit: {code: number; oomKilled?: boolean}}}).detached;
			assert.deepEqual([exit.code, exit.oomKilled], [3, undefined]);
			assert.equal(tsbox('down', 'shop').status, 0);
			await eventually('the end of the listeners', () =>
				listeners.every(({exitCode}) => exitCode !== null) ? true : undefined,
			);
		},
};

interface Sample {
	readonly name: string;
	readonly cpuPercent: number | null;
	readonly memory: {readonly used: number; readonly limit: number | null} | null;
	readonly pids: {readonly current: number; readonly limit: number | null} | null;
	readonly block: {readonly readBytes: number; readonly writeBytes: number} | null;
	readonly pressure: unknown;
}

function statsOf(name: string): Sample | undefined {
	const {out, err} = tsbox('stats', '--no-stream', '--json', name);
	assert.notEqual(out, '', err);
	return (JSON.parse(out) as readonly Sample[])[0];
}

/** What is read and changed of a detached container while it runs. */
export const limitChecks: Checks = {
	'stats of a detached container come from the files of the unified hierarchy': async () => {
		// One busy loop that is held to a fifth of a processor, two that wait (sleep, and unshare(1), which is in the group
		// too), and 8 MiB that go to the disk.
		const words = 'sleep 1000 & dd if=/dev/zero of=/filled bs=1M count=8 conv=fsync; while :; do :; done';
		writeFileSync(
			spec,
			`name: shop\nservices:\n  db:\n${service(`command: [sh, -c, "${words}"]`)}    mem_limit: 64m\n    pids_limit: 20\n    cpus: 0.2\n`,
		);
		const {status, err} = tsbox('up', '-d', spec);
		assert.equal(status, 0, err);
		let last: Sample | undefined;
		const seen = await eventually(
			'busy loop after dd',
			() => {
				last = statsOf('shop-db-1');
				return last?.pids?.current === 3 && (last.cpuPercent ?? 0) > 5 ? last : undefined;
			},
			() => JSON.stringify(last) + tsbox('top', 'shop-db-1').out,
		);
		assert.ok(seen.cpuPercent !== null && seen.cpuPercent < 30, JSON.stringify(seen));
		assert.equal(seen.pids?.limit, 20);
		assert.equal(seen.memory?.limit, 64 * mib);
		assert.ok(seen.memory.used > 0 && seen.memory.used < 64 * mib);
		assert.ok((seen.block?.writeBytes ?? 0) >= 8 * mib, JSON.stringify(seen.block));
	},
	'update changes the limits of a detached container while it runs': () => {
		const {status, err} = tsbox('update', '--memory', '96m', '--cpus', '0.1', '--pids-limit', '33', 'shop-db-1');
		assert.equal(status, 0, err);
		const limit = (file: string): string | undefined => cgroupFile('tsbox/shop-db-1', file);
		assert.deepEqual(
			[limit('memory.max'), limit('cpu.max'), limit('pids.max')],
			[String(96 * mib), '10000 100000', '33'],
		);
		assert.equal(statsOf('shop-db-1')?.memory?.limit, 96 * mib);
		assert.equal(rows()[0]?.state, 'running');
	},
	'an update that the kernel refuses changes nothing': () => {
		const {status, err} = tsbox('update', '--memory', '80m', '--cpuset-cpus', '99', 'shop-db-1');
		assert.notEqual(status, 0);
		assert.match(err, /cpuset/);
		assert.equal(cgroupFile('tsbox/shop-db-1', 'memory.max'), String(96 * mib));
		assert.equal(tsbox('down', '-t', '0', 'shop').status, 0);
	},
};
