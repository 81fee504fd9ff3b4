import type {OciConfig} from '../oci/config.ts';
import type {Service} from '../spec/model/project.ts';

/** A container of an engine as a service, for what asks a service: its name, and what the engine would do to stop it. */
export function serviceOf(name: string, config: OciConfig): Service {
	const {process, root, linux} = config;
	const stop = config.annotations?.['org.opencontainers.image.stopSignal'];
	return {
		service: name,
		name,
		rootfs: {kind: 'directory', path: root.path},
		entrypoint: [],
		command: process.args,
		environment: variables(process.env),
		groupAdd: [],
		volumes: [],
		ports: [],
		readOnly: root.readonly,
		ulimits: [],
		sysctls: linux.sysctl,
		namespaces: linux.namespaces.map(({type}) => type),
		root: 'pivot',
		capAdd: [],
		capDrop: [],
		noNewPrivileges: process.noNewPrivileges,
		security: {seccomp: {kind: 'unconfined'}, systemPathsUnconfined: true},
		privileged: false,
		devices: [],
		init: false,
		stopSignal: stop !== undefined && /^SIG[A-Z0-9+-]+$/.test(stop) ? stop : 'SIGTERM',
		stopGraceMs: 10_000,
		labels: config.annotations ?? {},
		tty: process.terminal,
		keep: false,
		origins: {},
	};
}

function variables(env: readonly string[]): Service['environment'] {
	return Object.fromEntries(
		env.flatMap(each => {
			const at = each.indexOf('=');
			return at < 1 ? [] : [[each.slice(0, at), each.slice(at + 1)] as const];
		}),
	);
}
