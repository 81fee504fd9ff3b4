import type {OciResources} from '../../oci/config.ts';
import type {ContainerRecord} from '../../state/record.ts';
import {type ConfigValue, durationWord, hookWord, sizeWord, ulimitWord} from './config-words.ts';
import {portWords} from '../../spec/values/port-words.ts';
import {commandOf, listOf, named, one} from './service-config.ts';

/**
 * What the record of a container says that belongs to no project, in the words of a spec where it has some: its service is
 * not kept, only what became of it. Of its mounts all are told, those that every container has too, as `mounts.TARGET`.
 */
export function recordConfig(record: ContainerRecord): readonly ConfigValue[] {
	const {config, image, origins} = record;
	const {process, linux} = config;
	const {user} = process;
	const groups = (user.additionalGids ?? []).filter(gid => gid !== user.gid).map(String);
	const rootfs = image.kind === 'host' ? 'host' : image.kind === 'archive' ? image.archive : image.path;
	const words = 'command' in origins && origins['command']?.kind !== 'default' ? 'command' : 'entrypoint';
	return [
		...one('rootfs', rootfs),
		...one('command', commandOf(process.args), words),
		...one('working_dir', process.cwd),
		...one('user', `${user.uid}:${user.gid}`),
		...one('group_add', listOf(groups)),
		...one('hostname', config.hostname),
		...one('domainname', config.domainname),
		...config.mounts.map(({destination, type, source, options}) => ({
			key: `mounts.${destination}`,
			value: [`${type} ${source}`, options.join(',')].filter(part => part !== '').join(' '),
		})),
		...(record.ports ?? []).flatMap((port, index) => one(`ports.${index}`, portWords(port), 'ports')),
		...one('read_only', config.root.readonly),
		...resourceValues(linux.resources),
		...process.rlimits.flatMap(({type, soft, hard}) =>
			one(`ulimits.${type.replace(/^RLIMIT_/, '').toLowerCase()}`, ulimitWord({soft, hard})),
		),
		...one('oom_score_adj', process.oomScoreAdj),
		...named('sysctls', linux.sysctl),
		...one('namespaces', listOf(record.namespaces)),
		...one('root', record.root),
		...one('security_opt.no-new-privileges', process.noNewPrivileges),
		...one('security_opt.seccomp', record.confinement.filter === null ? 'none' : 'filtered'),
		...one('security_opt.apparmor', process.apparmorProfile),
		...one('security_opt.label', process.selinuxLabel),
		...one('tty', process.terminal || undefined),
		...one('stop_signal', record.stopSignal),
		...one('stop_grace_period', durationWord(record.stopGraceMs)),
		...(record.preStop ?? []).flatMap((hook, index) => one(`pre_stop.${index}`, hookWord(hook), 'pre_stop')),
		...named('labels', config.annotations ?? {}),
	];
}

function resourceValues({memory, cpu, pids, blockIO}: OciResources): readonly ConfigValue[] {
	const size = (bytes: number | undefined): string | undefined => (bytes === undefined ? undefined : sizeWord(bytes));
	const cpus = cpu?.quota === undefined || cpu.period === undefined ? undefined : cpu.quota / cpu.period;
	return [
		...one('mem_limit', size(memory?.limit)),
		...one('memswap_limit', size(memory?.swap)),
		...one('mem_reservation', size(memory?.reservation)),
		...one('cpus', cpus),
		...one('cpu_shares', cpu?.shares),
		...one('cpuset', cpu?.cpus),
		...one('pids_limit', pids?.limit),
		...one('blkio_config.weight', blockIO?.weight),
	];
}
