import {isMap} from '../keys/parse-lenient.ts';
import {quoted} from '../model/parsed.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Places} from '../syntax/tree.ts';

/** What is wrong with a file whose services do not stand under `services`; undefined for another one. */
export function strayServices(value: Readonly<Record<string, unknown>>, places: Places): Problem | undefined {
	const isService = (each: unknown): boolean => isMap(each) && ['image', 'build'].some(key => Object.hasOwn(each, key));
	const near = ['service', 'Services'].find(key => Object.hasOwn(value, key));
	if (near !== undefined) {
		const message = `unknown key ${quoted(near)}`;
		return {code: 'E_SPEC_INVALID', place: places.key([near]), message, hint: 'did you mean `services`?'};
	}
	const [first, ...others] = Object.keys(value).filter(key => isService(value[key]));
	if (first === undefined || value['rootfs'] !== undefined || value['image'] !== undefined) return undefined;
	return {
		code: 'E_SPEC_INVALID',
		place: places.key([first]),
		message: `${quoted(first)} stands at the top, as services did in Compose files of version 1`,
		hint: `write \`services:\` above it, and ${others.length === 0 ? 'it' : 'all services'} two blanks further in`,
	};
}
