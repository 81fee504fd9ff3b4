import {TsboxError} from '../../errors/tsbox-error.ts';
import {quoted} from '../../spec/model/parsed.ts';

/** Who runs a command, as numbers. */
export interface FoundUser {
	readonly uid: number;
	readonly gid: number;
	/** `gid` first. */
	readonly groups: readonly number[];
	readonly home: string;
}

/** The files in which names are looked up; passwd(5), group(5). */
export interface UserFiles {
	readonly passwd: string;
	readonly group: string;
}

/**
 * Looks `user[:group]` and further groups up in the files of a root filesystem, by the same rules as a start of a container does: without a
 * group, the user has that of its line, and those that it is a member of.
 *
 * @throws TsboxError E_SPEC_INVALID for a name that the files do not have.
 */
export function findUser(user: string, more: readonly string[], {passwd, group}: UserFiles): FoundUser {
	const [name = '', ofUser] = user.split(':');
	const users = linesOf(passwd);
	const groups = linesOf(group);
	const line =
		users.find(([first, , uid]) => first === name && isId(uid)) ??
		(isId(name) ? users.find(([, , uid]) => uid === name) : undefined);
	if (line === undefined && !isId(name)) throw unknown('user', name, '/etc/passwd');
	const gidOf = (word: string): number => {
		if (isId(word)) return Number(word);
		const found = groups.find(([first, , gid]) => first === word && isId(gid));
		if (found === undefined) throw unknown('group', word, '/etc/group');
		return Number(found[2]);
	};
	const gid = ofUser === undefined ? Number(isId(line?.[3]) ? line?.[3] : 0) : gidOf(ofUser);
	const memberOf =
		ofUser === undefined && line !== undefined
			? groups
					.filter(([, , id, members = '']) => isId(id) && members.split(',').includes(line[0] ?? ''))
					.map(([, , id]) => Number(id))
			: [];
	const home = line?.[5] ?? '';
	return {
		uid: Number(line?.[2] ?? name),
		gid,
		groups: [...new Set([gid, ...memberOf, ...more.map(gidOf)])],
		home: home.startsWith('/') ? home : '/',
	};
}

function linesOf(text: string): readonly (readonly string[])[] {
	return text.split('\n').map(line => line.split(':'));
}

function isId(text: string | undefined): boolean {
	return text !== undefined && /^\d{1,10}$/.test(text);
}

function unknown(what: string, name: string, file: string): TsboxError {
	return new TsboxError('E_SPEC_INVALID', `there is no ${what} ${quoted(name)} in ${file} of the root filesystem`, {
		hint: 'write a number, or a name that is there',
	});
}
