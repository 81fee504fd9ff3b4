import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

const name = '[a-zA-Z_][a-zA-Z0-9_.-]{0,31}\\$?';
const part = `(?:${name}|\\d{1,10})`;
/** The largest id. The next one, (uid_t) -1, means "do not change" in chown(2). */
const lastId = 4_294_967_294;

/** Parses `user[:group]`, each a name (useradd(8)) or a number. Returns the text unchanged. */
export function parseUser(user: string | number): Parsed<string> {
	const text = String(user);
	const valid = new RegExp(`^${part}(?::${part})?$`).test(text) && text.split(':').every(isId);
	const odd = text.split(':').find(each => /^\d+[a-zA-Z_.-]/.test(each));
	if (!valid && odd !== undefined)
		return bad(
			`has ${quoted(odd)}, which begins with a digit and is no number`,
			'write a number, or the name of a user',
		);
	return valid ? good(text) : bad(`must be \`user\`, \`user:group\`, \`uid\` or \`uid:gid\`, not ${quoted(user)}`);
}

/** Parses a group, a name or a number. */
export function parseGroup(group: string | number): Parsed<string> {
	const text = String(group);
	return new RegExp(`^${part}$`).test(text) && isId(text)
		? good(text)
		: bad(`must be the name or number of a group, not ${quoted(group)}`);
}

function isId(text: string): boolean {
	return !/^\d+$/.test(text) || Number(text) <= lastId;
}
