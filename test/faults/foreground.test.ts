import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe} from 'vitest';
import {testBox} from '../system/box.ts';
import {foregroundWorld} from './foreground-world.ts';
import {onSpec, type Row} from './row.ts';
import {testRows} from './test-rows.ts';

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
command: [sleep, "0.05"]
`;

const rows: readonly Row[] = [
	{verb: 'run', words: onSpec('run'), spec: everything},
	{verb: 'up', words: onSpec('up'), isVariant: true, spec: everything},
	{
		verb: 'run (first of its image)',
		words: onSpec('run'),
		spec: 'command: ["true"]\n',
		prepare: async box => void (await box.tsbox(['images', 'prune'])),
	},
	{verb: 'run (user namespace)', words: onSpec('run'), spec: `userns_mode: auto\n${everything}`},
	{
		verb: "run (in the host's mount namespace)",
		isVariant: true,
		words: onSpec('run'),
		spec: 'root: chroot\nnamespaces: []\ncommand: [sleep, "0.05"]\n',
	},
	{verb: 'compile', words: onSpec('compile'), spec: everything},
];

describe.skipIf(process.getuid?.() !== 0)('a container in the foreground', () => {
	testRows(rows, async () => {
		const box = await testBox();
		box.file('file', 'x');
		mkdirSync(join(box.folder, 'shared'));
		return foregroundWorld(box);
	});
});
