import type {Service} from '../../spec/model/project.ts';

/** What a container is made from: its spec without where each value came from, and without what it waits for and which profile brings it. */
export type Essence = Readonly<Record<string, unknown>>;

const asideFromIt: readonly string[] = ['origins', 'dependsOn', 'service', 'profiles'];

/** The essence of a service, as JSON gives it back. */
export function essenceOf(service: Service): Essence {
	const entries = Object.entries(service).filter(([key]) => !asideFromIt.includes(key));
	return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Essence;
}

/** The keys of the spec by which two containers differ, as the spec writes them: `mem_limit`. */
export function changesBetween(before: Essence, after: Essence): readonly string[] {
	return [...new Set([...Object.keys(before), ...Object.keys(after)])]
		.filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
		.map(key => key.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))
		.sort();
}
