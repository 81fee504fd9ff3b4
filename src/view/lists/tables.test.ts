import {expect, test} from 'vitest';
import type {Finding} from '../../host/diagnose/finding.ts';
import {containerTable} from './container-table.ts';
import {doctorTable} from './doctor-table.ts';
import {diskUseTable} from './disk-use-table.ts';
import {historyTable} from './history-table.ts';
import {imageDiffText} from './image-diff-text.ts';
import {imageText} from './image-text.ts';
import {imageTreeText} from './image-tree-text.ts';
import {type ImageRow, imagesTable} from './images-table.ts';
import {tagsTable} from './tags-table.ts';
import {pullLines, pullNews} from './pull-lines.ts';
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

const image: ImageRow = {
	kind: 'image',
	name: 'docker.io/library/nginx:1.27',
	digest: `sha256:${'1f0a9c3e7b21'.padEnd(64, '0')}`,
	tagDigest: `sha256:${'cd'.repeat(32)}`,
	bytes: 123_456_789,
	created: now - 90_000,
	usedBy: ['demo', 'ev\x1bil'],
};
const archive: ImageRow = {...image, kind: 'archive', name: '/srv/root\x1bfs.tar', tagDigest: null, usedBy: []};

test('images have a line each under the name that people write, with the containers that use them', () => {
	const rows: readonly ImageRow[] = [
		image,
		{...image, name: 'docker.io/own/app:2', usedBy: []},
		{...image, name: `ghcr.io/o/r@sha256:${'ab'.repeat(32)}`, usedBy: []},
		{...image, name: null, created: null, usedBy: []},
		archive,
	];
	expect(imagesTable(rows, now, look)).toMatchInlineSnapshot(`
		"NAME                             DIGEST        SIZE       CREATED       USED BY
		nginx:1.27                       1f0a9c3e7b21  117.7 MiB  1 minute ago  demo,ev\\x1bil
		own/app:2                        1f0a9c3e7b21  117.7 MiB  1 minute ago  -
		ghcr.io/o/r@sha256:abababababab  1f0a9c3e7b21  117.7 MiB  1 minute ago  -
		<none>                           1f0a9c3e7b21  117.7 MiB  -             -
		/srv/root\\x1bfs.tar              1f0a9c3e7b21  117.7 MiB  1 minute ago  -
		"
	`);
});

test('an archive unpacked for a user namespace shows the host uid of its root', () => {
	expect(imagesTable([archive, {...archive, root: 100_000}], now, look)).toMatchInlineSnapshot(`
		"NAME                 DIGEST        SIZE       CREATED       USED BY  ROOT UID
		/srv/root\\x1bfs.tar  1f0a9c3e7b21  117.7 MiB  1 minute ago  -        0
		/srv/root\\x1bfs.tar  1f0a9c3e7b21  117.7 MiB  1 minute ago  -        100000
		"
	`);
});

test('digests are shown whole, and those that tags point to, if asked for', () => {
	expect(imagesTable([image, archive], now, {...look, whole: true, tagDigests: true})).toMatchInlineSnapshot(`
		"NAME                 TAG POINTS TO                                                            DIGEST                                                                   SIZE       CREATED       USED BY
		nginx:1.27           sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd  sha256:1f0a9c3e7b210000000000000000000000000000000000000000000000000000  117.7 MiB  1 minute ago  demo,ev\\x1bil
		/srv/root\\x1bfs.tar  -                                                                        sha256:1f0a9c3e7b210000000000000000000000000000000000000000000000000000  117.7 MiB  1 minute ago  -
		"
	`);
});

