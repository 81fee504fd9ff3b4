import type {HostFacts, ToolName} from '../host/facts.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import type {Action} from '../step/verbs/action.ts';
import type {Plan} from '../step/verbs/step.ts';

/** What of the machine a plan leans on, by name. */
export interface Requirements {
	/** The versions of the tools that its steps run: `mount` is `util-linux 2.38.1`. */
	readonly tools: Readonly<Record<string, string>>;
	/** What of the kernel its steps use, where kernels and hosts differ: `overlay` is `in the store`. */
	readonly features: Readonly<Record<string, string>>;
}

/** Derived from the actions of the steps, so that what a plan does not use may differ. */
export function requirements(plan: Plan, image: ImageFacts, facts: HostFacts): Requirements {
	const actions = plan.steps.flatMap(({action, undo}) => (undo.kind === 'none' ? [action] : [action, undo]));
	const names = new Set<ToolName>([
		'sh',
		...(image.kind === 'archive' ? (['tar'] as const) : []),
		...actions.flatMap(toolsOf),
		...reaper(actions, facts),
	]);
	return {
		tools: sorted([...names].map(name => [name, facts.tools[name]?.version ?? 'not there'])),
		features: sorted(actions.flatMap(action => featuresOf(action, facts))),
	};
}

function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
	return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function toolsOf(action: Action): readonly ToolName[] {
	switch (action.kind) {
		case 'start':
		case 'enterNamespaces':
			return [
				...(action.unshare.length + action.users.length > 0 ? (['unshare'] as const) : []),
				...(action.users.includes('--map-auto') || action.users.some(word => word.startsWith('--map-users'))
					? (['newgidmap', 'newuidmap'] as const)
					: []),
				...(action.tty ? (['setsid'] as const) : []),
			];
		case 'mountTable':
		case 'bindTerminal':
			return ['mount'];
		case 'unmountTree':
			return ['umount'];
		case 'run':
			return [action.tool];
		case 'copyTree':
			return action.ids === undefined ? ['cp'] : ['tar'];
		case 'fillVolume':
			return ['tar'];
		case 'pivotRoot':
			return ['pivot_root'];
		case 'chroot':
			return ['chroot'];
		case 'rlimits':
			return ['prlimit'];
		case 'dropPrivileges':
			return action.filter?.loader === 'perl' ? ['perl', 'setpriv'] : ['setpriv'];
		default:
			return [];
	}
}

/** The reaper that is bound is the first of the two that is linked statically, as plan-process.ts has it. */
function reaper(actions: readonly Action[], {tools}: HostFacts): readonly ToolName[] {
	if (!actions.some(action => action.kind === 'exec' && action.init === 'bound')) return [];
	return (['catatonit', 'tini'] as const).filter(name => tools[name]?.loader === null).slice(0, 1);
}

type Row = readonly [name: string, value: string];

function featuresOf(action: Action, {cgroup}: HostFacts): readonly Row[] {
	switch (action.kind) {
		case 'start':
			return [row('cgroup hierarchy', action.cgroups.length === 0 ? 'none' : cgroup.layout), ...userNamespace(action)];
		case 'enterNamespaces':
			return userNamespace(action);
		case 'stop':
			return [['end of all processes', action.kill.kind]];
		case 'copyTree':
			return [['writable layer', 'a copy of the root filesystem']];
		case 'mountTable':
			return action.rows.flatMap(({type, options}): readonly Row[] => [
				...(type === 'overlay' ? [row('writable layer', `overlay, ${overlayPlace(options)}`)] : []),
				...(options.some(option => option.startsWith('X-mount.idmap=')) ? [row('idmapped mounts', 'used')] : []),
			]);
		case 'dropPrivileges':
			return [
				row('seccomp', action.filter === null ? 'no filter' : `loaded by ${action.filter.loader}`),
				...(action.landlock.length === 0 ? [] : [row('landlock', 'used')]),
				...(['apparmor', 'selinux'] as const)
					.filter(name => action.args.some(word => word.startsWith(`--${name}`)))
					.map(name => row('security module', name)),
			];
		case 'write':
			return /memsw|swap\.max/.test(action.path) ? [['swap accounting', 'used']] : [];
		default:
			return [];
	}
}

function userNamespace({users}: {readonly users: readonly string[]}): readonly Row[] {
	return users.length === 0
		? []
		: [
				row(
					'user namespace',
					users.includes('--map-auto') || users.includes('--setuid=0') ? 'with subordinate ids' : 'with one id',
				),
			];
}

function row(name: string, value: string): Row {
	return [name, value];
}

function overlayPlace(options: readonly string[]): string {
	return options.some(option => option.startsWith('upperdir=/state/')) ? 'on a tmpfs' : 'in the store';
}
