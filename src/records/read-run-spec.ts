import type {Host} from '../host/host.ts';
import {recordedService} from '../spec/keys/recorded-service.ts';
import {invalid, readRunJson} from './read-run.ts';
import {type RunSpec, runFiles} from './run-record.ts';

/**
 * Reads the spec of a record: what a spec file could have said, and nothing else. It is apart from the other files of a
 * record, since the schema that it is held against takes a while to load.
 *
 * @throws TsboxError E_RUN_INVALID.
 */
export function readRunSpec(host: Host, folder: string): RunSpec {
	const spec = recordedService(readRunJson(host, folder, runFiles.spec));
	if (spec === undefined) throw invalid(folder, `${runFiles.spec} says what no spec can say`);
	return spec;
}
