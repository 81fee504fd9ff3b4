import {isMap} from '../keys/parse-lenient.ts';

type Keys = Readonly<Record<string, unknown>>;

/** Keys for which null says what leaving them out says, as in Compose: the image decides. */
const unset = ['command', 'entrypoint'];

/** The file without keys of services that are null, as `docker compose config` prints them. */
export function withoutUnset(file: Keys): Keys {
	const {services} = file;
	if (!isMap(services)) return file;
	const kept = Object.entries(services).map(([name, service]) => [
		name,
		isMap(service)
			? Object.fromEntries(Object.entries(service).filter(([key, value]) => value !== null || !unset.includes(key)))
			: service,
	]);
	return {...file, services: Object.fromEntries(kept)};
}
