import {mapArguments, type RangeMap} from '../../host/id-map.ts';
import type {Action, CgroupKill} from './action.ts';
import {clockLines, withClocks} from './clock-words.ts';
import {fstabLine} from './fstab.ts';
import {shellCommand, shellWord} from './shell-word.ts';
import type {Plan, Step} from './step.ts';

function killLines(kill: CgroupKill): readonly string[] {
	switch (kill.kind) {
		case 'cgroup.kill':
			return [`echo 1 > ${shellWord(`${kill.path}/cgroup.kill`)}`];
		case 'freezer':
			return [
				`echo FROZEN > ${shellWord(`${kill.path}/freezer.state`)}`,
				`kill -KILL $(cat ${shellWord(`${kill.path}/cgroup.procs`)})`,
				`echo THAWED > ${shellWord(`${kill.path}/freezer.state`)}`,
			];
		case 'procs':
			return [`kill -KILL $(cat ${shellWord(`${kill.path}/cgroup.procs`)})`];
		case 'none':
			return ['kill -KILL $pid'];
	}
}

function idArguments({
	ids,
	keepGroups,
}: Pick<Extract<Action, {kind: 'dropPrivileges'}>, 'ids' | 'keepGroups'>): readonly string[] {
	const groups = ids === null ? '$groups' : ids.groups.join(',');
	return [
		'--reuid',
		ids === null ? '$uid' : String(ids.uid),
		'--regid',
		ids === null ? '$gid' : String(ids.gid),
		...(keepGroups ? ['--keep-groups'] : ['--groups', groups]),
	];
}

/** The words of prlimit(1) for these limits, without the command they are set on. */
export function rlimitArguments({
	limits,
	hardOnly,
}: Pick<Extract<Action, {kind: 'rlimits'}>, 'limits' | 'hardOnly'>): readonly string[] {
	const word = (value: number): string => (value === -1 ? 'unlimited' : String(value));
	return limits.map(limit => `--${limit.name}=${hardOnly === true ? '' : word(limit.soft)}:${word(limit.hard)}`);
}

/** What setpriv(1) is given; `$uid`, `$gid` and `$groups` stand for what lookupUser finds. */
export function setprivWords(action: Extract<Action, {kind: 'dropPrivileges'}>): readonly string[] {
	return [...action.args, ...idArguments(action)];
}

/** The compiled filter's name in the container's state folder. */
export const filterFile = 'seccomp.bpf';
/** The one that asks a listener; for `--trace-seccomp`. */
export const tracedFilterFile = 'seccomp-traced.bpf';

/** The same without the paths of the toolbox, for people. */
function dropText(action: Extract<Action, {kind: 'dropPrivileges'}>): string {
	const {filter, landlock} = action;
	const drop = `setpriv ${[...setprivWords(action), ...landlock].join(' ')}`;
	if (filter === null) return `exec ${drop} sh -s`;
	if (filter.loader === 'setpriv')
		return `exec setpriv ${[...setprivWords(action), 'setpriv --seccomp-filter /proc/self/fd/8', ...landlock].join(' ')} sh -s`;
	const load = "perl -e 'prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, <&8)'";
	return filter.noNewPrivileges ? `exec ${drop} ${load} sh -s` : `exec ${load} ${drop} sh -s`;
}

/** Whether the program that is started is in all its namespaces at once, or is root of the host still and enters them later. */
export function startsInside({unshare}: Extract<Action, {kind: 'start'}>): boolean {
	return unshare.includes('--fork');
}

/** The program that the first process begins with. */
export function firstScript(start: Extract<Action, {kind: 'start'}>): string {
	return start.unshare.length === 0 || startsInside(start) ? 'init.sh' : 'gather.sh';
}

/** Where a container step finds its mount table. */
export function tableFile(
	{name, place}: Pick<Extract<Action, {kind: 'mountTable'}>, 'name' | 'place'>,
	conf: string,
): string {
	const folder = {host: conf, gathered: '/tmp/conf', toolbox: '/dev/.box/conf'}[place];
	return `${folder}/${name}.fstab`;
}

/** `unshare ... `, for what is done as root of a container's user namespace. */
function inNamespace(ids: RangeMap | undefined): string {
	return ids === undefined ? '' : `unshare ${shellCommand(mapArguments(ids))} `;
}

