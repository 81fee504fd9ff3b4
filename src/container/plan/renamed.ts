import type {PlannedContainer} from '../machine/planned-container.ts';

/**
 * A planned container under another name, as planning it again would give it, if nothing has changed on the machine: the plan has the
 * name in paths of cgroups and folders. Undefined for `profile: bare`, whose network device has a name made from it.
 *
 * @param planned - one whose name is in no text of the spec by chance, as random names are
 */
export function renamed(planned: PlannedContainer, name: string): PlannedContainer | undefined {
	return planned.service.profile === 'bare' ? undefined : withText(planned, planned.service.name, name);
}

/** What has no such text stays the same object, so containers of a pool share most of their plans. */
function withText<T>(value: T, from: string, to: string): T {
	if (typeof value === 'string') return value.replaceAll(from, to) as T & string;
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) {
		const items = value.map((item: unknown) => withText(item, from, to));
		return items.some((item, at) => item !== value[at]) ? (items as T & unknown[]) : value;
	}
	const entries = Object.entries(value);
	const changed = entries.map(
		([key, item]) => [key.replaceAll(from, to), withText(item as unknown, from, to)] as const,
	);
	const isSame = changed.every(([key, item], at) => key === entries[at]?.[0] && item === entries[at][1]);
	return isSame ? value : (Object.fromEntries(changed) as T);
}
