import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {has, type Machine} from './engines.ts';
import {type Said, runtime} from './runtime-engines.ts';
import {until} from './until.ts';

/* Slurm with tsbox as its runtime: a controller and two nodes on one machine. */

const root = join(import.meta.dirname, '../..');

/** Whether Slurm is there. */
export const hasSlurm = has('slurmctld', 'slurmd', 'srun', 'munged');

/** The host names of the nodes. */
export const nodes = ['n1', 'n2'] as const;

/** An ordinary user of the cluster, of whom no other file of the machine knows. */
export const user = {name: 'ada', uid: 61_299} as const;

/** A cluster. Disposal takes its jobs and its daemons away. */
export interface Cluster extends AsyncDisposable {
	/** A folder that all nodes see. */
	readonly shared: string;
	/** Runs a client of Slurm to its end, as root or as the {@link user}. */
	readonly run: (words: readonly string[], as?: 'user') => Said;
	/** Starts one, and gives its end. */
	readonly start: (words: readonly string[]) => Promise<Said>;
	/** What `tsbox` says with the folders of a node, as root or as the {@link user}. */
	readonly tsbox: (node: string, ...words: readonly string[]) => Said;
	readonly tsboxOfUser: Cluster['tsbox'];
	/** A folder of the {@link user} that all nodes see. */
	readonly home: string;
	/** The store of a node. */
	readonly store: (node: string, of?: string) => string;
	/** What is left of containers on all nodes: state folders, links of the runtime, folders of Slurm's steps. */
	readonly left: () => readonly string[];
}

/** `oci.conf` of docs/slurm.md, with this tsbox, and with folders of its own for each node and user. */
function ociConf(at: string): string {
	const text = readFileSync(join(root, 'docs/slurm.md'), 'utf8');
	const block = /```text\n([^]*?)```/.exec(text)?.[1] ?? '';
	const own = ['root', 'state', 'store'].map(name => `--${name} ${at}/nodes/%n/%u/${name}`).join(' ');
	return block.replaceAll('/usr/local/bin/tsbox-runtime', `${runtime} ${own}`);
}

