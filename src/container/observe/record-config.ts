import {imageName} from '../../image/store/facts.ts';
import type {OciResources} from '../../oci/config.ts';
import {type ConfigValue, configOf} from '../../spec/keys/service-keys.ts';
import type {RootfsSource, Service} from '../../spec/model/project.ts';
import type {ContainerRecord} from '../../state/record.ts';

/**
 * What the record of a container says that belongs to no project, in the words of a spec where it has some: its service is
 * not kept, only what became of it. Of its mounts all are told, those that every container has too, as `mounts.TARGET`.
 */
export function recordConfig(record: ContainerRecord): readonly ConfigValue[] {
	const {mounts, process} = record.config;
	const protection: Readonly<Record<string, string | undefined>> = {
		seccomp: record.confinement.filter === null ? 'none' : 'filtered',
		apparmor: process.apparmorProfile,
		label: process.selinuxLabel,
	};
	return [
		...configOf(valuesOf(record)),
		...mounts.map(({destination, type, source, options}) => ({
			key: `mounts.${destination}`,
			value: [`${type} ${source}`, options.join(',')].filter(part => part !== '').join(' '),
		})),
		...Object.entries(protection).flatMap(([name, value]) =>
			value === undefined ? [] : [{key: `security_opt.${name}`, value}],
		),
	];
}

function valuesOf(record: ContainerRecord): Partial<Service> {
	const {config, image} = record;
	const {process, linux} = config;
	const {user} = process;
	const values: {readonly [F in keyof Service]?: Service[F] | undefined} = {
		rootfs: rootfsOf(image),
		command: process.args,
		workingDir: process.cwd,
		user: `${user.uid}:${user.gid}`,
		groupAdd: (user.additionalGids ?? []).filter(gid => gid !== user.gid).map(String),
		hostname: config.hostname,
		domainname: config.domainname,
		ports: record.ports,
		readOnly: config.root.readonly,
		...limits(linux.resources),
		ulimits: process.rlimits.map(({type, soft, hard}) => ({
			name: type.replace(/^RLIMIT_/, '').toLowerCase(),
			soft,
			hard,
		})),
		oomScoreAdj: process.oomScoreAdj,
		sysctls: linux.sysctl,
		namespaces: record.namespaces,
		root: record.root,
		noNewPrivileges: process.noNewPrivileges,
		tty: process.terminal || undefined,
		stopSignal: record.stopSignal,
		stopGraceMs: record.stopGraceMs,
		preStop: record.preStop,
		...metadataOf(record),
	};
	// A value that is undefined is left open, as one that is not there.
	return values as Partial<Service>;
}

/** Labels and annotations: both are annotations of the OCI configuration, and the spec says which are which. */
function metadataOf({config, origins}: ContainerRecord): Pick<Partial<Service>, 'labels' | 'annotations'> {
	const all = Object.entries(config.annotations ?? {});
	const isOwn = ([name]: readonly [string, string]): boolean => Object.hasOwn(origins, `annotations.${name}`);
	const annotations = Object.fromEntries(all.filter(isOwn));
	const labels = Object.fromEntries(all.filter(each => !isOwn(each)));
	return {labels, ...(Object.keys(annotations).length === 0 ? {} : {annotations})};
}

function rootfsOf(image: ContainerRecord['image']): RootfsSource {
	if (image.kind === 'host') return {kind: 'host'};
	return image.kind === 'image'
		? {kind: 'image', reference: image.reference, pull: 'missing'}
		: {kind: 'directory', path: imageName(image)};
}

function limits({memory, cpu, pids, blockIO}: OciResources) {
	return {
		memLimit: memory?.limit,
		memswapLimit: memory?.swap,
		memReservation: memory?.reservation,
		cpus: cpu?.quota === undefined || cpu.period === undefined ? undefined : cpu.quota / cpu.period,
		cpuShares: cpu?.shares,
		cpuset: cpu?.cpus,
		pidsLimit: pids?.limit,
		memSwappiness: memory?.swappiness,
		oomKillDisable: memory?.disableOOMKiller,
		cpuRtRuntime: cpu?.realtimeRuntime,
		cpuRtPeriod: cpu?.realtimePeriod,
		blkio: blockIO?.weight === undefined ? undefined : {weight: blockIO.weight},
	};
}
