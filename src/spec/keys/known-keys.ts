import type * as z from 'zod/mini';
import type {Path} from '../syntax/tree.ts';

/** The keys that a schema accepts in the map at `path`, as suggestions for a misspelled key. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
	const [first, ...rest] = path;
	return unwrap(schema).flatMap(({_zod: {def}}) => {
		if (isObject(def)) {
			if (first === undefined) return Object.keys(def.shape);
			const inner = Object.hasOwn(def.shape, first) ? def.shape[String(first)] : undefined;
			return inner === undefined ? [] : keysAt(inner, rest);
		}
		if (isRecord(def)) {
			const names = unwrap(def.keyType).flatMap(key => (isEnum(key._zod.def) ? Object.keys(key._zod.def.entries) : []));
			return first === undefined ? names : keysAt(def.valueType, rest);
		}
		return isArray(def) && first !== undefined ? keysAt(def.element, rest) : [];
	});
}

/** The schemas inside optional values, transforms, and unions. */
function unwrap(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
	const {def} = schema._zod;
	if (isOptional(def) || isNullable(def)) return unwrap(def.innerType);
	if (isPipe(def)) return unwrap(def.in);
	if (isUnion(def)) return def.options.flatMap(unwrap);
	return [schema];
}

type Def = z.core.$ZodTypeDef;
const isObject = (def: Def): def is z.core.$ZodObjectDef => def.type === 'object';
const isRecord = (def: Def): def is z.core.$ZodRecordDef => def.type === 'record';
const isArray = (def: Def): def is z.core.$ZodArrayDef => def.type === 'array';
const isEnum = (def: Def): def is z.core.$ZodEnumDef => def.type === 'enum';
const isOptional = (def: Def): def is z.core.$ZodOptionalDef => def.type === 'optional';
const isNullable = (def: Def): def is z.core.$ZodNullableDef => def.type === 'nullable';
const isPipe = (def: Def): def is z.core.$ZodPipeDef => def.type === 'pipe';
const isUnion = (def: Def): def is z.core.$ZodUnionDef => def.type === 'union';
