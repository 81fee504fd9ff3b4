import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {CdiRequest} from '../model/project.ts';

/** A qualified name of the Container Device Interface: `VENDOR/CLASS=NAME`. Source: its SPEC.md, "CDI JSON Specification". */
const qualified = /^([a-z][a-z0-9_.-]*[a-z0-9]\/[a-z][a-z0-9_-]*)=([a-z0-9](?:[a-z0-9_.:-]*[a-z0-9])?)$/i;

/** The request of a qualified name; undefined for other words. */
export function cdiOf(name: string): CdiRequest | undefined {
	const [, kind, device] = qualified.exec(name) ?? [];
	return kind === undefined || device === undefined ? undefined : {kind, names: [device]};
}

/** Formats a request: `nvidia.com/gpu=0`, `nvidia.com/gpu=all`, `2 of nvidia.com/gpu`. */
export function cdiWord(request: CdiRequest): string {
	if ('names' in request) return request.names.map(name => `${request.kind}=${name}`).join(', ');
	return request.count === -1 ? `${request.kind}=all` : `${request.count} of ${request.kind}`;
}

/** An entry of `gpus`, or of `deploy.resources.reservations.devices`. */
export interface DeviceReservation {
	readonly capabilities?: readonly string[] | undefined;
	readonly driver?: string | undefined;
	/** -1 is all. */
	readonly count?: number | undefined;
	readonly device_ids?: readonly string[] | undefined;
}

/**
 * The devices of a reservation: those of the kind `DRIVER.com/CAPABILITY`, as vendors name theirs. The driver `cdi` has qualified names. Source:
 * Compose Deploy Specification, "devices"; Docker, "docker run --gpus".
 */
export function parseReservation({
	capabilities = ['gpu'],
	driver = 'nvidia',
	count,
	device_ids: ids,
}: DeviceReservation): Parsed<readonly CdiRequest[]> {
	if (count !== undefined && ids !== undefined) return bad('has both `count` and `device_ids`', 'keep one of them');
	if (driver === 'cdi') {
		const found = (ids ?? []).map(id => cdiOf(id));
		const requests = found.filter(each => each !== undefined);
		if (requests.length > 0 && requests.length === found.length) return good(requests);
		return bad('has the driver `cdi` without names of devices', 'write `device_ids: [vendor.com/class=name]`');
	}
	if (!/^[a-z0-9][a-z0-9.-]*$/i.test(driver))
		return bad(`has the driver ${quoted(driver)}`, 'write `nvidia`, `amd`, `intel` or `cdi`');
	const word = capabilities.includes('gpu') ? 'gpu' : capabilities[0];
	if (word === undefined || !/^[a-z][a-z0-9_-]*$/i.test(word))
		return bad('has no capability that is a kind of device', 'write `capabilities: [gpu]`');
	const kind = `${driver.includes('.') ? driver : `${driver}.com`}/${word}`;
	if (ids === undefined) return good([{kind, count: count ?? -1}]);
	const strange = ids.find(id => cdiOf(`${kind}=${id}`) === undefined);
	return strange === undefined && ids.length > 0
		? good([{kind, names: ids}])
		: bad(
				`has ${ids.length === 0 ? 'no device' : `the device ${quoted(strange ?? '')}`} in \`device_ids\``,
				'write the names that the CDI file of the vendor has, such as `["0"]`',
			);
}
