import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {bundledDriver} from '../support/driver.ts';
import {type TestBox, testBox} from './box.ts';

/** Of the steps of a start each eighth, other ones in each test; all with `FAULTS=all`. */
const every = process.env['FAULTS'] === 'all' ? 1 : 8;
let first = 0;

const root = process.getuid?.() === 0;
const driver = bundledDriver(join(import.meta.dirname, 'die-at-step.ts'));

/** Waits for the driver's own end: what it started may hold its output long after. */
async function drive(box: TestBox, spec: string, ...args: readonly string[]): Promise<string> {
	const child = spawn(process.execPath, [driver, box.folder, spec, ...args], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	let out = '';
	child.stdout.on('data', (data: Buffer) => (out += data.toString()));
	const ending = args.length === 0 ? 'close' : 'exit';
	await once(child, ending);
	return out;
}

const everything = `
hostname: box
user: app
mem_limit: 64m
memswap_limit: 64m
pids_limit: 50
cpus: 0.5
cpuset: "0"
ulimits: {nofile: 512}
sysctls: {net.ipv4.ip_unprivileged_port_start: "0"}
oom_score_adj: 500
read_only: true
working_dir: /srv/app
tmpfs: [/run]
volumes: [./shared:/data, ./file:/etc/file:ro]
command: [sleep, "60"]
`;

const specs = {
	'a container with everything': everything,
	'a container with a user namespace': `userns_mode: auto\n${everything}`,
	"lesson 1, whose mounts are in the host's own namespace": 'root: chroot\nnamespaces: []\ncommand: [sleep, "60"]\n',
} as const;

describe.skipIf(!root).each(Object.entries(specs))('%s', (_, text) => {
	for (const how of ['kill', 'fail'] as const) {
		test(`${how === 'kill' ? 'killed' : 'failing'} at a step, whichever, it leaves nothing${how === 'kill' ? ' after gc' : ''}`, async () => {
			await using box = await testBox();
			box.file('file', 'x');
			const spec = box.spec(text);
			mkdirSync(join(box.folder, 'shared'));
			const steps = JSON.parse(await drive(box, spec)) as readonly string[];
			// Events, too: the command runs already, or has ended and is being taken back.
			const events = how === 'kill' ? ['container.started', 'step.undone'] : [];
			expect(steps.length).toBeGreaterThan(10);
			first += 1;
			const sampled = steps.filter((id, at) => id !== 'image.unpack' && (at + first) % every === 0);
			for (const place of [...sampled, ...events]) {
				await drive(box, spec, place, how);
				if (how === 'kill') await box.tsbox(['gc']);
				expect({place, left: box.leftovers()}).toEqual({place, left: []});
			}
		}, 600_000);
	}

	test('killed at a step, the next up takes it back and starts', async () => {
		await using box = await testBox();
		box.file('file', 'x');
		const spec = box.spec(text.replace('sleep, "60"', '"true"'));
		mkdirSync(join(box.folder, 'shared'));
		await drive(box, spec, 'process.exec', 'kill');
		expect(box.leftovers()).not.toEqual([]);
		expect(await box.tsbox(['run', spec])).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});
});
