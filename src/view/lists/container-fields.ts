/** A container as `ps` has it. */
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

/** The fields that a template of `ps --format` may name: the same ones for every container, empty where it has none. */
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

/** A container of no name, to find out whether a template can be filled in before there is one. */
export const noContainer: ContainerFacts = {name: '', state: '', pid: 0, command: [], spec: '', image: '', started: 0};
