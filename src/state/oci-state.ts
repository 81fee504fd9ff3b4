import type {ContainerRecord} from './record.ts';

/** What hooks and agents of an engine read about a container: runtime.md of the OCI runtime-spec, "State". */
export function ociState(
	{config, engine, name}: ContainerRecord,
	status: string,
	pid: number,
): Readonly<Record<string, unknown>> {
	return {
		ociVersion: config.ociVersion,
		id: engine?.id ?? name,
		status,
		pid,
		bundle: engine?.bundle ?? '',
		annotations: config.annotations ?? {},
	};
}
