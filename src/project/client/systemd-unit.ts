/** What a unit is written for. */
export interface UnitFacts {
	readonly project: string;
	/** Absolute path of the spec. */
	readonly spec: string;
	/** Absolute paths of node and of bin/tsbox. */
	readonly node: string;
	readonly program: string;
	readonly store: string;
	readonly state: string;
	/** Absolute paths of what the containers are made from, on whatever mount they are: archives, folders, sources of volumes. */
	readonly needs: readonly string[];
	/** For the systemd of a user and not of the machine. */
	readonly user: boolean;
}

/**
 * A unit of systemd that keeps a project up from boot on; systemd.unit(5), systemd.service(5). The supervisor and what
 * waits for each container are in the unit's own control group, which `Delegate` keeps systemd out of; stopping it takes
 * the project down in its own way and order. Of a start that failed nothing is left, and systemd tries again.
 *
 * `RequiresMountsFor` is for the end as much as for the start: without it a shutdown may unmount what `down` is started
 * from, as stopping a target orders nothing.
 */
export function systemdUnit({project, spec, node, program, store, state, needs, user}: UnitFacts): string {
	const tsbox = [node, program, '--store', store, '--state', state].map(argument).join(' ');
	const mounts = [...new Set([spec, store, node, program, ...needs])].map(quoted).join(' ');
	const systemctl = user ? 'systemctl --user' : 'systemctl';
	return `# Written by \`tsbox generate systemd\`; put it into ${user ? '~/.config/systemd/user' : '/etc/systemd/system'}/tsbox-${project}.service, then
# ${systemctl} daemon-reload && ${systemctl} enable --now tsbox-${project}
${user ? '# and, so that it is up from boot on and not only while you are logged in: loginctl enable-linger\n' : ''}[Unit]
Description=tsbox project ${project.replaceAll('%', '%%')}
${user ? '' : 'Wants=network-online.target\nAfter=local-fs.target network-online.target\n'}RequiresMountsFor=${mounts}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${tsbox} up -d ${argument(spec)}
ExecReload=${tsbox} up -d ${argument(spec)}
ExecStop=${tsbox} down ${argument(project)}
ExecStopPost=/bin/sh -c 'test "$$SERVICE_RESULT" = success || exec "$$@"' sh ${tsbox} down ${argument(project)}
Restart=on-failure
RestartSec=30
TimeoutStartSec=infinity
TimeoutStopSec=infinity
Delegate=yes

[Install]
WantedBy=${user ? 'default.target' : 'multi-user.target'}
`;
}

/** A word as systemd.syntax(7) has it: `%` stands for itself. */
function quoted(word: string): string {
	const plain = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
	return /^[\w@+=:,./-]+$/.test(word) ? plain : `"${plain}"`;
}

/** A word of a command line, in which `$` would be a variable; systemd.service(5). */
function argument(word: string): string {
	return quoted(word.replaceAll('$', () => '$$'));
}
