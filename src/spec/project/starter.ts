/** The commented spec that `tsbox init` writes. It runs unchanged and shows common keys. */
export function starterSpec(): string {
	return `# yaml-language-server: $schema=./node_modules/tsbox/config/schema/tsbox.schema.json
# The line above makes editors complete and check this file. The path holds where tsbox is a dependency of the project;
# elsewhere take the path that \`npm root -g\` prints, or take the line out: tsbox itself does not need it.
#
#   tsbox plan        shows every step, and touches nothing
#   sudo tsbox up     runs it

# What the root is made of: \`host\` is an overlay over this machine's own root, of which nothing is written.
# Or the path of a folder, or of an archive: docker export NAME > rootfs.tar
rootfs: host

# The program. A string is split as a shell does; a list is taken as it is. \`$$\` stands for a dollar sign.
command: ["sh", "-c", "echo hello from $$(cat /proc/sys/kernel/hostname)"]

# hostname: box
# working_dir: /srv
# user: "1000:1000"

# Variables; \`\${NAME:-default}\` is filled in from the environment, or from a file .env beside this one.
environment:
  GREETING: \${GREETING:-hello}

# Folders of the host, and file systems in memory.
# volumes:
#   - ./data:/data
#   - ./config:/etc/app:ro
# tmpfs:
#   - /run:size=16m
# read_only: true

# What it may use. memswap_limit counts memory and swap together: the same as mem_limit means no swap.
mem_limit: 256m
memswap_limit: 256m
# cpus: 0.5
pids_limit: 128

# Who it may be. Capabilities beyond the default ones, or fewer.
# cap_drop: [ALL]
# cap_add: [NET_BIND_SERVICE]

# Which namespaces are its own; these are the default. Without \`network\` it has the network of the host.
# namespaces: [mount, pid, uts, ipc, network, cgroup]

# How it is stopped.
# stop_signal: SIGTERM
# stop_grace_period: 10s
`;
}
