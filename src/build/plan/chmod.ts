/** A change of permissions as `--chmod` has it: octal, or symbolic as in chmod(1). */
export type Chmod = (mode: number, isFolder: boolean) => number;

const clause = /^([ugoa]*)((?:[+=-](?:[ugo]|[rwxXst]*))+)$/;

/** Reads `755`, `u=rwX,go=rX` or `+x`; undefined when it is neither. Without a who, a change is for all. */
export function parseChmod(text: string): Chmod | undefined {
	if (/^[0-7]{1,5}$/.test(text)) {
		const mode = Number.parseInt(text, 8);
		return mode > 0o7777 ? undefined : () => mode;
	}
	const clauses = text.split(',').map(part => clause.exec(part));
	if (clauses.includes(null)) return undefined;
	return (mode, isFolder) =>
		clauses.reduce((now, match) => {
			const [, who = '', actions = ''] = match ?? [];
			return [...actions.matchAll(/([+=-])([ugo]|[rwxXst]*)/g)].reduce(
				(before, [, operator = '', permissions = '']) =>
					change(before, who === '' ? 'a' : who, operator, permissions, isFolder),
				now,
			);
		}, mode);
}

function change(mode: number, who: string, operator: string, permissions: string, isFolder: boolean): number {
	const classes = who.includes('a') ? ['u', 'g', 'o'] : [...new Set(who)];
	let bits = 0;
	let covered = 0;
	for (const each of classes) {
		const shift = each === 'u' ? 6 : each === 'g' ? 3 : 0;
		bits |= threeBits(mode, permissions, isFolder) << shift;
		covered |= 0o7 << shift;
		if (permissions.includes('s') && each !== 'o') bits |= each === 'u' ? 0o4000 : 0o2000;
		// A folder keeps its set-id bits under `=`, as with GNU chmod.
		if (each !== 'o' && !isFolder) covered |= each === 'u' ? 0o4000 : 0o2000;
	}
	if (permissions.includes('t') && (who.includes('a') || who.includes('o'))) bits |= 0o1000;
	if (operator === '+') return mode | bits;
	if (operator === '-') return mode & ~bits;
	return (mode & ~covered) | bits;
}

function threeBits(mode: number, permissions: string, isFolder: boolean): number {
	if (permissions === 'u') return (mode >> 6) & 7;
	if (permissions === 'g') return (mode >> 3) & 7;
	if (permissions === 'o') return mode & 7;
	const executes = permissions.includes('x') || (permissions.includes('X') && (isFolder || (mode & 0o111) !== 0));
	return (permissions.includes('r') ? 4 : 0) | (permissions.includes('w') ? 2 : 0) | (executes ? 1 : 0);
}
