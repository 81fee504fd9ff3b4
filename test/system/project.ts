import type {TestBox} from './box.ts';

export {until} from './until.ts';

/** What the tests look at of a row of `ps -a --json`. */
export interface Row {
	readonly name: string;
	readonly service: string;
	readonly state: string;
	readonly health: string;
	readonly exitCode: number | null;
	readonly restarts: number;
	readonly pid: number;
}

/** A spec of several services over the test's root filesystem; the texts are the keys of each. */
export function project(at: TestBox, services: Readonly<Record<string, string>>, file = 'shop.yaml'): string {
	const text = Object.entries(services).map(
		([name, body]) => `  ${name}:\n    rootfs: ${at.rootfs}\n${body.replaceAll(/^/gm, '    ')}`,
	);
	return at.file(file, `name: ${at.name}\nservices:\n${text.join('\n')}\n`);
}

/** All containers of the test, by their services, or by their names without the project's. */
export async function rows(at: TestBox, by: 'service' | 'name' = 'service'): Promise<Readonly<Record<string, Row>>> {
	const {out} = await at.tsbox(['ps', '-a', '--json']);
	return Object.fromEntries(
		(JSON.parse(out) as Row[]).map(row => [by === 'service' ? row.service : row.name.replace(`${at.name}-`, ''), row]),
	);
}

/** A command that runs until it is asked to stop. */
export const sleeper = 'command: [sh, -c, "trap \'exit 0\' TERM; echo up; while :; do sleep 0.1; done"]\n';
