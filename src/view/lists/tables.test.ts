import {expect, test} from 'vitest';
import type {Finding} from '../../host/diagnose/finding.ts';
import {containerTable} from './container-table.ts';
import {doctorTable} from './doctor-table.ts';
import {imagesTable} from './images-table.ts';
import {volumesTable} from './volumes-table.ts';
import {stepPage, stepPrompt} from '../plan/step-page.ts';
import {sampleRun} from '../../../test/support/sample-run.ts';
import {theme} from '../text/theme.ts';

const look = {columns: 60, theme: theme(false), width: (text: string) => text.length};
const now = 10_000_000;

test('containers have a line each, with long commands cut and hostile names escaped', () => {
	const container = {
		name: 'demo',
		state: 'running',
		pid: 1234,
		command: ['sh', '-c', 'while true; do echo still here; sleep 1; done'],
		spec: '/srv/demo.yaml',
		image: 'rootfs.tar.gz',
		started: now - 3_600_000,
	};
	const dead = {...container, name: 'ev\u001bil', state: 'dead', command: ['top'], image: 'host'};
	expect(containerTable([container, dead], now, look)).toMatchInlineSnapshot(`
		"NAME      STATE    PID   STARTED     IMAGE          COMMAND                           SPEC
		demo      running  1234  1 hour ago  rootfs.tar.gz  sh -c while true; do echo sti...  /srv/demo.yaml
		ev\\x1bil  dead     -     1 hour ago  host           top                               /srv/demo.yaml
		"
	`);
});

test('volumes have a line each, with the containers that mount them', () => {
	const volume = {name: 'shop_data', project: 'shop', created: now - 90_000, usedBy: ['db', 'ev\x1bil']};
	expect(
		volumesTable([volume, {...volume, name: 'hand', project: null, usedBy: []}], now, look),
	).toMatchInlineSnapshot(`
		"NAME       PROJECT  CREATED       IN USE BY
		shop_data  shop     1 minute ago  db,ev\\x1bil
		hand       -        1 minute ago  -
		"
	`);
});

test('images have a line each, with the containers that use them', () => {
	const image = {
		digest: `sha256:${'1f0a9c3e7b21'.padEnd(64, '0')}`,
		archive: '/srv/rootfs.tar.gz',
		bytes: 123_456_789,
		entries: 4100,
		created: now - 90_000,
		usedBy: ['demo', 'web'],
	};
	const idle = {...image, digest: `sha256:${'ab'.repeat(32)}`, usedBy: []};
	expect(imagesTable([image, idle], now, look)).toMatchInlineSnapshot(`
		"DIGEST        SIZE       FILES  CREATED       IN USE BY  ARCHIVE
		1f0a9c3e7b21  117.7 MiB  4100   1 minute ago  demo,web   /srv/rootfs.tar.gz
		abababababab  117.7 MiB  4100   1 minute ago  -          /srv/rootfs.tar.gz
		"
	`);
});

test('an image unpacked for a user namespace shows the host uid of its root', () => {
	const image = {
		digest: `sha256:${'ab'.repeat(32)}`,
		archive: '/a.tar',
		bytes: 1,
		entries: 1,
		created: now,
		usedBy: [],
	};
	expect(imagesTable([image, {...image, root: 100_000}], now, look)).toMatchInlineSnapshot(`
		"DIGEST        SIZE  FILES  CREATED        IN USE BY  ROOT UID  ARCHIVE
		abababababab  1 B   1      0 seconds ago  -          0         /a.tar
		abababababab  1 B   1      0 seconds ago  -          100000    /a.tar
		"
	`);
});

const findings: readonly Finding[] = [
	{
		id: 'tool.unshare',
		area: 'programs',
		subject: 'unshare',
		state: 'ok',
		found: 'util-linux 2.38.1',
		without: '',
		hint: null,
	},
	{
		id: 'tool.zstd',
		area: 'programs',
		subject: 'zstd',
		state: 'warn',
		found: 'not there',
		without: 'Archives that are packed with zstd cannot be unpacked on this machine.',
		hint: 'apt-get install zstd',
	},
	{
		id: 'caller.root',
		area: 'caller',
		subject: 'capabilities',
		state: 'missing',
		found: 'none',
		without: 'No container can be started.',
		hint: null,
	},
];

test('doctor lists the findings, then what does not work and the command that fixes it', () => {
	expect(doctorTable(findings, look)).toMatchInlineSnapshot(`
		"programs  unshare       ok       util-linux 2.38.1
		          zstd          warn     not there
		caller    capabilities  missing  none

		warn zstd
		  Archives that are packed with zstd cannot be unpacked on
		  this machine.
		  # apt-get install zstd

		missing capabilities
		  No container can be started.

		containers cannot be started on this host
		"
	`);
});

test('doctor passes when every start requirement is met', () => {
	expect(doctorTable(findings.slice(0, 2), look)).toMatch(/containers can be started on this host\n$/);
});

test('the page of a step shows its title, its reason and its command', () => {
	const [started] = sampleRun;
	const step = started?.type === 'plan.started' ? started.steps[1] : undefined;
	expect(step && stepPage(step, 2, 3, look) + stepPrompt({can: true, without: 'x'}, look)).toMatchInlineSnapshot(`
		"
		2/3 cgroup  limit memory to 100 MiB
		  Without a limit one container can take all memory.

		  echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max

		Enter: run this step, k: skip, c: rest, n: now, s: shell,
		q: quit, ?: help "
	`);
});
