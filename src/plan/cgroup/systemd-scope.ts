import type {SystemdScope} from '../../oci/extras.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {Shortfalls} from '../input/unsupported.ts';
import type {Setting} from './cgroup-settings.ts';

/**
 * Holds a new scope until the container's first process is in it, since systemd removes one that is empty: at most a minute. Two processes, because
 * systemd-run(1) becomes the first one, and ends when the scope is there.
 */
const holder = `use strict;
my ($file) = @ARGV;
my $first = $$;
my $pid = fork // die "fork: $!\\n";
exit if $pid;
open STDIN, '<', '/dev/null';
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';
for (1 .. 1200) {
	open my $procs, '<', $file or last;
	last if grep { $_ != $$ && $_ != $first } map { 0 + $_ } <$procs>;
	select undef, undef, undef, 0.05;
}
`;

/** systemd.resource-control(5): it writes its own values again whenever it likes, so it has to know those of the container. */
const properties: Readonly<Record<string, (value: string) => readonly string[]>> = {
	'memory.max': value => [`MemoryMax=${infinite(value)}`],
	'memory.high': value => [`MemoryHigh=${infinite(value)}`],
	'memory.low': value => [`MemoryLow=${infinite(value)}`],
	'memory.min': value => [`MemoryMin=${infinite(value)}`],
	'memory.swap.max': value => [`MemorySwapMax=${infinite(value)}`],
	'pids.max': value => [`TasksMax=${infinite(value)}`],
	'cpu.weight': value => [`CPUWeight=${value}`],
	'cpu.max': value => {
		const [quota = '', period = '100000'] = value.split(' ');
		return quota === 'max'
			? ['CPUQuota=']
			: [`CPUQuota=${(Number(quota) * 100) / Number(period)}%`, `CPUQuotaPeriodSec=${period}us`];
	},
	'cpuset.cpus': value => [`AllowedCPUs=${value}`],
	'cpuset.mems': value => [`AllowedMemoryNodes=${value}`],
	'io.weight': value => [`IOWeight=${value.replace('default ', '')}`],
};

function infinite(value: string): string {
	return value === 'max' ? 'infinity' : value;
}

/** Refuses limits by controllers that the systemd of a user has not been given. */
export function refuseUndelegated(
	scope: SystemdScope | undefined,
	settings: readonly Pick<Setting, 'controller' | 'title'>[],
	missing: Shortfalls,
): void {
	const {controllers} = scope ?? {};
	if (controllers === undefined) return;
	for (const {controller, title} of settings.filter(each => !controllers.includes(each.controller)))
		missing.add(
			`cannot ${title}`,
			`systemd has not delegated the ${controller} controller to this user`,
			`add it to Delegate= in a drop-in of user@.service, or leave that limit out`,
		);
}

/** How a shell tells the programs of systemd which one runs for the user. */
export function managerVariable(ofUser: string | undefined): string {
	return ofUser === undefined ? '' : `XDG_RUNTIME_DIR=${shellWord(ofUser)} `;
}

/** The properties of a unit by which systemd knows limits, as `MemoryMax=67108864`. Others are files that it leaves alone. */
export function scopeProperties(settings: readonly Pick<Setting, 'file' | 'value'>[]): readonly string[] {
	return settings.flatMap(({file, value}) => properties[file]?.(value) ?? []);
}

/**
 * The step that asks systemd for the scope of a container, as runc does through D-Bus.
 *
 * @param folder - the folder of the scope in the hierarchy by which systemd tells its units apart
 */
export function scopeStep(
	{slice, unit, ofUser}: SystemdScope,
	folder: string,
	settings: readonly Setting[],
): StepBefore {
	const known = scopeProperties(settings);
	const tasks = known.some(each => each.startsWith('TasksMax=')) ? [] : ['TasksMax=infinity'];
	const words = [
		'systemd-run',
		...(ofUser === undefined ? [] : ['--user']),
		'--scope',
		'--quiet',
		'--collect',
		`--slice=${slice}`,
		`--unit=${unit}`,
		...['Delegate=yes', ...tasks, ...known].map(each => `--property=${each}`),
	];
	return {
		id: 'cgroup.scope',
		phase: 'cgroup',
		side: 'before',
		title: `ask systemd for the scope ${unit} in ${slice}`,
		why: 'systemd is the only one to change the control groups below its slices, and it leaves alone what is in a scope that it has delegated. It removes an empty one: a process waits in it for the container.',
		man: 'systemd-run(1)',
		object: `unit ${unit}`,
		action: {
			kind: 'hostScript',
			programs: {holder},
			lines: [
				`${managerVariable(ofUser)}${shellCommand(words)} -- perl -e "$holder" ${shellWord(`${folder}/cgroup.procs`)}`,
			],
		},
		undo: {kind: 'none', reason: 'systemd removes it when it is empty'},
		checks: [{kind: 'folder', path: folder}],
	};
}
