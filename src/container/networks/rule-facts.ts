/*
 * What `nft -j list` prints, as facts that can be compared one by one; libnftables-json(5). Handles differ each time, so they are left out.
 */

/** Facts by their names, as `chain inet tsbox guard`: the values are the rules of a chain, and empty for all else. */
export type RuleFacts = ReadonlyMap<string, readonly string[]>;

/** A table, chain, set, map or rule. */
interface Printed {
	readonly family?: string;
	readonly table?: string;
	readonly chain?: string;
	readonly name?: string;
	readonly expr?: unknown;
	readonly elem?: readonly unknown[];
	readonly hook?: string;
	readonly prio?: number;
	readonly policy?: string;
}

/**
 * Reads what `nft -j list` prints, a line each time.
 *
 * @throws SyntaxError for a text that is no JSON.
 */
export function ruleFacts(lines: string): RuleFacts {
	const objects = lines
		.split('\n')
		.filter(line => line.startsWith('{'))
		.flatMap(line => (JSON.parse(line) as {readonly nftables: readonly Readonly<Record<string, Printed>>[]}).nftables);
	const facts = new Map<string, string[]>();
	for (const [kind = '', printed = {}] of objects.flatMap(each => Object.entries(each))) {
		const {family, table, name, chain, hook, prio, policy, expr, elem = []} = printed;
		if (kind === 'table') facts.set(`table ${family} ${name}`, []);
		if (kind === 'chain') {
			facts.set(`chain ${family} ${table} ${name}`, []);
			if (hook !== undefined) facts.set(`hook of chain ${family} ${table} ${name}: ${hook} ${prio} ${policy}`, []);
		}
		if (kind === 'rule') facts.get(`chain ${family} ${table} ${chain}`)?.push(JSON.stringify(expr));
		if (kind !== 'set' && kind !== 'map') continue;
		const of = `${kind} ${family} ${table} ${name}`;
		facts.set(of, []);
		for (const each of elem) facts.set(`element of ${of}: ${elementWords(each)}`, []);
	}
	return facts;
}

/** An element as nft(8) writes it: `tcp . 80 : 10.89.0.2 . 80`. */
function elementWords(element: unknown): string {
	if (Array.isArray(element)) return element.map(elementWords).join(' : ');
	if (typeof element !== 'object' || element === null) return String(element);
	if ('concat' in element && Array.isArray(element.concat)) return element.concat.map(elementWords).join(' . ');
	if ('prefix' in element) {
		const {addr, len} = element.prefix as {readonly addr: string; readonly len: number};
		return `${addr}/${len}`;
	}
	if ('goto' in element) return `goto ${(element.goto as {readonly target: string}).target}`;
	return JSON.stringify(element);
}

/** What is wrong with a planned fact in the rules that are there, in words; undefined if it is as planned. */
export function rulesProblem(key: string, planned: RuleFacts, actual: RuleFacts): string | undefined {
	const [wanted = [], found] = [planned.get(key), actual.get(key)];
	// What a missing table, chain or set had in it is missing too.
	const [, part, whole, value] = /^(element|hook) of (.*?): (.*)/.exec(key) ?? [];
	const owner = whole ?? key;
	const [, family = '', table = ''] = owner.split(' ');
	if (!actual.has(`table ${family} ${table}`)) return `there is no table ${family} ${table}`;
	if (!actual.has(owner)) return `there is no ${wordsOf(owner)}`;
	if (found === undefined) return `the ${wordsOf(owner)} has no ${part} ${value}`;
	if (found.join() === wanted.join()) return undefined;
	const missing = wanted.filter(rule => !found.includes(rule)).length;
	return missing === 0
		? `the ${wordsOf(key)} has rules that no step made, or in another order`
		: `${missing} of the ${wanted.length} rules of the ${wordsOf(key)} are missing`;
}

/** `chain inet tsbox guard` as `chain guard of the table inet tsbox`. */
function wordsOf(key: string): string {
	const [kind, family, table, name] = key.split(' ');
	return `${kind} ${name} of the table ${family} ${table}`;
}
