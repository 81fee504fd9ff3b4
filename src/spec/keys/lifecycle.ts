import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Hook} from '../model/project.ts';
import {parseRestart} from '../model/restart.ts';
import {healthcheckWords, hookWord, restartWord, sizeWord} from '../values/shown-values.ts';
import {parseSignal} from '../values/signal.ts';
import {duration, flag, key, keyReadBy, kind, names, number, numbered, parsed, row} from './key.ts';
import {cpus, memory, pids, reservation} from './limits.ts';
import {parseProfile} from './profiles.ts';
import {labelFault, readNamed} from './read-named.ts';
import {mostReplicas} from './replicas.ts';

const replicas = number({min: 0, max: mostReplicas});
const hooks = kind({
	written: w => w.hooks,
	recorded: r => r.array(r.hook),
	show: (list: readonly Hook[]) => numbered(list.map(hookWord)),
});

/** Keys for starting, health checks, stopping, and keeping a container. */
export const lifecycleKeys = {
	init: key('init', {
		...flag,
		example: true,
		about: 'Run a small init as the first process, which reaps orphans.',
		fallback: false,
		option: {name: '--init', given: ({init}) => init},
	}),
	stop_signal: key('stopSignal', {
		...parsed(s => s.textOrNumber, parseSignal),
		example: 'SIGINT',
		about: 'The signal that asks it to stop; SIGTERM by default.',
		also: ['signal', 'kill_signal'],
		isPlain: true,
		fallback: 'SIGTERM',
	}),
	stop_grace_period: key('stopGraceMs', {
		...duration,
		example: '30s',
		about: 'How long it may take to stop before it is killed; 10s by default.',
		also: ['stop_timeout', 'grace_period'],
		fallback: 10_000,
	}),
	restart: keyReadBy('restart', {
		example: 'on-failure:3',
		about: 'When a detached container is started again: `no`, `always`, `unless-stopped`, `on-failure[:N]`.',
		also: ['restart_policy'],
		written: w => w.parsedBy(w.textOrBoolean, parseRestart),
		recorded: r => r.restart,
		show: restartWord,
		decidedBy: ['deploy.restart_policy'],
		read: (own, name, {picker, restartPolicy}) => {
			if (restartPolicy === undefined) return picker.pick(name, own, undefined);
			picker.noteAt(name, ['deploy', 'restart_policy']);
			return restartPolicy;
		},
	}),
	develop: row({
		example: {watch: [{path: './src', action: 'sync', target: '/app/src'}]},
		about: 'Files that `tsbox watch` and `up --watch` follow, and what a change of them leads to.',
		also: ['watch'],
		isOfProject: true,
		written: w => w.develop,
	}),
	depends_on: key('dependsOn', {
		example: ['db'],
		about: 'The services that must be there first.',
		also: ['depends', 'requires', 'after', 'needs'],
		isOfProject: true,
		written: w => w.dependsOn,
		recorded: r => r.array(r.dependency),
		show: list => Object.fromEntries(list.map(({service, condition}) => [service, condition])),
	}),
	profiles: key('profiles', {
		...names(parsed(s => s.text, parseProfile)),
		example: ['debug'],
		about: 'It is there only when one of these is active: `--profile`, or COMPOSE_PROFILES.',
		isOfProject: true,
	}),
	healthcheck: key('healthcheck', {
		example: {test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1'], interval: '30s', retries: 3},
		about: 'How it is asked whether it is well.',
		also: ['health', 'health_cmd', 'probe', 'liveness_probe'],
		written: w => w.healthcheck,
		recorded: r => r.healthcheck,
		show: healthcheckWords,
	}),
	pre_start: row({
		example: [{command: 'test -w /tmp'}],
		about:
			'Commands that must succeed before it starts: each runs once in a container of its own, with the volumes, networks and variables of the service, and with another `image` if it names one. They are services `NAME-pre_start-1` and so on.',
		isOfProject: true,
		written: w => w.preStart,
	}),
	post_start: key('postStart', {
		...hooks,
		example: [{command: 'touch /tmp/started'}],
		about: 'Commands that are run in the container right after its start.',
	}),
	pre_stop: key('preStop', {
		...hooks,
		example: [{command: 'rm -f /tmp/started'}],
		about: 'Commands that are run in the container before it is asked to stop.',
	}),
	scale: row({
		example: 3,
		about: 'How many containers of it run in the background; 1 by default.',
		decidedBy: ['deploy.replicas'],
		written: replicas.written,
	}),
	logging: key('logging', {
		example: {options: {'max-size': '1m', 'max-file': 3}},
		about: 'How much output of a detached container is kept.',
		also: ['log', 'logs', 'log_driver', 'log_opt'],
		written: w => w.logging,
		recorded: r => r.object({maxSize: r.whole(1), maxFile: r.whole(1), driver: r.optional(r.literal('none'))}),
		show: ({driver, maxSize, maxFile}) =>
			driver === 'none' ? {driver} : {'max-size': sizeWord(maxSize), 'max-file': maxFile},
	}),
	labels: row({
		example: {team: 'web'},
		about: 'Metadata for people and tools.',
		written: w => w.mapOrList,
		recorded: {labels: r => r.named},
		show: ({labels}) => labels,
	}),
	label_file: row({
		example: './app.labels',
		about: 'Files with labels, a `NAME=value` in each line; later files win, `labels` wins over all.',
		also: ['labels_file', 'label-file'],
		written: w => w.labelFiles,
	}),
	annotations: keyReadBy('annotations', {
		example: {'com.example.team': 'web'},
		about: 'Metadata for runtimes: they become annotations of the OCI configuration, beside the labels.',
		also: ['annotation'],
		written: w => w.mapOrList,
		recorded: r => r.named,
		show: annotations => annotations,
		read: (written, ...rest) => (written === undefined ? undefined : readNamed(written, ...rest, labelFault)),
	}),
	attach: key('attach', {
		...flag,
		example: false,
		about: 'Whether `up` in the foreground shows its output; `--attach` shows it all the same.',
		isOfProject: true,
	}),
	tty: key('tty', {
		...flag,
		example: true,
		about: 'Give it a terminal of its own.',
		also: ['terminal', 'pty'],
		option: {name: '--tty', given: ({tty}) => tty},
	}),
	stdin_open: key('stdinOpen', {
		...flag,
		example: true,
		about: 'Keep its standard input open.',
		also: ['stdin', 'interactive'],
		option: {name: '--interactive', given: ({stdinOpen}) => stdinOpen},
	}),
	reproducible: key('reproducible', {
		...flag,
		example: true,
		about:
			'The same from run to run: names, variables, clocks since boot, addresses, one processor, no network; see docs/reproducible.md.',
		option: {name: '--reproducible', given: ({reproducible}) => reproducible},
	}),
	keep: key('keep', {
		...flag,
		example: true,
		about: 'Keep the writable layer for the next start.',
		fallback: false,
		option: {name: '--keep', given: ({keep}) => keep},
	}),
	record: key('record', {
		...flag,
		example: true,
		about:
			'Keep a record of each run, which `tsbox replay` runs again; of a container that a supervisor looks after the ten newest stay.',
	}),
	cgroup_parent: key('cgroupParent', {
		...parsed(s => s.text, parseCgroupParent),
		example: '/web',
		about: 'The control group under which its own is made.',
		also: ['slice', 'cgroups_path', 'cgroup_path'],
	}),
	deploy: row({
		example: {resources: {limits: {memory: '100m', cpus: 0.5, pids: 100}}},
		about: 'The number of containers and their limits in the words of `deploy`.',
		decidedBy: ['mem_limit', 'cpus', 'pids_limit', 'scale'],
		written: w =>
			w.strictObject({
				replicas: w.key('As `scale`.', replicas.written(w)),
				mode: w.key(
					'`replicated`, or `global`: one on each machine, and so one.',
					w.oneOf(['replicated', 'global'], {error: 'must be `replicated` or `global`: jobs are for a cluster'}),
				),
				restart_policy: w.key(
					'As `restart`, and before it.',
					w.strictObject({
						condition: w.key(
							'`none`, `on-failure` or `any`, which is the default; the words of `restart` are taken too.',
							w.oneOf(['none', 'on-failure', 'any', 'no', 'always', 'unless-stopped'], {
								error: 'must be `none`, `on-failure` or `any`',
							}),
						),
						max_attempts: w.key('How often it is started again on a failure.', w.number({min: 0, max: 999_999})),
						...w.ignoredKeys('services.*.deploy.restart_policy'),
					}),
				),
				...w.ignoredKeys('services.*.deploy'),
				resources: w.key(
					'What the container may use.',
					w.strictObject({
						limits: w.key(
							'The most it may use.',
							w.strictObject({
								cpus: w.key('As `cpus`.', cpus.written(w)),
								memory: w.key('As `mem_limit`.', memory.written(w)),
								pids: w.key('As `pids_limit`.', pids.written(w)),
							}),
						),
						reservations: w.key(
							'What is set apart for it.',
							w.strictObject({
								memory: w.key('As `mem_reservation`.', reservation.written(w)),
								devices: w.key('As `gpus`, with `capabilities`.', w.reservedDevices),
								...w.ignoredKeys('services.*.deploy.resources.reservations'),
							}),
						),
					}),
				),
			}),
	}),
};

/** The parent cgroup of the container's cgroup. Only plain names are accepted, so that the path cannot leave the mount. */
function parseCgroupParent(path: string): Parsed<string> {
	const trimmed = path.replace(/^\/|\/$/g, '');
	const valid = trimmed.split('/').every(name => /^[a-zA-Z0-9_.:@\\-]{1,255}$/.test(name) && !/^\.\.?$/.test(name));
	return valid ? good(trimmed) : bad(`must be a path of plain names below the cgroup mount, not ${quoted(path)}`);
}
