import type {Service} from '../../spec/model/project.ts';

/** Who runs the command of a pod. */
export interface PodIds {
	readonly runAsUser?: number;
	readonly runAsGroup?: number;
	readonly supplementalGroups?: number[];
	/** What is left out. */
	readonly notes: readonly string[];
}

/** `user` and `group_add` as a pod says them: it takes numbers alone. */
export function podIds({user, groupAdd}: Service): PodIds {
	const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(user ?? '') ?? [];
	const groups = groupAdd.filter(group => /^\d+$/.test(group)).map(Number);
	return {
		...(uid === undefined ? {} : {runAsUser: Number(uid)}),
		...(gid === undefined ? {} : {runAsGroup: Number(gid)}),
		...(groups.length === 0 ? {} : {supplementalGroups: groups}),
		notes: [
			...(user !== undefined && uid === undefined
				? [`\`user: ${user}\` is left out: a pod takes numbers, else what the image says`]
				: []),
			...(groups.length < groupAdd.length ? ['names of `group_add` are left out: a pod takes numbers'] : []),
		],
	};
}