/** An action as the lines that a person would type for it, for the table and for errors. */
export function actionLines(action: Action, conf: string): readonly string[] {
	switch (action.kind) {
		case 'mkdir':
			return [
				`mkdir -p -m ${action.mode.toString(8)} ${shellCommand(action.paths)}`,
				...(action.owner === undefined ? [] : [`chown ${action.owner.join(':')} ${shellWord(action.paths[0] ?? '')}`]),
			];
		case 'removeTree':
			return [`rm -rf --one-file-system ${shellWord(action.path)}`];
		case 'write':
			return [`echo ${shellWord(action.value)} > ${shellWord(action.path)}`];
		case 'inherit':
			return [`cat ${shellWord(action.from)} > ${shellWord(action.path)}`];
		case 'removeCgroups':
			return [...killLines(action.kill), `rmdir ${shellCommand([...action.paths, ...action.parents])}`];
		case 'unpack':
			return [
				`${inNamespace(action.ids)}tar -xpf ${shellWord(action.archive)} --numeric-owner --xattrs -C ${shellWord(action.target)}`,
			];
		case 'copyTree':
			return action.ids === undefined
				? [`cp -a ${shellWord(`${action.from}/.`)} ${shellWord(action.to)}`]
				: [
						`tar -C ${shellWord(action.from)} -cf - . | ${inNamespace(action.ids)}tar -xpf - -C ${shellWord(action.to)}`,
					];
		case 'makeVolume': {
			const {store, name, record, owner} = action;
			const data = shellWord(`${store}/volumes/${name}/_data`);
			return record === null
				? [`test -d ${data}`]
				: [
						`mkdir -p -m 755 ${data}`,
						...(owner === undefined ? [] : [`chown ${owner.join(':')} ${data}`]),
						`echo ${shellWord(JSON.stringify(record))} > ${shellWord(`${store}/volumes/${name}/record.json`)}`,
					];
		}
		case 'fillVolume':
			return [
				`${inNamespace(action.readIds)}chroot ${shellWord(action.image)} tar -C ${shellWord(action.target)} -cf - . |`,
				`    ${inNamespace(action.ids)}tar -xpf - -C ${shellWord(`${action.volume}/_data`)}`,
			];
		case 'copyTools':
			return [
				`cp --parents -t ${shellWord(action.to)} ${shellCommand(action.files)}`,
				'# and in the copies of ld.so and libc.so the names of the files that they read from the root are made empty',
			];
		case 'plainFolders':
			return [action.names.map(name => `test -d ${name} -a ! -h ${name}`).join(' && ')];
		case 'start':
			return [
				...action.cgroups.map(file => `echo 0 > ${shellWord(file)}`),
				...(action.clocks === true ? clockLines : []),
				withClocks(
					`exec ${[action.users, action.unshare].map(words => (words.length === 0 ? '' : `unshare ${shellCommand(words)} `)).join('')}${action.tty && startsInside(action) ? 'setsid --ctty ' : ''}sh ${shellWord(`${conf}/${firstScript(action)}`)}`,
					action,
				),
			];
		case 'enterNamespaces':
			return [
				...(action.clocks === true ? clockLines : []),
				withClocks(
					`exec unshare ${shellCommand(action.users)} unshare ${shellCommand(action.unshare)} ${action.tty ? 'setsid --ctty ' : ''}sh ${action.conf}/init.sh`,
					action,
				),
			];
		case 'stop':
			return killLines(action.kill);
		case 'mountTable': {
			return [
				`mount -i -n -a -T ${shellWord(tableFile(action, conf))}`,
				...action.rows.map(row => `    ${fstabLine(row).replace(/ 0 0$/, '')}`),
			];
		}
		case 'bindTerminal':
			return [`mount -i -n --bind /dev/pts/$pts ${shellWord(action.target)}`];
		case 'unmountTree':
			return [`umount -i -n -l -R ${shellWord(action.path)}`];
		case 'run':
			return [shellCommand([action.tool, ...action.args])];
		case 'touch':
			return [`touch ${shellCommand(action.paths)}`];
		case 'mountPoints':
			return [
				...(action.folders.length > 0 ? [`mkdir -p ${shellCommand(action.folders)}`] : []),
				...(action.files.length > 0 ? [`touch ${shellCommand(action.files)}`] : []),
			];
		case 'workingDirectory':
			return [`mkdir -p ${shellWord(action.path)}`];
		case 'pivotRoot':
			return [`cd ${shellWord(action.toolbox)}`, `pivot_root ${shellWord(action.newRoot)} ${shellWord(action.putOld)}`];
		case 'chroot':
			return [`exec chroot ${shellWord(action.newRoot)} sh /dev/.box/conf/inside.sh`];
		case 'rlimits':
			return [`prlimit --pid $$ ${rlimitArguments(action).join(' ')}`];
		case 'lookupUser':
			return [`grep -E ${shellWord(`^${action.user.split(':')[0] ?? ''}:`)} /etc/passwd`];
		case 'writeEach':
			return [`for rule in ${shellCommand(action.values)}`, `do echo "$rule" > ${shellWord(action.path)}; done`];
		case 'openFilter':
			return [`exec 8< /dev/.box/conf/${action.traced === undefined ? filterFile : tracedFilterFile}`];
		case 'useNumbers':
			return [`n=0; while [ "$n" -lt ${action.count} ]; do (:); n=$((n + 1)); done`];
		case 'fixAddresses':
			return ['set -- setarch --addr-no-randomize'];
		case 'dropPrivileges':
			return [action.fixedAddresses === true ? dropText(action).replace('exec ', 'exec "$@" ') : dropText(action)];
		case 'exec': {
			const words = action.init === 'none' ? action.args : ['/dev/init', '--', ...action.args];
			return [
				...(action.cwd === '/' ? ['cd /'] : [`cd ${shellWord(action.cwd)}`]),
				`export ${shellCommand(action.env.map(each => each.split('=')[0] ?? ''))}`,
				`exec ${shellCommand(action.init === 'sh' ? action.args : words)}`,
			];
		}
	}
}

/** The folder that a plan's init.sh and mount tables are in. */
function configFolder(plan: Plan): string {
	for (const step of plan.steps) {
		if (step.action.kind === 'mountTable' && ['gather', 'before'].includes(step.action.name)) {
			const row = step.action.rows.find(each => each.target.endsWith('/conf'));
			if (row !== undefined) return row.source;
		}
	}
	return '.';
}

/** The command of a step, as a person would type it; several lines where it is several commands. */
export function stepCommand(step: Step, plan: Plan): string {
	return actionLines(step.action, configFolder(plan)).join('\n');
}

/** What takes a step back, in the same form, or the reason why nothing must. */
export function undoText(step: Step, plan: Plan): string {
	return step.undo.kind === 'none' ? step.undo.reason : actionLines(step.undo, configFolder(plan)).join('\n');
}
