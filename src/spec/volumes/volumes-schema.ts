import * as z from 'zod/mini';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {type DriverOptions, parseDriverOptions} from './driver-options.ts';
import {parseVolumeName} from './named-volume.ts';
import {external, key, mapOrList, parsedBy, text} from '../values/schema-parts.ts';

const volumeSchema = z.strictObject(
	{
		name: key('What it is called in the store; `PROJECT_KEY` by default.', parsedBy(text, parseVolumeName)),
		external: key(
			'It is made and removed by others, and must be there.',
			external('As `name` of the volume.', parseVolumeName),
			true,
		),
		labels: key('Metadata for people and tools.', mapOrList),
		driver: key('`local`: tsbox has no other.', parsedBy(text, parseDriver)),
		driver_opts: key(
			'A file system in the words of mount(8), mounted while containers use the volume: `type`, `o` and `device`; with `o: bind` a folder of the host.',
			parsedBy(mapOrList, readDriverOptions),
		),
	},
	{error: 'must be a map, or nothing'},
);

/** The schema of `volumes` at the top of a file with services. */
export const volumesSchema = z.nullable(
	z.record(z.string(), z.nullable(volumeSchema), {error: 'must be a map of volumes'}),
);

function parseDriver(driver: string): Parsed<string> {
	if (driver === 'local' || driver === 'default') return good('local');
	return bad(
		`is ${quoted(driver)}, and tsbox keeps volumes in folders of this machine`,
		'mount it on the host, and bind its folder in the service',
	);
}

function readDriverOptions(options: z.output<typeof mapOrList>): Parsed<DriverOptions | undefined> {
	const pairs = Array.isArray(options)
		? options.map(entry => [entry.replace(/=.*/s, ''), entry.replace(/^[^=]*=?/s, '')] as const)
		: Object.entries(options).map(([name, value]) => [name, String(value ?? '')] as const);
	return parseDriverOptions(Object.fromEntries(pairs));
}
