import type {ProtectionSwitch, StepChange} from './changes.ts';

/** A step as it is listed. */
export interface StepName {
	readonly id: string;
	readonly title: string;
}

/** What an example changes in the plan of a small container, or why this machine cannot have it. */
export type Effect =
	| {
			readonly config: readonly string[];
			readonly steps: readonly StepChange[];
			readonly protections: readonly ProtectionSwitch[];
			readonly warnings: readonly string[];
			/** The steps that it makes on another machine, if it makes none here. */
			readonly elsewhere: readonly StepName[];
	  }
	| {
			readonly problem: string;
			readonly hint?: string;
			/** The steps that it makes on another machine. */
			readonly elsewhere: readonly StepName[];
	  };

/** A key of a spec or of the configuration. */
export interface KeyTopic {
	readonly kind: 'key';
	readonly word: string;
	readonly of: 'container' | 'project' | 'configuration';
	readonly about: string;
	readonly forms: readonly string[];
	/** The value without the key; null if there is none, undefined if it is not known. */
	readonly default?: string | null;
	/** YAML. */
	readonly example?: string;
	readonly effect?: Effect;
	/** Keys below it. */
	readonly below: readonly string[];
	readonly page: string;
}

/** A key of Compose or a verb of other tools that tsbox does not have. */
export interface ForeignTopic {
	readonly kind: 'not a key' | 'not a verb';
	readonly word: string;
	readonly hint: string;
	readonly page: string;
}

/** A verb of the command line. */
export interface VerbTopic {
	readonly kind: 'verb';
	readonly word: string;
	readonly about: string;
	/** What it does, one thing after the other. */
	readonly does: readonly string[];
	readonly examples: readonly (readonly [line: string, what: string])[];
	readonly page: string;
}

/** A step of a plan. */
export interface StepTopic extends StepName {
	readonly kind: 'step';
	readonly word: string;
	readonly phase: string;
	/** The spec whose plan has it, in words. */
	readonly from: string;
	readonly command: string;
	readonly why: string;
	readonly man: string;
	readonly object: string | null;
	readonly checks: readonly string[];
	readonly undo: string;
}

/** All steps of a phase, or whose ids begin with the same word. */
export interface StepsTopic {
	readonly kind: 'steps';
	readonly word: string;
	readonly about: string;
	readonly steps: readonly StepName[];
}

/** An error code. */
export interface ErrorTopic {
	readonly kind: 'error';
	readonly word: string;
	readonly about: string;
	readonly exitStatus: number;
	readonly causes: readonly string[];
	readonly hint: string;
	readonly page: string;
}

/** An exit status of the program. */
export interface StatusTopic {
	readonly kind: 'exit status';
	readonly word: string;
	readonly about: string;
	/** Errors that end with it. */
	readonly codes: readonly string[];
	readonly hint?: string;
	readonly page: string;
}

/** A word of the glossary. */
export interface TermTopic {
	readonly kind: 'term';
	readonly word: string;
	readonly about: string;
	/** Steps, verbs and keys whose description has the word. */
	readonly steps: readonly StepName[];
	readonly verbs: readonly string[];
	readonly keys: readonly string[];
	readonly page: string;
}

/** What `tsbox explain` explains. */
export type Topic = KeyTopic | ForeignTopic | VerbTopic | StepTopic | StepsTopic | ErrorTopic | StatusTopic | TermTopic;

/** The words that can be explained, by the heading of their list. */
export type WordGroups = Readonly<Record<string, readonly string[]>>;
