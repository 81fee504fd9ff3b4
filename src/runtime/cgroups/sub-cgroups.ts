import {TsboxError} from '../../errors/tsbox-error.ts';
import type {CgroupFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';

/**
 * The control groups of a process that is to be in some below those of its container: `[CONTROLLERS:]PATH`, as `exec --cgroup` of runc has it.
 *
 * @throws TsboxError E_USAGE for a path that leads out of the container's, or a controller that this machine lacks; E_STATE for a group that is
 * not there.
 */
export function subCgroups(
	host: Pick<Host, 'lstat'>,
	{v1}: CgroupFacts,
	members: readonly CgroupMember[],
	asked: readonly string[],
): readonly CgroupMember[] {
	const below = new Map<string, string>();
	for (const each of asked) {
		const [, controllers, path = ''] = /^(?:([^:/]*):)?(.*)$/.exec(each) ?? [];
		const names = path.split('/').filter(name => name !== '' && name !== '.');
		if (names.includes('..'))
			throw new TsboxError('E_USAGE', `bad sub cgroup path: ${path} is not a sub cgroup path`, {
				hint: "name a group below the container's own",
			});
		for (const member of members) if (controllers === undefined) below.set(member.path, names.join('/'));
		for (const controller of controllers?.split(',') ?? []) {
			const mount = v1[controller];
			const member = members.find(found => mount !== undefined && found.path === `${mount}${found.cgroup}`);
			if (member === undefined)
				throw new TsboxError('E_USAGE', `unknown controller ${controller}`, {
					hint: 'see /proc/self/cgroup for those of this machine',
				});
			below.set(member.path, names.join('/'));
		}
	}
	return members.map(member => {
		const more = below.get(member.path) ?? '';
		if (more === '') return member;
		const path = `${member.path}/${more}`;
		if (host.lstat(path) === undefined)
			throw new TsboxError(
				'E_STATE',
				`error adding pid of the process to ${path}/cgroup.procs: no such file or directory`,
				{
					hint: 'make the group first',
				},
			);
		return {...member, path, cgroup: `${member.cgroup}/${more}`};
	});
}
