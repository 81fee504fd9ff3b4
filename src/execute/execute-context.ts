import type {RunningProgram} from '../host/host.ts';
import type {Guard} from '../step/script/guard-script.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import type {Attachment} from './attach.ts';
import type {ReadBack} from './check.ts';
import type {EventSink} from './event.ts';
import type {HostActionContext} from './host-action.ts';
import type {GateForm} from './gate.ts';
import type {Journal} from './journal.ts';

/** What carrying a plan out needs. */
export interface ExecuteContext extends HostActionContext {
	readonly journal: Journal;
	readonly emit: EventSink;
	/** The container's state folder. */
	readonly conf: string;
	/** Starts launch.sh; descriptors 3 and 4 are the status pipe and the gate, 5 is the guard's. */
	readonly launch: Attachment['launch'];
	/** The form of the gate: pipes of this process without. */
	readonly gate?: GateForm | undefined;
	/** Has launch.sh begin with a guard; without, the container goes on when its starter ends, or `launch` sees to that. */
	readonly guard?: Pick<Guard, 'keepsAlive'> | undefined;
	/** Called when the first process is known, before its namespaces are filled: gives a pty its size. */
	readonly onProcess: (process: ProcessIdentity) => Promise<void>;
	/** Called before a filter with a listener is loaded: answers for it. Settles when it does; without, nothing is traced. */
	readonly trace?: ((process: ProcessIdentity) => Promise<void>) | undefined;
	/** Called when every check agreed and before the gate opens: the record is written here. */
	readonly onChecked: (process: ProcessIdentity, ids: NonNullable<ReadBack['ids']>) => void;
	/**
	 * Awaited when all is checked and the command has not run: what it gives is let through the gate in place of the plan's
	 * command. The container waits there meanwhile; rejects to end the start.
	 */
	readonly atGate?: ((exec: ExecAction) => Promise<ExecAction>) | undefined;
	/** Awaited before each step. */
	readonly hold?: ((stepId: string) => Promise<void>) | undefined;
}

/** A container whose command runs. */
export interface StartedContainer {
	readonly process: ProcessIdentity;
	/** Settles when the command has ended; never rejects. */
	readonly ended: RunningProgram['ended'];
}