test('the history of an image has a line for each step, also for those without a layer', () => {
	const step = {
		layer: 2,
		diffId: image.digest,
		bytes: 4096,
		created: now - 90_000,
		createdBy: 'COPY . /srv # buildkit',
		comment: 'buildkit.dockerfile.v0',
	};
	const steps = [
		{...step, layer: null, diffId: null, bytes: null, createdBy: '/bin/sh -c #(nop)  CMD ["n\x1bginx"]'},
		step,
		{
			...step,
			layer: 1,
			createdBy: `/bin/sh -c apt-get update \\\n\t&& apt-get install ${'x'.repeat(40)}`,
			created: null,
			comment: '',
		},
	];
	expect(historyTable(steps, now, look, false)).toMatchInlineSnapshot(`
		"LAYER  DIFF ID       SIZE   CREATED       CREATED BY                                     COMMENT
		-      -             -      1 minute ago  CMD ["n\\x1bginx"]                              buildkit.dockerfile.v0
		2      1f0a9c3e7b21  4 KiB  1 minute ago  COPY . /srv                                    buildkit.dockerfile.v0
		1      1f0a9c3e7b21  4 KiB  -             RUN apt-get update \\ && apt-get install xx...
		"
	`);
});

test('an image is told in a few lines', () => {
	const shown = {
		names: [{name: image.name ?? '', digest: image.tagDigest ?? ''}],
		digest: image.digest,
		config: `sha256:${'ef'.repeat(32)}`,
		platform: 'linux/amd64',
		created: null,
		author: '',
		bytes: 8192,
		layers: [
			{diffId: image.digest, size: 2048, unpacked: 4096},
			{diffId: `sha256:${'ab'.repeat(32)}`, size: 100, unpacked: null},
		],
		usedBy: [],
		configJson: {config: {Entrypoint: ['/e\x1b'], Env: ['A=1', 'B=2'], Labels: {}, User: ''}},
	};
	expect(imageText(shown, now, look)).toMatchInlineSnapshot(`
		"name        nginx:1.27 (tag points to sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd)
		manifest    sha256:1f0a9c3e7b210000000000000000000000000000000000000000000000000000
		config      sha256:efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef
		platform    linux/amd64
		size        8 KiB
		Entrypoint  ["/e\\u001b"]
		Env         A=1
		            B=2
		Labels      {}
		used by     -

		LAYER  DIFF ID       BLOB   UNPACKED
		1      1f0a9c3e7b21  2 KiB  4 KiB
		2      abababababab  100 B  not unpacked
		"
	`);
});

