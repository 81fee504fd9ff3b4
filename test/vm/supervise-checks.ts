import assert from 'node:assert/strict';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {eventually, run, tsbox} from './guest.ts';

const spec = '/root/shop.yaml';
const service = (body: string): string => `    rootfs: /root/busybox.tar\n    ${body}\n`;
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

/** Detached projects on the unified hierarchy, and under systemd. */
export const superviseChecks: Checks = {
	'a detached project comes up healthy, and its supervisor waits without a use of the processor': async () => {
		writeSpec();
		const {status, err} = tsbox('up', '-d', '--wait', spec);
		assert.equal(status, 0, err);
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
		assert.equal(tsbox('up', '-d', spec, 'db').status, 0);
		await eventually('web to run again', () => {
			const now = rows().find(row => row.service === 'web');
			return now?.state === 'running' && now.pid !== web ? true : undefined;
		});
		assert.equal(tsbox('down', '-t', '1', 'shop').status, 0);
	},
	'a generated unit is sound, starts the project, and takes it down': async () => {
		const unit = '/etc/systemd/system/tsbox-shop.service';
		writeFileSync(unit, tsbox('generate', 'systemd', spec).out);
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
