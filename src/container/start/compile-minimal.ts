import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {minimalArchive} from '../../image/pack/minimal-archive.ts';
import type {Service} from '../../spec/model/project.ts';
import {type MinimalInput, minimalScript} from '../../step/compile/minimal-script.ts';

/** The keys that a minimal script is made from. */
const carriedKeys = new Set(
	`name container_name rootfs image platform pull_policy command entrypoint environment env_file working_dir user group_add hostname domainname
	volumes tmpfs read_only mem_limit memswap_limit mem_reservation mem_swappiness oom_kill_disable cpu_rt_runtime cpu_rt_period cpus cpu_shares cpuset pids_limit blkio_config ulimits
	sysctls oom_score_adj namespaces root cgroup_parent deploy profile profiles overlay`
		.trim()
		.split(/\s+/),
);

/**
 * Compiles the plan into the few commands that a tutorial would type. The script is for root, needs no tsbox, and names in comments what
 * it leaves out.
 *
 * @throws TsboxError when the archive of `rootfs: minimal` cannot be written.
 */
export async function compileMinimal({host, dirs, facts}: Machine, planned: PlannedContainer): Promise<string> {
	const {image, config, plan, service} = planned;
	if (service.rootfs.kind === 'minimal') await minimalArchive(host, dirs.store, true);
	const binds = service.volumes.flatMap(volume => (volume.type === 'bind' ? [volume.source] : []));
	const user = userOf(service, config.process.user);
	return minimalScript({
		plan,
		image,
		config,
		...(user === undefined ? {} : {user}),
		sources: Object.fromEntries(
			binds.map(source => [source, host.stat(source)?.kind === 'file' ? 'file' : 'folder'] as const),
		),
		resetsSignals: facts.tools.env?.flags.includes('default-signal') === true,
		overlay: service.overlay === true,
		leftKeys: leftKeys(service),
	});
}

/** The keys that the spec or the command line sets, but for those that the script has. */
function leftKeys({origins}: Service): readonly string[] {
	const written = Object.entries(origins).filter(([, {kind}]) => kind !== 'default');
	const keys = new Set(written.map(([key]) => key.split('.')[0] ?? ''));
	return [...keys].filter(key => !carriedKeys.has(key));
}

/** The user as chroot(1) takes it. Names are those of the root filesystem. */
function userOf({user, groupAdd}: Service, {gid}: PlannedContainer['config']['process']['user']): MinimalInput['user'] {
	if (user === undefined && groupAdd.length === 0) return undefined;
	const spec = user ?? '0:0';
	const isNumber = /^\d+$/.test(spec);
	return {spec: isNumber ? `${spec}:${gid}` : spec, groups: groupAdd};
}
