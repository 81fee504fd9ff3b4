import type {Change} from '../../kernel/snapshot-changes.ts';
import type {Snapshot} from '../../kernel/snapshot.ts';
import type {RunStep} from '../../records/run-record.ts';
import type {ShownRun} from '../../records/show-run.ts';

/** A step of a recorded start with what the kernel showed after it. */
export interface StepView {
	readonly step: RunStep;
	/** The snapshot after the step, or the last one before it; undefined if there is none. */
	readonly snapshot: Snapshot | undefined;
	/** The snapshot before the step. */
	readonly before: Snapshot | undefined;
	/** Whose snapshot it is: before the first process exists, tsbox looks at itself. */
	readonly of: 'tsbox itself' | 'the first process';
	readonly changes: readonly Change[];
	/** Said in place of changes where there are none. */
	readonly note: string;
}

/** The steps of a record, each with its snapshot. */
export function stepViews({run, snapshots}: Pick<ShownRun, 'run' | 'snapshots'>): readonly StepView[] {
	const own = snapshots.find(({step}) => step === null)?.snapshot;
	let last = own;
	return run.steps.map((step, index): StepView => {
		const found = snapshots.find(each => each.step === step.id);
		const before = last;
		last = found?.snapshot ?? last;
		return {
			step,
			snapshot: last,
			before,
			of: last?.pid === own?.pid ? 'tsbox itself' : 'the first process',
			changes: found?.changes ?? [],
			note: noteOf(step, {
				isSeen: found !== undefined,
				isLast: index === run.steps.length - 1,
				isRecorded: snapshots.length > 0,
			}),
		};
	});
}

function noteOf(
	{status}: RunStep,
	{isSeen, isLast, isRecorded}: {readonly isSeen: boolean; readonly isLast: boolean; readonly isRecorded: boolean},
): string {
	if (isSeen) return 'nothing changed that a snapshot shows';
	if (!isRecorded) return 'this record has no snapshots';
	if (status === null) return 'the step was not reached';
	if (status === 'skipped') return 'the step was skipped';
	if (status === 'failed') return 'no snapshot: the step failed';
	return isLast ? 'no snapshot: the command runs from here on' : 'no snapshot: the process had not told its pid yet';
}
