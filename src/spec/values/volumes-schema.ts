import * as z from 'zod/mini';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {parseVolumeName} from './named-volume.ts';
import {key, mapOrList, parsedBy, text, textOrBoolean} from './schema-parts.ts';

const volumeSchema = z.strictObject(
	{
		name: key('What it is called in the store; `PROJECT_KEY` by default.', parsedBy(text, parseVolumeName)),
		external: key('It is made and removed by others, and must be there.', parsedBy(textOrBoolean, parseBoolean)),
		labels: key('Metadata for people and tools.', mapOrList),
		driver: key('`local`: tsbox has no other.', parsedBy(text, parseDriver)),
		driver_opts: key('Must be empty: tsbox mounts no filesystems for volumes.', parsedBy(mapOrList, noDriverOptions)),
	},
	{error: 'must be a map, or nothing'},
);

/** The schema of `volumes` at the top of a file with services. */
export const volumesSchema = z.nullable(
	z.record(z.string(), z.nullable(volumeSchema), {error: 'must be a map of volumes'}),
);

function parseDriver(driver: string): Parsed<string> {
	if (driver === 'local') return good(driver);
	return bad(`must be \`local\`, not ${quoted(driver)}`, 'mount it on the host, and bind its folder in the service');
}

function noDriverOptions(options: z.output<typeof mapOrList>): Parsed<undefined> {
	if (Object.keys(options).length === 0) return good(undefined);
	return bad('must be empty', 'mount it on the host, and bind its folder in the service: `volumes: [./folder:/data]`');
}
