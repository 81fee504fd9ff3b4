import type {HostFacts, ToolName} from '../../host/facts.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {hostToolWords, toolboxWords} from './toolbox.ts';
import {type InsideVerb, orFail} from './verb.ts';

const toolboxTools: readonly ToolName[] = ['mount', 'umount', 'mkdir', 'rmdir', 'prlimit', 'head', 'hostname'];

/** Shell functions that run the tools of the toolbox, which must be the working directory. */
export function toolboxFunctions(facts: HostFacts): readonly string[] {
	return toolboxTools.flatMap(tool => {
		const words = toolboxWords(facts, tool);
		return words === undefined ? [] : [`${tool}() { ${shellCommand(words)} "$@"; }`];
	});
}

/** pivot_root(8), run with the toolbox as working directory. */
export interface PivotRootAction {
	readonly kind: 'pivotRoot';
	readonly newRoot: string;
	readonly toolbox: string;
	readonly putOld: string;
}

export const pivotRoot: InsideVerb<PivotRootAction> = {
	shown: ({toolbox, newRoot, putOld}) => [
		`cd ${shellWord(toolbox)}`,
		`pivot_root ${shellWord(newRoot)} ${shellWord(putOld)}`,
	],
	needs: () => ({tools: ['pivot_root']}),
	insideLines: (action, facts, conf) => [
		...orFail(pivotRoot.shown(action, conf)),
		'PATH=/nowhere',
		...toolboxFunctions(facts),
	],
};

/** chroot(8) into the new root; the rest of the container side runs there, with the toolbox as working directory. */
export interface ChrootAction {
	readonly kind: 'chroot';
	readonly newRoot: string;
	readonly toolbox: string;
}

function chrootLine(chroot: readonly string[], newRoot: string, shell: readonly string[]): string {
	return `exec ${shellCommand([...chroot, newRoot, ...shell])} /dev/.box/conf/inside.sh`;
}

export const chroot: InsideVerb<ChrootAction> = {
	shown: ({newRoot}) => [chrootLine(['chroot'], newRoot, ['sh'])],
	needs: () => ({tools: ['chroot']}),
	insideLines: ({newRoot, toolbox}, facts) => {
		const shell = toolboxWords(facts, 'sh') ?? [];
		const inChroot = shell.map(word => word.replaceAll(/(^|:)\.\//g, `$1${toolbox}/`));
		return [chrootLine(hostToolWords(facts, 'chroot') ?? [], newRoot, inChroot)];
	},
};
