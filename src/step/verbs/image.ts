import {mapArguments, type RangeMap} from '../../host/id-map.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {hostToolWords} from './toolbox.ts';
import {asFunction, type HostVerb, needsNothing} from './verb.ts';

/** The prefix `unshare ... ` of a command that runs as root of the container's user namespace; empty without a map. */
export function inNamespace(ids: RangeMap | undefined): string {
	return ids === undefined ? '' : `unshare ${shellCommand(mapArguments(ids))} `;
}

/** Unpacks an archive into the store, in its own sealed root; with `ids`, in a user namespace with that map. */
export interface UnpackAction {
	readonly kind: 'unpack';
	readonly archive: string;
	readonly digest: string;
	readonly target: string;
	readonly ids?: RangeMap;
}

export const unpack: HostVerb<UnpackAction> = {
	shown: ({ids, archive, target}) => [
		`${inNamespace(ids)}tar -xpf ${shellWord(archive)} --numeric-owner --xattrs -C ${shellWord(target)}`,
	],
	// requirements.ts of lock/ adds tar for every container of an archive, whether the archive is unpacked already or
	// not.
	needs: needsNothing,
	hostLines: (_action, _facts, store) => asFunction('unpack', store.unpack),
};

/** Copies a folder with all its attributes; with `ids`, the owners are remapped. */
export interface CopyTreeAction {
	readonly kind: 'copyTree';
	readonly from: string;
	readonly to: string;
	readonly ids?: RangeMap;
}

export const copyTree: HostVerb<CopyTreeAction> = {
	shown: ({from, to, ids}) =>
		ids === undefined
			? [`cp -a ${shellWord(`${from}/.`)} ${shellWord(to)}`]
			: [`tar -C ${shellWord(from)} -cf - . | ${inNamespace(ids)}tar -xpf - -C ${shellWord(to)}`],
	needs: ({ids}) => ({
		tools: ids === undefined ? ['cp'] : ['tar'],
		features: [['writable layer', 'a copy of the root filesystem']],
	}),
	hostLines: (action, facts, store) =>
		action.ids === undefined
			? [`run ${shellCommand([...(hostToolWords(facts, 'cp') ?? ['cp']), ...copyArguments(action)])}`]
			: asFunction('copy', store.copy),
};

/** Arguments of cp(1) for a copy that keeps the owners. */
export function copyArguments({from, to}: Pick<CopyTreeAction, 'from' | 'to'>): readonly string[] {
	return ['-a', '--', `${from}/.`, to];
}
