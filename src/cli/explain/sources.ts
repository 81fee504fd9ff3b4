import type {Command} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import type {PlannedExample, PlannedSample} from '../../container/plan/plan-example.ts';

/** The plans of this machine, made when they are asked for. */
export interface Plans {
	/**
	 * The plans of a small container without a key and with its example.
	 *
	 * @throws TsboxError for what this machine cannot provide.
	 */
	example(key: string): Promise<PlannedExample>;
	/** The plan of the spec that the user named; or plans that together have all steps of this machine. */
	samples(): AsyncIterable<PlannedSample>;
	/** Whether the user named a spec. */
	readonly ofSpec: boolean;
}

/** What topics are made from. */
export interface Sources {
	readonly io: Io;
	readonly commands: readonly Command[];
	readonly plans: Plans;
}
