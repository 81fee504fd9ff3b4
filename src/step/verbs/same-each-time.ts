import {shellCommand} from './shell-word.ts';
import {toolboxWords} from './toolbox.ts';
import {type InsideVerb, needsNothing} from './verb.ts';

/** Starts so many processes that end at once: the numbers of those that follow are higher. */
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

/** What dropPrivileges starts is run through setarch(1), so that memory is laid out the same each time: personality(2). */
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
