import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Parses a list of CPUs in the format of cpuset(7): `0-2,4`. */
export function parseCpuset(list: string | number): Parsed<string> {
	const text = String(list).replaceAll(' ', '');
	const valid = text.split(',').every(range => {
		const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
		return match !== null && Number(match[1]) <= Number(match[2] ?? match[1]);
	});
	return valid ? good(text) : bad(`must be a list of processors such as \`0-2,4\`, not ${quoted(list)}`);
}
