/** The row of the overview that is of a container; throws where there is none. */
export function rowOf(screen: string, name: string): string {
	const row = screen.split('\n').find(line => new RegExp(`^[▶> ][✚+ ] *${name} `).test(line));
	if (row === undefined) throw new Error(`no row of ${name} on\n${screen}`);
	return row;
}

/** The containers of the overview from the top on, without what their names all begin with. */
export function rowsInOrder(screen: string, prefix: string): readonly string[] {
	return screen.split('\n').flatMap(line => new RegExp(`^[▶> ][✚+ ] *${prefix}-(\\S+) `).exec(line)?.[1] ?? []);
}
