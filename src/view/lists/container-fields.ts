/** The facts of a container that `ps --format` can print. */
export interface ContainerFacts {
	readonly name: string;
	readonly id?: string;
	readonly state: string;
	readonly pid: number;
	readonly command: readonly string[];
	readonly spec: string;
	readonly image: string;
	readonly started: number;
	readonly project?: string;
	readonly service?: string;
	readonly health?: string;
	readonly exitCode?: number | null;
	readonly restarts?: number;
}

/** The fields of a `ps --format` template. Every container has all of them; a missing value is empty. */
export function containerFields(container: ContainerFacts): Readonly<Record<string, string | number>> {
	return {
		...container,
		id: container.id ?? container.name,
		command: container.command.join(' '),
		project: container.project ?? '',
		service: container.service ?? '',
		health: container.health ?? '',
		exitCode: container.exitCode ?? '',
		restarts: container.restarts ?? '',
	};
}

/** A container without values, to check a template before there is a container. */
export const noContainer: ContainerFacts = {name: '', state: '', pid: 0, command: [], spec: '', image: '', started: 0};
