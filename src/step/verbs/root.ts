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
	/** The new root is a plain folder: it is first made a mount, which pivot_root(2) demands. */
	readonly bind?: true;
}

export const pivotRoot: InsideVerb<PivotRootAction> = {
	shown: ({toolbox, newRoot, putOld, bind}) => [
		...(bind === true ? [`mount --rbind ${shellCommand([newRoot, newRoot])}`] : []),
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

/**
 * chroot(8) into the new root; the rest of the container side runs there, with the toolbox as working directory. Without a toolbox
 * nothing else does: the shell of the new root waits at the gate.
 */
export interface ChrootAction {
	readonly kind: 'chroot';
	readonly newRoot: string;
	readonly toolbox: string | null;
}

/** chroot(8) into the new root, whose own shell then reads the gate. */
export function chrootToGate(newRoot: string, facts: HostFacts): string {
	return `exec ${shellCommand([...(hostToolWords(facts, 'chroot') ?? ['chroot']), newRoot, '/bin/sh', '-s'])} <&4`;
}

function chrootLine(chroot: readonly string[], newRoot: string, shell: readonly string[]): string {
	return `exec ${shellCommand([...chroot, newRoot, ...shell])} /dev/.box/conf/inside.sh`;
}

export const chroot: InsideVerb<ChrootAction> = {
	shown: ({newRoot, toolbox}) => [
		toolbox === null ? `exec ${shellCommand(['chroot', newRoot, 'sh'])}` : chrootLine(['chroot'], newRoot, ['sh']),
	],
	needs: () => ({tools: ['chroot']}),
	insideLines: ({newRoot, toolbox}, facts) => {
		if (toolbox === null) return [chrootToGate(newRoot, facts)];
		const shell = toolboxWords(facts, 'sh') ?? [];
		const inChroot = shell.map(word => word.replaceAll(/(^|:)\.\//g, `$1${toolbox}/`));
		return [chrootLine(hostToolWords(facts, 'chroot') ?? [], newRoot, inChroot)];
	},
};
