/** The states of a project's containers with their numbers, as `docker compose ls` shows them: `running(2), exited(1)`. */
export function projectStatus(containers: readonly {readonly state: string}[]): string {
	const counts = new Map<string, number>();
	for (const {state} of containers) counts.set(state, (counts.get(state) ?? 0) + 1);
	return [...counts]
		.sort(([one], [other]) => one.localeCompare(other))
		.map(([state, count]) => `${state}(${count})`)
		.join(', ');
}