test('a pull is drawn with a bar for what moves, and told line by line in a pipe', () => {
	const layers = [
		{digest: image.digest, size: 1000},
		{digest: `sha256:${'ab'.repeat(32)}`, size: 4096},
		{digest: `sha256:${'cd'.repeat(32)}`, size: 0},
	];
	const states = [
		{state: 'done', done: 1000, total: 1000},
		{state: 'fetching', done: 1024, total: 4096},
		{state: 'waiting', done: 0, total: 0},
	] as const;
	expect(pullLines(layers, states, 60).join('\n')).toMatchInlineSnapshot(`
		"1f0a9c3e7b21  done       1000 B
		abababababab  fetching   #####..............  1 KiB of 4 KiB
		cdcdcdcdcdcd  waits      0 B"
	`);
	expect(pullNews(layers, [], states)).toMatchInlineSnapshot(`
		[
		  "layer 1 of 3 1f0a9c3e7b21 done (1000 B)",
		  "layer 2 of 3 abababababab fetching (4 KiB)",
		]
	`);
	expect(pullNews(layers, states, states)).toEqual([]);
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

test('the layers of an image are told with what they do and what is wasted', () => {
	const leaf = {below: [], bytes: 1024};
	const none = {files: 0, bytes: 0};
	const layer = {diffId: image.digest, createdBy: 'RUN apk add nginx', removed: none, changed: none, hidden: 0};
	const tree = {
		bytes: 40_960,
		wasted: 1024,
		layers: [
			{
				...layer,
				layer: 1,
				added: {files: 2, bytes: 40_000},
				changes: [
					{
						change: 'A',
						path: '/usr',
						kind: 'folder',
						bytes: 40_000,
						below: [{...leaf, change: 'A', path: '/usr/ev\x1bil', kind: 'file'}],
					},
				],
			},
			{
				...layer,
				layer: 2,
				added: none,
				changed: {files: 1, bytes: 960},
				hidden: 1024,
				changes: [{...leaf, change: 'C', path: '/x', kind: 'file'}],
			},
			{...layer, layer: 3, createdBy: '', added: none, changes: []},
		],
		wastedPaths: [{path: '/x', copies: 1, bytes: 1024}],
	} as const;
	expect(imageTreeText(tree, {...look, columns: 60})).toMatchInlineSnapshot(`
		"layer 1  1f0a9c3e7b21  RUN apk add nginx
		  2 files added (39.1 KiB)
		  A  39.1 KiB  /usr/
		  A  1 KiB     /usr/ev\\x1bil

		layer 2  1f0a9c3e7b21  RUN apk add nginx
		  1 file changed (960 B), 1 KiB of lower layers wasted
		  C  1 KiB  /x

		layer 3  1f0a9c3e7b21  
		  no files

		1 KiB of 40 KiB are wasted (2.5 %)
		  1 KiB  1x  /x
		"
	`);
});

test('what differs between images has a line for each path, and a sum', () => {
	const none = {files: 0, bytes: 0};
	const difference = {
		changes: [
			{change: 'C', path: '/etc', isFile: false, what: ['mode'], before: 0, after: 0},
			{change: 'C', path: '/etc/a', isFile: true, what: ['owner', 'bytes'], before: 10, after: 2048},
			{change: 'D', path: '/ev\x1bil', isFile: true, what: [], before: 10, after: null},
		],
		added: none,
		changed: {files: 1, bytes: 2048},
		removed: {files: 1, bytes: 10},
	} as const;
	expect(imageDiffText(difference, look)).toMatchInlineSnapshot(`
		"C                 mode         /etc
		C  10 B -> 2 KiB  owner,bytes  /etc/a
		D  10 B                        /ev\\x1bil

		0 files added (0 B), 1 file changed (2 KiB), 1 file removed (10 B)
		"
	`);
	expect(imageDiffText({...difference, changes: [], changed: none, removed: none}, look)).toBe(
		'0 files added (0 B), 0 files changed (0 B), 0 files removed (0 B)\n',
	);
});

test('what the store takes has a line for each kind, and for each image if asked for', () => {
	const row = {
		kind: 'images',
		count: 2,
		active: 1,
		bytes: 4096,
		reclaimable: 1024,
		command: 'tsbox images prune --all',
		unread: false,
	};
	const use = {
		store: '/s',
		bytes: 8192,
		rows: [row, {...row, kind: 'volumes', reclaimable: 0, unread: true}],
		images: [
			{
				names: [image.name ?? '', 'docker.io/own/x:1'],
				digest: image.digest,
				bytes: 3072,
				shared: 1024,
				unique: 2048,
				usedBy: ['web'],
			},
			{names: [], digest: image.digest, bytes: 2048, shared: 1024, unique: 1024, usedBy: []},
		],
	};
	expect(diskUseTable(use, look, true)).toMatchInlineSnapshot(`
		"KIND     COUNT  IN USE  SIZE             RECLAIMABLE    BY
		images   2      1       4 KiB            1 KiB          tsbox images prune --all
		volumes  2      1       more than 4 KiB  more than 0 B  -
		total                   more than 8 KiB

		IMAGE               DIGEST        SIZE   SHARED  UNIQUE  USED BY
		nginx:1.27 own/x:1  1f0a9c3e7b21  3 KiB  1 KiB   2 KiB   web
		<none>              1f0a9c3e7b21  2 KiB  1 KiB   1 KiB   -
		"
	`);
});

test('tags are told with what they point to here and there', () => {
	const tag = {
		name: image.name ?? '',
		here: image.digest,
		there: `sha256:${'ab'.repeat(32)}`,
		state: 'moved',
		problem: null,
		pulled: now - 90_000,
	} as const;
	expect(
		tagsTable([tag, {...tag, there: null, state: 'unknown', problem: 'no\x1bo'}], now, look),
	).toMatchInlineSnapshot(`
		"NAME        STATE    HERE          REGISTRY      ASKED BEFORE  PROBLEM
		nginx:1.27  moved    1f0a9c3e7b21  abababababab  1 minute ago
		nginx:1.27  unknown  1f0a9c3e7b21  -             1 minute ago  no\\x1bo
		"
	`);
});
