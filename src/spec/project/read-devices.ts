import type {ServiceInput} from '../keys/service-schema.ts';
import type {Service} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';

/** Reads `devices`, and what else asks for devices of the Container Device Interface. */
export function readDevices(
	{devices = [], gpus = [], runtime = [], deploy}: Pick<ServiceInput, 'devices' | 'gpus' | 'runtime' | 'deploy'>,
	{pick, noteAt}: Picker,
): Pick<Service, 'devices' | 'cdi'> {
	pick('devices', devices.length === 0 ? undefined : devices, []);
	if (gpus.length > 0) noteAt('gpus', ['gpus']);
	if (runtime.length > 0) noteAt('runtime', ['runtime']);
	const named = devices.flatMap(device => ('kind' in device ? [device] : []));
	const reserved = [...gpus, ...(deploy?.resources?.reservations?.devices ?? [])].flat();
	// The runtime gives what nobody else asks for.
	const cdi = [...named, ...(reserved.length > 0 ? reserved : runtime)];
	return {
		devices: devices.flatMap(device => ('source' in device ? [device] : [])),
		...(cdi.length === 0 ? {} : {cdi}),
	};
}
