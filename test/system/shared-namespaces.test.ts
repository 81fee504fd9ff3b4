import {execFileSync} from 'node:child_process';
import {chmodSync, readFileSync, readlinkSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import type {Ended, TestBox} from './box.ts';
import {testBox} from './box.ts';
import {bringUp, isAble, left, sleeps, stack} from './network-stack.ts';
import {rows, until} from './project.ts';

/* Containers in namespaces of other containers: `network_mode`, `pid` and `ipc` with `service:` and `container:`. */

/** The namespaces of a container's first process, as the kernel names them. */
async function namespaces(
	box: TestBox,
	service: string,
): Promise<Readonly<Record<'net' | 'pid' | 'ipc' | 'uts', string>>> {
	const pid = (await rows(box))[service]?.pid ?? 0;
	const link = (file: string): string => readlinkSync(`/proc/${pid}/ns/${file}`);
	return {net: link('net'), pid: link('pid'), ipc: link('ipc'), uts: link('uts')};
}

const inside = async (box: TestBox, service: string, ...words: readonly string[]): Promise<string> =>
	(await box.tsbox(['exec', `${box.name}-${service}-1`, '--', ...words])).out;

/** A spec of one container beside a service `db` that is up. */
function beside(box: TestBox, keys: string, command = 'true'): string {
	return box.file(
		'side.yaml',
		`name: ${box.name}-alone\nrootfs: host\ncommand: [sh, -c, ${JSON.stringify(command)}]\n${keys}\n`,
	);
}

const complaint = ({status, err}: Ended): string => {
	expect(status).toBe(125);
	return err;
};

describe.runIf(isAble)('namespaces of other containers', () => {
	test('services share a network, processes and queues, and follow when the owner starts again', async () => {
		await using box = await testBox();
		const all = 'network_mode: "service:db"\npid: "service:db"\nipc: "service:db"\n';
		const spec = stack(
			box,
			{
				db: `${sleeps}ipc: shareable\nnetworks: [default]\nhostname: store\n`,
				side: `${sleeps}${all}`,
				third: `${sleeps}network_mode: "service:side"\nuts: host\n`,
			},
			'networks: {default: {}}\n',
		);
		await bringUp(box, spec);
		const [db, side, third] = [
			await namespaces(box, 'db'),
			await namespaces(box, 'side'),
			await namespaces(box, 'third'),
		];
		expect(side).toEqual({...db, uts: side.uts});
		expect(side.uts).not.toBe(db.uts);
		expect([third.net, third.pid === db.pid]).toEqual([db.net, false]);
		expect(third.uts).toBe(readlinkSync('/proc/self/ns/uts'));
		expect(await inside(box, 'side', 'hostname')).toBe('store\n');
		// Names and addresses are those of the owner, also of one whose network is another one's.
		for (const service of ['side', 'third']) {
			expect(await inside(box, service, 'ip', '-br', 'address')).toBe(await inside(box, 'db', 'ip', '-br', 'address'));
			expect(await inside(box, service, 'cat', '/etc/hosts')).toBe(await inside(box, 'db', 'cat', '/etc/hosts'));
		}
		expect(await inside(box, 'side', 'pgrep', '-cx', 'sleep')).toBe('2\n');
		expect((await box.tsbox(['drift', `${box.name}-side-1`])).err).toBe('');
		await box.tsbox(['restart', '-t', '0', box.name, 'db']);
		const again = await namespaces(box, 'db');
		expect(again.net).not.toBe('');
		expect(await namespaces(box, 'side')).toEqual({...again, uts: (await namespaces(box, 'side')).uts});
		expect((await namespaces(box, 'third')).net).toBe(again.net);
		// The kernel ends all processes of a pid namespace with its first one.
		await box.tsbox(['stop', '-t', '0', box.name, 'db']);
		await until('side has ended', async () => (await rows(box))['side']?.state !== 'running');
		expect((await rows(box))['third']?.state).toBe('running');
		expect(complaint(await box.tsbox(['run', beside(box, `pid: "container:${box.name}-db-1"`)]))).toContain(
			`${box.name}-db-1, whose pid namespace ${box.name}-alone shares, is not running`,
		);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.each(['calls', 'commands'])(
		'%s join a container by its name, and a compiled script does until that starts again',
		async executor => {
			await using box = await testBox();
			await bringUp(box, stack(box, {db: `${sleeps}ipc: shareable\nnetwork_mode: none\n`}));
			const {net, pid, ipc} = await namespaces(box, 'db');
			const of = `"container:${box.name}-db-1"`;
			const spec = beside(
				box,
				`network_mode: ${of}\npid: ${of}\nipc: ${of}`,
				'for each in net pid ipc; do readlink /proc/self/ns/$$each; done',
			);
			const ids = [net, pid, ipc].map(id => `${id}\n`).join('');
			const words = ['--executor', executor, spec];
			expect(await box.tsbox(['run', ...words])).toEqual({status: 0, signal: null, out: ids, err: ''});
			expect((await box.tsbox(['plan', ...words])).out).toMatch(
				/nsenter --net=\/proc\/\d+\/ns\/net .*--no-fork unshare/,
			);
			const script = box.file('start.sh', (await box.tsbox(['compile', ...words])).out);
			chmodSync(script, 0o700);
			expect(execFileSync(script, {encoding: 'utf8'})).toBe(ids);
			await box.tsbox(['restart', '-t', '0', box.name, 'db']);
			expect(() => execFileSync(script, {encoding: 'utf8', stdio: 'pipe'})).toThrow(
				/No such file|has ended, so its namespaces cannot be shared/,
			);
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(left(box)).toEqual([]);
		},
	);

	test('a process that has the number of another one by now is not joined', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {db: `${sleeps}network_mode: none\n`}));
		const stat = readFileSync(`/proc/${(await rows(box))['db']?.pid ?? 0}/stat`, 'utf8');
		const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
		const spec = beside(box, `network_mode: "container:${box.name}-db-1"`);
		for (const executor of ['calls', 'commands']) {
			const {out} = await box.tsbox(['compile', '--executor', executor, spec]);
			// As if that process had ended, and another had started later under its number.
			const script = box.file('start.sh', out.replaceAll(new RegExp(`\\b${started}\\b`, 'g'), '1'));
			chmodSync(script, 0o700);
			expect(() => execFileSync(script, {encoding: 'utf8', stdio: 'pipe'})).toThrow(/has ended, so its namespaces/);
		}
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a container with ids of its own joins the network, and no other namespace', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {db: `${sleeps}ipc: shareable\nnetwork_mode: none\n`}));
		const {net} = await namespaces(box, 'db');
		const own = (key: string, command: string): string =>
			beside(box, `${key}: "container:${box.name}-db-1"\nuserns_mode: auto`, command);
		const ran = await box.tsbox(['run', own('network_mode', 'readlink /proc/self/ns/net; ls /sys/fs')]);
		expect(ran).toEqual({
			status: 0,
			signal: null,
			out: `${net}\ncgroup\n`,
			err: '',
		});
		for (const key of ['pid', 'ipc'])
			expect(complaint(await box.tsbox(['run', own(key, 'true')]))).toContain(
				'and a user namespace exclude each other',
			);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('what the other has from the host, or keeps for itself, is refused before anything is made', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {db: `${sleeps}network_mode: host\npid: host\n`}));
		const refused = async (keys: string): Promise<string> => complaint(await box.tsbox(['run', beside(box, keys)]));
		const of = `"container:${box.name}-db-1"`;
		expect(await refused(`network_mode: ${of}`)).toContain('has the network namespace of the host');
		expect(await refused(`pid: ${of}`)).toContain('write `pid: host` to share that');
		expect(await refused(`ipc: ${of}`)).toContain('write `ipc: shareable`');
		expect(await refused('ipc: container:none')).toContain('there is no container named none');
		// A plan of what does not run yet is shown.
		const plan = await box.tsbox(['plan', beside(box, 'ipc: container:none')]);
		expect([plan.status, plan.out]).toEqual([0, expect.stringContaining('nsenter --ipc=/proc/PID-OF-none/ns/ipc')]);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});
});
