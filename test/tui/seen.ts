import type {TmuxScreen} from './tmux.ts';

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

/** The lines between the names of the tabs and the last row, without their margin. */
export function detailOf(screen: string): string {
	const lines = screen.trimEnd().split('\n');
	const tabs = lines.findIndex(line => /1 logs +2 plan/.test(line));
	return lines
		.slice(tabs + 1, -1)
		.map(line => line.slice(1))
		.join('\n');
}

/** Puts the cursor on a row of the overview by its name. */
export async function goTo(screen: TmuxScreen, name: string, pointer = '▶'): Promise<void> {
	await screen.shows(`${name} `);
	await screen.keys(':');
	await screen.shows('do, or go to');
	await screen.type(`go to ${name}`);
	await screen.shows(new RegExp(`${pointer} go to ${name} `));
	await screen.keys('Enter');
	await screen.shows(new RegExp(`^${pointer}.[ ▾▸]*${name} `, 'm'), 'do, or go to');
}
