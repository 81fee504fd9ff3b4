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
	/** For the systemd of a user and not of the machine. */
	readonly user: boolean;
}

/**
 * A unit of systemd that keeps a project up from boot on; systemd.unit(5), systemd.service(5). The supervisor and what
 * waits for each container are in the unit's own control group, which `Delegate` keeps systemd out of; stopping it takes
 * the project down in its own way and order.
 */
export function systemdUnit({project, spec, node, program, store, state, user}: UnitFacts): string {
	const tsbox = [node, program, '--store', store, '--state', state].map(argument).join(' ');
	return `# Written by \`tsbox generate systemd\`; put it into ${user ? '~/.config/systemd/user' : '/etc/systemd/system'}/tsbox-${project}.service, then
# systemctl ${user ? '--user ' : ''}daemon-reload && systemctl ${user ? '--user ' : ''}enable --now tsbox-${project}
[Unit]
Description=tsbox project ${project.replaceAll('%', '%%')}
${user ? '' : 'Wants=network-online.target\nAfter=local-fs.target network-online.target\n'}RequiresMountsFor=${quoted(spec)} ${quoted(store)}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${tsbox} up -d ${argument(spec)}
ExecReload=${tsbox} up -d ${argument(spec)}
ExecStop=${tsbox} down ${argument(project)}
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
