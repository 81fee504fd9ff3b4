import type {TestBox} from './box.ts';

export {until} from './until.ts';

/** The fields of a row of `ps -a --json` that tests use. */
export interface Row {
	readonly name: string;
	readonly service: string;
	readonly state: string;
	readonly health: string;
	readonly exitCode: number | null;
	readonly restarts: number;
	readonly pid: number;
}

/**
 * Writes a spec of several services with the root filesystem of the test, on no network unless a service asks for one. Each text has
 * the keys of a service. Returns its path.
 */
export function project(at: TestBox, services: Readonly<Record<string, string>>, file = 'shop.yaml'): string {
	const text = Object.entries(services).map(
		([name, body]) =>
			`  ${name}:\n    rootfs: ${at.rootfs}\n${asksForNetwork.test(body) ? '' : '    network_mode: none\n'}${body.replaceAll(/^/gm, '    ')}`,
	);
	return at.file(file, `name: ${at.name}\nservices:\n${text.join('\n')}\n`);
}

const asksForNetwork = /^(?:networks?|network_mode|ports|egress|reproducible|profile|namespaces):/m;

/** All containers of the test by service, or by name without the project name. */
export async function rows(at: TestBox, by: 'service' | 'name' = 'service'): Promise<Readonly<Record<string, Row>>> {
	const {out} = await at.tsbox(['ps', '-a', '--json']);
	return Object.fromEntries(
		(JSON.parse(out) as Row[]).map(row => [by === 'service' ? row.service : row.name.replace(`${at.name}-`, ''), row]),
	);
}

/** A command that runs until SIGTERM. */
export const sleeper = 'command: [sh, -c, "trap \'exit 0\' TERM; echo up; while :; do sleep 0.1; done"]\n';
