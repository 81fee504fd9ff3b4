import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {toolboxWords} from './toolbox.ts';
import {type InsideVerb, needsNothing} from './verb.ts';

/** Starts `count` processes that end at once, so that later processes get higher pids. */
export interface UseNumbersAction {
	readonly kind: 'useNumbers';
	readonly count: number;
}

function useNumbersLines({count}: UseNumbersAction): readonly string[] {
	return [`n=0; while [ "$n" -lt ${count} ]; do (:); n=$((n + 1)); done`];
}

export const useNumbers: InsideVerb<UseNumbersAction> = {
	shown: useNumbersLines,
	needs: needsNothing,
	insideLines: useNumbersLines,
};

/** Makes dropPrivileges run through setarch(1), so that the memory layout is the same in every run: personality(2). */
export interface FixAddressesAction {
	readonly kind: 'fixAddresses';
}

function setLine(setarch: readonly string[]): string {
	return `set -- ${shellCommand([...setarch, '--addr-no-randomize'])}`;
}

export const fixAddresses: InsideVerb<FixAddressesAction> = {
	shown: () => [setLine(['setarch'])],
	needs: needsNothing,
	insideLines: (_, facts) => [setLine(toolboxWords(facts, 'setarch') ?? [])],
};
