import type {Machine} from '../container/machine/machine.ts';
import type {PlannedContainer} from '../container/machine/planned-container.ts';
import type {Recorder} from '../container/start/up-request.ts';
import type {EventSink} from '../execute/event.ts';
import type {Streams} from './pipes.ts';

/** Records a run whose output this process reads itself. */
export interface PipedRecord {
	readonly recorder: (planned: PlannedContainer) => Promise<Recorder>;
	/** Resolves when all output is in the record, or at once without a record. */
	readonly drained: () => Promise<void>;
}

/** Creates the recorder. It copies output as it is read, so the command keeps its own pipes. */
export function recordPiped(machine: Machine, {stdout, stderr}: Streams, emit: EventSink): PipedRecord {
	let over: Promise<unknown> = Promise.resolve();
	return {
		recorder: async planned => {
			const {recordRun} = await import('../records/recorder.ts');
			const {tap, ...recorder} = recordRun(machine, planned, {verb: 'run', tty: false, emit});
			const ends = [stdout, stderr].map(
				stream => new Promise(resolve => stream.once('end', resolve).once('close', resolve)),
			);
			over = Promise.all(ends);
			stdout.on('data', (bytes: Buffer) => tap('stdout', bytes));
			stderr.on('data', (bytes: Buffer) => tap('stderr', bytes));
			return recorder;
		},
		drained: async () => void (await over),
	};
}
