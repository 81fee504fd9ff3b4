import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {type HostVerb, type InsideVerb, needsNothing, orFail} from './verb.ts';

/** Writes a value to a kernel file (cgroupfs, /proc/sys) with one write(2). */
export interface WriteAction {
	readonly kind: 'write';
	readonly path: string;
	readonly value: string;
}

export const write: HostVerb<WriteAction> & InsideVerb<WriteAction> = {
	shown: ({value, path}) => [`echo ${shellWord(value)} > ${shellWord(path)}`],
	needs: ({path}) => (/memsw|swap\.max/.test(path) ? {features: [['swap accounting', 'used']]} : {}),
	hostLines: ({value, path}) => [`put ${shellCommand([value, path])}`],
	insideLines: (action, _, conf) => [
		...orFail(write.shown(action, conf)),
		/^\/proc\/sys\/(?!kernel\/(host|domain)name$)/.test(action.path)
			? `read_setting ${shellWord(action.path)}`
			: `read_back ${shellCommand([action.path, action.path])}`,
	],
};

/** Writes rules to a kernel file, each with one write(2). */
export interface WriteEachAction {
	readonly kind: 'writeEach';
	readonly path: string;
	readonly values: readonly string[];
}

export const writeEach: HostVerb<WriteEachAction> = {
	shown: ({values, path}) => [`for rule in ${shellCommand(values)}`, `do echo "$rule" > ${shellWord(path)}; done`],
	needs: needsNothing,
	hostLines: ({values, path}) => values.map(value => `put ${shellCommand([value, path])}`),
};

/** Copies the value of one kernel file to another that is still empty (cpuset.mems of a new v1 cgroup). */
export interface InheritAction {
	readonly kind: 'inherit';
	readonly from: string;
	readonly path: string;
}

export const inherit: HostVerb<InheritAction> = {
	shown: ({from, path}) => [`cat ${shellWord(from)} > ${shellWord(path)}`],
	needs: needsNothing,
	hostLines: ({from, path}) => [`inherit ${shellCommand([from, path])}`],
};
