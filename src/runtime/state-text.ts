import type {ContainerRecord} from '../state/record.ts';
import type {EngineStatus} from './find-record.ts';

/** The state of a container as JSON: runtime.md of the OCI runtime-spec, "State", and what runc adds. */
export function stateText({config, engine, process, created}: ContainerRecord, status: EngineStatus): string {
	return JSON.stringify({
		ociVersion: config.ociVersion,
		id: engine?.id ?? '',
		pid: status === 'stopped' ? 0 : (process?.pid ?? 0),
		status,
		bundle: engine?.bundle ?? '',
		rootfs: config.root.path,
		created: new Date(created).toISOString(),
		annotations: config.annotations ?? {},
		owner: '',
	});
}
