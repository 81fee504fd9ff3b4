import {TsboxError} from '../../errors/tsbox-error.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {resolveInside} from '../context/source-tree.ts';
import type {Owner} from './copy-target.ts';
import type {MergedTree} from './merged-tree.ts';

/** The largest id; the next one is "no change" to chown(2). */
const lastId = 4_294_967_294;

/**
 * The numbers of `user[:group]`, names looked up in the files of a stage. Without a group, a number is the group's too, and a name has the
 * group of its line in /etc/passwd.
 *
 * @param place - the instruction, for messages
 * @throws TsboxError E_BUILD for a name that the stage does not have.
 */
export function findOwner(tree: MergedTree, text: string, place: string): Owner {
	const [user = '', group] = text.split(':');
	const line = isId(user) ? undefined : lineOf(tree, 'etc/passwd', user);
	if (line === undefined && !isId(user)) throw unknown(place, 'user', user, '/etc/passwd');
	const uid = line === undefined ? Number(user) : Number(line[2]);
	if (group === undefined) return {uid, gid: line === undefined ? uid : Number(line[3])};
	const found = isId(group) ? undefined : lineOf(tree, 'etc/group', group);
	if (found === undefined && !isId(group)) throw unknown(place, 'group', group, '/etc/group');
	return {uid, gid: found === undefined ? Number(group) : Number(found[2])};
}

function isId(text: string): boolean {
	return /^\d{1,10}$/.test(text) && Number(text) <= lastId;
}

/** The fields of a name's line; passwd(5), group(5). */
function lineOf(tree: MergedTree, path: string, name: string): readonly string[] | undefined {
	const text = tree.text(resolveInside(tree, path) ?? path) ?? '';
	return text
		.split('\n')
		.map(line => line.split(':'))
		.find(([first, , id = '']) => first === name && isId(id));
}

function unknown(place: string, what: string, name: string, file: string): TsboxError {
	return new TsboxError('E_BUILD', `${place}: there is no ${what} ${quoted(name)} in ${file} of the stage`, {
		hint: 'write a number, or create it in a RUN before',
	});
}
