import type {ServiceInput} from '../keys/service-schema.ts';
import type {Service} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';

/** Reads `devices`, and what else asks for devices of the Container Device Interface. */
export function readDevices(
	{devices = [], gpus = [], deploy}: Pick<ServiceInput, 'devices' | 'gpus' | 'deploy'>,
	{pick, noteAt}: Picker,
): Pick<Service, 'devices' | 'cdi'> {
	const reserved = deploy?.resources?.reservations?.devices ?? [];
	pick('devices', devices.length === 0 ? undefined : devices, []);
	if (gpus.length > 0) noteAt('gpus', ['gpus']);
	const cdi = [...devices.flatMap(device => ('kind' in device ? [device] : [])), ...gpus.flat(), ...reserved.flat()];
	return {
		devices: devices.flatMap(device => ('source' in device ? [device] : [])),
		...(cdi.length === 0 ? {} : {cdi}),
	};
}
