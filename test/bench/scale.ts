import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {digits, table} from './measure.ts';

/*
 * npm run bench:scale [CONTAINERS [RUNS]]: many containers at once, many one after the other, and one that prints much.
 * Each number is of one run on this machine; podman beside it where it is installed.
 */
const containers = Number(process.argv[2] ?? 200);
const runs = Number(process.argv[3] ?? 500);

const scratch = mkdtempSync(join(tmpdir(), 'tsbox-scale-'));
const program = join(import.meta.dirname, '../../bin/tsbox');
const folders = ['--store', join(scratch, 'store'), '--state', join(scratch, 'state')];
const rootfs = await busyboxFixture();

function tsbox(...args: readonly string[]): string {
	const {status, stdout, stderr} = spawnSync(program, [...folders, ...args], {encoding: 'utf8', maxBuffer: 1 << 28});
	if (status !== 0) throw new Error(stderr);
	return stdout;
}

function seconds(act: () => void): number {
	const begun = performance.now();
	act();
	return (performance.now() - begun) / 1000;
}

/** Proportional set size in MiB of the processes that a container costs beyond its command; proc_pid_smaps(5). */
function keptMemory(): {readonly supervisor: number; readonly each: number} {
	const pss = (pid: string): number => {
		try {
			return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
		} catch {
			return 0;
		}
	};
	const words = (pid: string): string => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
		} catch {
			return '';
		}
	};
	const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
	const mine = pids.filter(pid => words(pid).includes(scratch));
	const supervisors = mine.filter(pid => words(pid).includes(' supervise '));
	const keepers = mine.filter(pid => !supervisors.includes(pid));
	const sum = (of: readonly string[]): number => of.reduce((all, pid) => all + pss(pid), 0);
	return {supervisor: sum(supervisors), each: sum(keepers) / containers};
}

const rows: string[][] = [];
const note = (what: string, value: string, podman = '–'): void => void rows.push([what, value, podman]);
const hasPodman = spawnSync('podman', ['--version']).status === 0;

try {
	const spec = join(scratch, 'many.yaml');
	const services = Array.from(
		{length: containers},
		(_, n) => `  s${n}: {rootfs: ${rootfs}, command: [sleep, "100000"]}`,
	);
	writeFileSync(spec, `name: many\nservices:\n${services.join('\n')}\n`);
	tsbox('run', spec, 's0', '--', 'true');
	const up = seconds(() => tsbox('up', '-d', spec));
	const memory = keptMemory();
	const ps = seconds(() => tsbox('ps'));
	const stats = seconds(() => tsbox('stats', '--no-stream', '--json'));
	// What the start stirred up settles first.
	spawnSync('sleep', ['5']);
	const idleBefore = supervisorTicks();
	spawnSync('sleep', ['30']);
	const idle = (supervisorTicks() - idleBefore) / 100 / 30;
	const down = seconds(() => tsbox('down', '-t', '0', 'many'));
	let podmanUp = '–';
	let podmanDown = '–';
	if (hasPodman) {
		const took = podmanMany();
		podmanUp = `${digits(containers / took.up)} a second`;
		podmanDown = `${digits(took.down)} s`;
	}
	note(`start ${containers} containers of one project`, `${digits(containers / up)} a second`, podmanUp);
	note('take them down', `${digits(down)} s`, podmanDown);
	note('memory kept for each beyond its command (PSS)', `${digits(memory.each)} MiB`);
	note('memory of the supervisor of all (PSS)', `${digits(memory.supervisor)} MiB`);
	note('processor used by it while all sleep', `${(idle * 100).toFixed(2)} %`);
	note(`\`ps\` of ${containers}`, `${digits(ps)} s`);
	note(`\`stats\` of ${containers}, of which 1 s is the interval`, `${digits(stats)} s`);
	note(`${runs} runs of true in 8 lanes`, lanes(), hasPodman ? podmanLanes() : '–');
	note('output of one container', flood());
	console.log(`${containers} containers, ${runs} runs\n`);
	console.log(table(['what', 'tsbox', 'podman'], rows));
} finally {
	for (const name of ['many', 'flood']) spawnSync(program, [...folders, 'down', '-t', '0', name]);
	rmSync(scratch, {recursive: true, force: true});
}

