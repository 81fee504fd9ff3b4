import type {BuildPlan, BuildRow} from '../plan/build-plan.ts';

/** What a build tells about itself. */
export type BuildEvent =
	| {readonly type: 'build.planned'; readonly plan: BuildPlan}
	| {readonly type: 'build.warning'; readonly text: string}
	/** A command that fetches the context. */
	| {readonly type: 'build.fetching'; readonly command: string}
	| {readonly type: 'row.started'; readonly row: BuildRow}
	/** Bytes of an image that were fetched and unpacked. */
	| {readonly type: 'row.progress'; readonly row: BuildRow; readonly done: number; readonly total: number}
	/** What the command of a row prints, as it comes; only with `output: 'events'`. */
	| {readonly type: 'row.output'; readonly row: BuildRow; readonly text: string}
	| {
			readonly type: 'row.done';
			readonly row: BuildRow;
			/** Its layer was there from an earlier build. */
			readonly isCached: boolean;
			/** Bytes of the layer's tar; 0 when it changed no file. */
			readonly bytes: number;
			readonly ms: number;
	  };

/** Takes the events of a build. */
export type BuildSink = (event: BuildEvent) => void;
