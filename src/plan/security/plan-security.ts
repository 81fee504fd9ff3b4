import {TsboxError} from '../../errors/tsbox-error.ts';
import type {FilterLoader} from '../../step/verbs/drop-privileges.ts';
import type {Check} from '../../step/verbs/check.ts';
import {perlKnows} from '../../step/verbs/drop-privileges.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Step} from '../../step/verbs/step.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';

/** What confines the command besides namespaces and capabilities: seccomp, an LSM label, and Landlock. */
export interface SecurityPlan {
	/** The step that opens the filter's file while it is still reachable. */
	readonly steps: readonly Step[];
	readonly filter: FilterLoader | null;
	/** Arguments of setpriv(1). */
	readonly labels: readonly string[];
	readonly landlock: readonly string[];
	/** Checks of the process before it becomes the command. */
	readonly checks: readonly Check[];
	/** Sentences to add to the explanation of the privileges step. */
	readonly why: readonly string[];
}

/**
 * Plans seccomp, AppArmor, SELinux, and Landlock with what this host supports.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for what this host lacks.
 */
export function planSecurity(input: PlanInput, missing: Shortfalls): SecurityPlan {
	const filter = filterLoader(input, missing);
	const {apparmorProfile, selinuxLabel} = input.config.process;
	const labels = [
		...lsmArgument('AppArmor', 'apparmor', '--apparmor-profile', apparmorProfile, input, missing),
		...lsmArgument('SELinux', 'selinux', '--selinux-label', selinuxLabel, input, missing),
	];
	const landlock = landlockArguments(input, missing);
	return {
		steps: filter === null ? [] : [filterStep(input)],
		filter,
		labels,
		landlock,
		checks: [
			...(filter === null ? [] : [{kind: 'seccomp' as const}]),
			...(labels.length === 0 ? [] : [{kind: 'label' as const, equals: apparmorProfile ?? selinuxLabel ?? ''}]),
		],
		why: [
			...(filter === null ? [] : ['A filter of system calls is loaded last, and can never be taken off again.']),
			...(landlock.length === 0
				? []
				: ['Landlock closes every path that the spec does not name; the kernel does not show it in /proc.']),
		],
	};
}

function filterLoader({facts, seccomp, config}: PlanInput, missing: Shortfalls): FilterLoader | null {
	if (seccomp === null) return null;
	const without = 'write `security_opt: [seccomp=unconfined]` to go without';
	if (!facts.seccomp.kernel) {
		missing.add('this kernel has no seccomp filters', 'it was built without CONFIG_SECCOMP_FILTER', without);
		return null;
	}
	const {noNewPrivileges} = config.process;
	const perl = facts.tools.perl !== null && perlKnows(facts);
	if (seccomp.traced !== undefined) {
		if (perl) return {loader: 'perl', noNewPrivileges, listen: true};
		throw new TsboxError('E_HOST_UNSUPPORTED', 'system calls cannot be traced on this host', {
			why: 'the listener of a seccomp filter needs perl: setpriv has no option for it',
			hint: 'install perl, or leave --trace-seccomp out',
		});
	}
	const flags = present({flags: seccomp.flags});
	if (seccomp.agent !== undefined && perl)
		return {loader: 'perl', noNewPrivileges, listen: true, agent: seccomp.agent, ...flags};
	if (seccomp.flags !== undefined && perl) return {loader: 'perl', noNewPrivileges, flags: seccomp.flags};
	if (facts.seccomp.loader === 'setpriv' && noNewPrivileges) return {loader: 'setpriv', noNewPrivileges};
	if (perl) return {loader: 'perl', noNewPrivileges};
	throw new TsboxError('E_HOST_UNSUPPORTED', 'nothing on this host can load a seccomp filter', {
		why: noNewPrivileges
			? 'setpriv can from util-linux 2.41 on, and perl always'
			: 'without no_new_privs only perl can: setpriv sets it whenever it loads a filter',
		hint: `install perl, or ${without}`,
	});
}

function filterStep({seccomp}: PlanInput): Step {
	return {
		id: 'process.filter',
		phase: 'hardening',
		side: 'inside',
		title: `open the seccomp filter (${seccomp?.profile ?? ''}, ${seccomp?.instructions ?? 0} instructions)`,
		why: 'It names the system calls that are let through; all others fail. It stops what most escapes of the last years began with: new user namespaces, mounts, bpf, keyrings, io_uring, rare kinds of sockets, and typing into a terminal.',
		man: 'seccomp(2)',
		object: 'descriptor 8, until the filter is loaded',
		action: {
			kind: 'openFilter',
			filter: seccomp?.filter ?? '',
			...(seccomp?.traced === undefined ? {} : {traced: seccomp.traced}),
		},
		undo: {kind: 'none', reason: 'it ends with the process'},
		checks: [],
	};
}

function lsmArgument(
	name: string,
	lsm: string,
	option: string,
	value: string | undefined,
	{facts}: PlanInput,
	missing: Shortfalls,
): readonly string[] {
	if (value === undefined) return [];
	if (!facts.lsm.includes(lsm)) {
		missing.add(
			`${name} cannot confine the container`,
			facts.lsm.length === 0
				? 'the list of security modules, /sys/kernel/security/lsm, is empty or cannot be read'
				: `this kernel runs ${facts.lsm.join(', ')}`,
			'take the option out of `security_opt`',
		);
		return [];
	}
	if (facts.tools.setpriv?.flags.includes(option.slice(2)) !== true) {
		missing.add(
			`${name} cannot confine the container`,
			`this host's setpriv has no ${option}`,
			'take the option out of `security_opt`',
		);
		return [];
	}
	return [`${option}=${value}`];
}

function landlockArguments({facts, extras}: PlanInput, missing: Shortfalls): readonly string[] {
	if (extras.landlock === undefined) return [];
	const why =
		facts.tools.setpriv?.flags.includes('landlock-access') !== true
			? "this host's setpriv has no --landlock-access, which came with util-linux 2.40"
			: facts.lsm.length > 0 && !facts.lsm.includes('landlock')
				? `this kernel runs ${facts.lsm.join(', ')}, and not landlock`
				: undefined;
	if (why !== undefined) {
		missing.add('`landlock` cannot be had', why, 'take it out of the spec');
		return [];
	}
	const rule = (access: readonly string[], path: string): string =>
		`--landlock-rule=path-beneath:${access.join(',')}:${path}`;
	return [
		'--landlock-access=fs',
		// The waiting shell runs from the toolbox, which is its working directory and has no other path.
		rule(['execute', 'read-file', 'read-dir'], '.'),
		...extras.landlock.map(({path, access}) => rule(access, path)),
	];
}
