import type {Host} from '../host/host.ts';
import {recordedService} from '../spec/keys/recorded-service.ts';
import {invalid, readRunJson} from './read-run.ts';
import {type RunSpec, runFiles} from './run-record.ts';

/**
 * Reads the spec of a record and checks it against the schema. It lives in a file of its own because the schema is slow to load.
 *
 * @throws TsboxError E_RUN_INVALID.
 */
export function readRunSpec(host: Host, folder: string): RunSpec {
	const spec = recordedService(readRunJson(host, folder, runFiles.spec));
	if (spec === undefined) throw invalid(folder, `${runFiles.spec} is not a valid spec`);
	return spec;
}
