/** Words for a key of a container that other tools, and people, use; each leads to the key that is meant. */
const keys: Readonly<Record<string, readonly string[]>> = {
	rootfs: ['root_fs', 'filesystem', 'fs', 'from', 'root_filesystem'],
	command: ['cmd', 'args', 'argv', 'exec', 'run', 'process'],
	environment: ['env', 'envs', 'vars', 'variables', 'environ'],
	env_file: ['envfile', 'env-file', 'environment_file'],
	working_dir: ['workdir', 'cwd', 'dir', 'pwd'],
	user: ['uid', 'username', 'run_as', 'runas'],
	group_add: ['groups', 'gid', 'additional_gids'],
	container_name: ['name', 'id'],
	hostname: ['host', 'host_name', 'uts_name'],
	volumes: ['mounts', 'mount', 'binds', 'bind', 'bind_mounts'],
	mem_limit: ['memory', 'mem', 'memory_limit', 'max_memory', 'ram'],
	memswap_limit: ['swap', 'memory_swap', 'memory-swap', 'swap_limit'],
	mem_reservation: ['memory_reservation', 'reservation'],
	shm_size: ['shm', 'shmsize'],
	cpus: ['cpu', 'cpu_limit', 'nano_cpus'],
	cpuset: ['cpuset_cpus', 'cpuset-cpus', 'affinity'],
	pids_limit: ['pids', 'max_pids', 'processes', 'nproc'],
	ulimits: ['rlimits', 'rlimit', 'limits_conf'],
	namespaces: ['unshare', 'namespace', 'ns', 'clone_flags'],
	userns_mode: ['user_ns', 'userns', 'user_namespace', 'idmap', 'usernamespace'],
	cap_add: ['caps', 'cap', 'capabilities', 'add_caps'],
	security_opt: ['seccomp', 'apparmor', 'selinux', 'security', 'no_new_privileges'],
	read_only: ['ro', 'readonly_rootfs'],
	stdin_open: ['stdin', 'interactive'],
	tty: ['terminal', 'pty'],
	ports: ['publish', 'port_mappings'],
	restart: ['restart_policy'],
	stop_signal: ['signal', 'kill_signal'],
	stop_grace_period: ['stop_timeout', 'grace_period'],
	depends_on: ['depends', 'requires', 'after', 'needs'],
	healthcheck: ['health', 'health_cmd', 'probe', 'liveness_probe'],
	logging: ['log', 'logs', 'log_driver', 'log_opt'],
	cgroup_parent: ['slice', 'cgroups_path', 'cgroup_path'],
};

const keyOf = new Map(Object.entries(keys).flatMap(([key, words]) => words.map(word => [word, key] as const)));

/** Words that mean more than one key. */
const sentences: Readonly<Record<string, string>> = {
	limits: 'use `mem_limit`, `cpus`, `pids_limit` or `ulimits`',
	resources: 'use `mem_limit`, `cpus` and `pids_limit`, or `deploy: {resources: {limits: ...}}`',
	chroot: 'name the folder with `rootfs`; `root: chroot` has chroot(2) in place of pivot_root(2)',
	pivot_root: 'name the folder with `rootfs`; pivot_root(2) is what it is entered by',
	network: 'leave `network` out of `namespaces` for the network of the host',
	net: 'leave `network` out of `namespaces` for the network of the host',
	detach: 'take it out; `tsbox up -d` does that',
};

/** What to write in place of a word that is no key of a container, as an imperative sentence; undefined where nobody says it. */
export function synonymHint(word: string): string | undefined {
	const lower = word.toLowerCase();
	if (Object.hasOwn(sentences, lower)) return sentences[lower];
	const key = keyOf.get(lower);
	return key === undefined ? undefined : `did you mean \`${key}\`?`;
}
