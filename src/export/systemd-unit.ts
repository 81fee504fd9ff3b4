/** The input of {@link systemdUnit}. */
export interface UnitFacts {
	readonly project: string;
	/** Absolute path of the spec. */
	readonly spec: string;
	/** The words that start tsbox, each an absolute path: node and bin/tsbox. */
	readonly tsbox: readonly string[];
	readonly store: string;
	readonly state: string;
	/** Absolute paths whose mounts the containers need: archives, folders, volume sources. */
	readonly needs: readonly string[];
	/** Write a unit for the user's systemd instance instead of the system's. */
	readonly user: boolean;
}

/**
 * A systemd unit that starts a project at boot; systemd.unit(5), systemd.service(5). The supervisor and the shells that wait
 * for the containers stay in the unit's cgroup; `Delegate` keeps systemd from managing its children. Stopping the unit runs
 * `tsbox down`. A failed start is taken down too, and systemd tries again.
 *
 * `RequiresMountsFor` matters for the stop too: stopping a target does not order units, so without it a shutdown could unmount
 * the files that `down` runs from.
 */
export function systemdUnit({project, spec, tsbox: program, store, state, needs, user}: UnitFacts): string {
	const tsbox = [...program, '--store', store, '--state', state].map(argument).join(' ');
	const mounts = [...new Set([spec, store, ...program, ...needs])].map(quoted).join(' ');
	const systemctl = user ? 'systemctl --user' : 'systemctl';
	return `# Written by \`tsbox export systemd\`; put it into ${user ? '~/.config/systemd/user' : '/etc/systemd/system'}/tsbox-${project}.service, then
# ${systemctl} daemon-reload && ${systemctl} enable --now tsbox-${project}
${user ? '# and, to start it at boot and not only when you log in: loginctl enable-linger\n' : ''}[Unit]
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

/** Quotes a word by systemd.syntax(7), with `%` escaped. */
function quoted(word: string): string {
	const plain = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
	return /^[\w@+=:,./-]+$/.test(word) ? plain : `"${plain}"`;
}

/** Quotes a word of a command line, in which `$` would start a variable; systemd.service(5). */
function argument(word: string): string {
	return quoted(word.replaceAll('$', () => '$$'));
}
