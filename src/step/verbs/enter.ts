import {namespaceOptions} from '../../host/programs/namespace-options.ts';
import type {NamespaceKind} from '../../spec/model/project.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {needsNothing, type OwnVerb} from './verb.ts';

/** Runs a command in the namespaces of the first process, while its command runs. */
export interface EnterAction {
	readonly kind: 'enter';
	readonly namespaces: readonly NamespaceKind[];
	/** The root of the process is not that of its mount namespace. */
	readonly ownRoot: boolean;
	readonly args: readonly string[];
}

export const enter: OwnVerb<EnterAction> = {
	shown: ({namespaces, ownRoot, args}) => [
		[
			'nsenter --target $pid',
			...namespaces.map(kind => namespaceOptions[kind]),
			...(ownRoot ? ['--root'] : []),
			shellCommand(args),
		].join(' '),
	],
	needs: needsNothing,
};
