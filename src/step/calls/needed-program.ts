/** A part of a perl program: a function, a call of `%do`, or what is always needed. */
interface Part {
	readonly kind: 'always' | 'function' | 'call';
	readonly name: string;
	readonly text: string;
}

/** The parts of a program in which each function begins a line with `sub`, and each call of a `%do = (` a line with one tab. */
function partsOf(text: string): readonly Part[] {
	const parts: Part[] = [];
	let [isTable, comments]: [boolean, string[]] = [false, []];
	let open: {kind: Part['kind']; name: string; lines: string[]} | undefined;
	const flush = (): void => {
		if (open !== undefined) parts.push({kind: open.kind, name: open.name, text: open.lines.join('\n')});
		open = undefined;
	};
	for (const line of text.split('\n')) {
		const begun = isTable ? /^\t(\w+) => /.exec(line) : /^sub (\w+) /.exec(line);
		if (begun !== null) {
			flush();
			open = {kind: isTable ? 'call' : 'function', name: begun[1] ?? '', lines: [...comments, line]};
			comments = [];
			if (!isTable && line.endsWith('}')) flush();
		} else if (isTable ? line.startsWith('\t#') : line.startsWith('#')) {
			if (isTable || open?.kind !== 'function') comments.push(line);
			else open.lines.push(line);
		} else if (line === '%do = (' || line === ');' || line === '\t%do,') {
			flush();
			isTable = line !== ');';
			parts.push({kind: 'always', name: '', text: [...comments, line].join('\n')});
			comments = [];
		} else if (open !== undefined && (isTable || open.kind === 'function')) {
			open.lines.push(line);
			if (!isTable && line === '}') flush();
		} else {
			parts.push({kind: 'always', name: '', text: [...comments, line].join('\n')});
			comments = [];
		}
	}
	flush();
	return parts;
}

/**
 * A program of calls without the functions and calls that these rows do not need. perl compiles the whole text at each start, which
 * takes longer than the calls.
 */
export function neededProgram(text: string, rows: ReadonlySet<string>): string {
	const parts = partsOf(text);
	const needed = new Set(parts.filter(({kind, name}) => kind === 'always' || (kind === 'call' && rows.has(name))));
	for (const part of needed) {
		const words = new Set(part.text.match(/\w+/g));
		for (const other of parts) {
			if (other.kind === 'function' ? words.has(other.name) : part.text.includes(`$do{${other.name}}`))
				needed.add(other);
		}
	}
	return parts
		.filter(part => needed.has(part))
		.map(part => part.text)
		.join('\n');
}