function supervisorTicks(): number {
	const {supervisor} = JSON.parse(tsbox('inspect', 'many')) as {supervisor: {pid: number}};
	const stat = readFileSync(`/proc/${supervisor.pid}/stat`, 'utf8');
	const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return Number(user) + Number(system);
}

/** Runs a shell line in 8 lanes, each its share of the runs; how many a second, and how many failed. */
function inLanes(line: string): string {
	const each = Math.ceil(runs / 8);
	const lane = `n=0; while [ $n -lt ${each} ]; do ${line} || echo failed; n=$((n + 1)); done`;
	let out = '';
	const took = seconds(() => {
		const all = Array.from({length: 8}, (_, n) => `( lane=${n}; ${lane} ) &`).join('\n');
		out = spawnSync('sh', ['-c', `${all}\nwait`], {encoding: 'utf8', maxBuffer: 1 << 26}).stdout;
	});
	return `${digits((each * 8) / took)} a second, ${out.split('failed').length - 1} failed`;
}

function lanes(): string {
	const spec = join(scratch, 'one.yaml');
	writeFileSync(spec, `rootfs: ${rootfs}\ncommand: ["true"]\n`);
	const result = inLanes(`${[program, ...folders].join(' ')} run --name one$lane ${spec} >/dev/null 2>&1`);
	const left =
		readdirSync(join(scratch, 'state/containers')).length + readdirSync(join(scratch, 'store/layers')).length;
	return `${result}, ${left} left over`;
}

function podmanLanes(): string {
	return inLanes(
		`podman --runtime runc --cgroup-manager=cgroupfs run --rm --network none --ulimit nofile=1024:4096 --ulimit nproc=1024:4096 --rootfs ${podmanRoot()}:O true >/dev/null 2>&1`,
	);
}

function podmanRoot(): string {
	const root = join(scratch, 'root');
	execFileSync('sh', ['-c', `mkdir -p ${root} && tar -xf ${rootfs} -C ${root}`]);
	return root;
}

function podmanMany(): {readonly up: number; readonly down: number} {
	const root = podmanRoot();
	const up = seconds(() => {
		const start = `podman --runtime runc --cgroup-manager=cgroupfs run -d --network none --ulimit nofile=1024:4096 --ulimit nproc=1024:4096 --label tsbox-scale --rootfs ${root}:O sleep 100000 >/dev/null 2>&1`;
		spawnSync('sh', [
			'-c',
			`n=0; while [ $n -lt ${containers} ]; do ${start} & n=$((n + 1)); [ $((n % 8)) != 0 ] || wait; done; wait`,
		]);
	});
	const started = spawnSync('podman', ['ps', '-q', '--filter', 'label=tsbox-scale'], {encoding: 'utf8'})
		.stdout.split('\n')
		.filter(id => id !== '').length;
	const down = seconds(() =>
		spawnSync('sh', ['-c', 'podman ps -aq --filter label=tsbox-scale | xargs -r podman rm -f -t 0 >/dev/null 2>&1']),
	);
	return {up: started === containers ? up : Number.NaN, down};
}

/** Has one container print 512 MiB as fast as it can, and another keep its pace beside it. */
function flood(): string {
	const spec = join(scratch, 'flood.yaml');
	const line = 'x'.repeat(99);
	writeFileSync(
		spec,
		`name: flood\nservices:\n  loud: {rootfs: ${rootfs}, command: [sh, -c, "yes ${line} | head -n 5368709"], logging: {options: {max-size: 64m, max-file: 10}}}\n  calm: {rootfs: ${rootfs}, command: [sh, -c, "while :; do date +%s; sleep 0.01; done"]}\n`,
	);
	tsbox('up', '-d', spec);
	const file = join(scratch, 'store/logs/flood-loud/stdout');
	const took = seconds(() => {
		while (statSync(file).size < 536_870_900) spawnSync('sleep', ['0.05']);
	});
	const lines = Number(
		spawnSync('sh', ['-c', `${[program, ...folders].join(' ')} logs --no-prefix flood loud | grep -c '^${line}$'`], {
			encoding: 'utf8',
		}).stdout,
	);
	tsbox('down', '-t', '0', 'flood');
	return `${digits(512 / took)} MiB a second, ${5_368_709 - lines} of 5368709 lines lost`;
}
