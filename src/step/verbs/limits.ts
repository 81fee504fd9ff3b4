import {type InsideVerb, orFail} from './verb.ts';

/** A limit of setrlimit(2), as prlimit(1) names it; -1 is unlimited. */
export interface ResourceLimit {
	readonly name: string;
	readonly soft: number;
	readonly hard: number;
}

/** Sets the limits of the first process with prlimit(1). */
export interface RlimitsAction {
	readonly kind: 'rlimits';
	readonly limits: readonly ResourceLimit[];
	readonly hardOnly?: true;
}

export const rlimits: InsideVerb<RlimitsAction> = {
	shown: ({limits, hardOnly}) => {
		const word = (value: number): string => (value === -1 ? 'unlimited' : String(value));
		const words = limits.map(({name, soft, hard}) => `--${name}=${hardOnly === true ? '' : word(soft)}:${word(hard)}`);
		return [`prlimit --pid $$ ${words.join(' ')}`];
	},
	needs: () => ({tools: ['prlimit']}),
	insideLines: (action, _, conf) => orFail(rlimits.shown(action, conf)),
};