function slurmConf(at: string, address: string): string {
	return `ClusterName=tsbox
SlurmctldHost=ctl(${address})
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${at}/munge/socket
StateSaveLocation=${at}/controller
SlurmctldPidFile=${at}/controller/pid
SlurmdPidFile=${at}/nodes/%n/pid
SlurmdSpoolDir=${at}/nodes/%n/spool
SlurmdLogFile=${at}/nodes/%n/log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
NodeName=n[1-2] NodeAddr=${address} Port=[7001-7002] CPUs=4 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** Starts one, in process and host name spaces of its own, so that nothing of it outlives the test. */
export async function slurm({folder, within}: Machine): Promise<Cluster> {
	const at = join(folder, 'slurm');
	const address = '10.77.0.1';
	for (const name of ['', 'munge', 'controller', 'shared', ...nodes.map(node => `nodes/${node}/root`)])
		mkdirSync(join(at, name), {recursive: true, mode: 0o755});
	for (const path of [folder, at]) chmodSync(path, 0o755);
	const home = `${at}/shared/${user.name}`;
	for (const own of [home, ...nodes.map(node => `${at}/nodes/${node}/${user.name}`)]) {
		mkdirSync(own);
		execFileSync('chown', [String(user.uid), own]);
	}
	writeFileSync(`${at}/munge/key`, randomBytes(128), {mode: 0o400});
	writeFileSync(`${at}/slurm.conf`, slurmConf(at, address));
	writeFileSync(`${at}/oci.conf`, ociConf(at));
	const passwd = `${user.name}:x:${user.uid}:${user.uid}::/:/bin/sh\n`;
	writeFileSync(`${at}/passwd`, readFileSync('/etc/passwd', 'utf8') + passwd);
	const places = ['key-file', 'socket', 'pid-file', 'log-file', 'seed-file'].map(
		name => `--${name}=${at}/munge/${name.replace('-file', '')}`,
	);
	// Names of hosts resolve only where an address is not of the loopback network: AI_ADDRCONFIG of getaddrinfo(3).
	// Its first process has to reap: pgrep(1) finds processes that have ended, too.
	const script = `ip addr add ${address}/32 dev lo
mount --bind ${at}/passwd /etc/passwd
hostname ctl
munged --foreground --force ${places.join(' ')} > ${at}/munge/said 2>&1 &
slurmctld -D -f ${at}/slurm.conf > ${at}/controller/said 2>&1 &
for node in ${nodes.join(' ')}; do
	unshare --uts sh -c "hostname $node; exec slurmd -D -N $node -f ${at}/slurm.conf" > ${at}/nodes/$node/said 2>&1 &
done
exec tini sleep infinity`;
	const spaces = ['--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
	const [enter = '', ...into] = within;
	const holder = spawn(enter, [...into, 'unshare', ...spaces, 'sh', '-ec', script], {stdio: 'ignore'});
	const first = (): string => readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim();
	await until('there is a first process', () => first() !== '');
	const client = ['nsenter', '--target', first(), '--net', '--mount', '--pid', '--uts', `--wd=${at}/shared`];
	const env = {PATH: process.env['PATH'], SLURM_CONF: `${at}/slurm.conf`};
	const become = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.uid}`, '--clear-groups', '--inh-caps=-all'];
	const run = (words: readonly string[], as?: 'user'): Said => {
		const [program = '', ...rest] = [...client, ...(as === undefined ? [] : become), ...words];
		const {status, stdout, stderr} = spawnSync(program, rest, {encoding: 'utf8', env, timeout: 100_000});
		return {status, out: stdout, err: stderr};
	};
	await until('both nodes are idle', () => run(['sinfo', '-h', '-o', '%T %D']).out === 'idle 2\n');
	const store = (node: string, of = 'root'): string => `${at}/nodes/${node}/${of}/store`;
	const tsbox = (node: string, of: string, words: readonly string[]): readonly string[] => {
		const places = ['--state', `${at}/nodes/${node}/${of}/state`, '--store', store(node, of)];
		return [join(root, 'bin/tsbox'), ...places, ...words];
	};
	return {
		shared: `${at}/shared`,
		run,
		store,
		start: async words => {
			const [program = '', ...rest] = [...client, ...words];
			const child = spawn(program, rest, {env, stdio: ['ignore', 'pipe', 'pipe']});
			const said = {out: '', err: ''};
			child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
			child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
			return await new Promise(done => child.once('close', status => done({status, ...said})));
		},
		home,
		tsbox: (node, ...words) => run(tsbox(node, 'root', words)),
		tsboxOfUser: (node, ...words) => run(tsbox(node, user.name, words), 'user'),
		left: () =>
			nodes.flatMap(node => {
				const names = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);
				const of = `${at}/nodes/${node}`;
				return [
					...['root', user.name].flatMap(name => [
						...names(`${of}/${name}/root`),
						...names(`${of}/${name}/state/containers`),
					]),
					...names(`${of}/spool`).filter(name => name.startsWith('oci-')),
				];
			}),
		[Symbol.asyncDispose]: async () => {
			run(['scancel', '--signal=KILL', '--full', '--user=root']);
			run(['scancel', '--user=root']);
			await until('no job is left', () => run(['squeue', '-h']).out === '');
			holder.kill('SIGKILL');
			await until('it is gone', () => holder.signalCode !== null);
		},
	};
}

/** The root filesystem of tests in a folder that all nodes see. */
export async function sharedRootfs({shared}: Pick<Cluster, 'shared'>): Promise<string> {
	execFileSync('cp', [await busyboxFixture(), `${shared}/rootfs.tar`]);
	return `${shared}/rootfs.tar`;
}
