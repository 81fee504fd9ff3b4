import {resolve} from 'node:path';
import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {processOf} from '../../oci/bundle/from-bundle.ts';
import type {OciProcess} from '../../oci/config.ts';
import {namedText} from '../../host/programs/named-descriptors.ts';
import {findRecord} from '../../runtime/find-record.ts';
import {readBundleProcess} from '../../spec/bundle/bundle-config.ts';
import type {BundleProcess} from '../../spec/bundle/bundle-process.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {RuntimeArguments} from './parse-runtime.ts';
import {optionOf, type RuntimeContext} from './runtime-main.ts';

/**
 * The process that `exec` is to run: that of a file, or the container's own with what the command line says.
 *
 * @throws TsboxError E_USAGE, E_SPEC_INVALID, E_NO_SUCH_CONTAINER.
 */
export async function execProcess(
	machine: Machine,
	args: RuntimeArguments,
	{io, root}: RuntimeContext,
	id: string,
	command: readonly string[],
): Promise<OciProcess> {
	const {record} = findRecord(machine, root, id);
	const own = record.config.process;
	const file = optionOf(args, 'process');
	if (file !== undefined) {
		const text = (await namedText(file)) ?? machine.host.readText(resolve(io.cwd, file));
		if (text === undefined)
			throw new TsboxError('E_USAGE', `open ${file}: no such file or directory`, {hint: 'name the file of a process'});
		const read = readBundleProcess(text, file);
		return {...inherited(own), ...withoutEmpty(processOf(read, machine.facts.capabilities), read)};
	}
	if (command.length === 0)
		throw new TsboxError('E_USAGE', 'process args cannot be empty', {hint: 'tsbox-runtime exec ID COMMAND'});
	const list = (name: string): readonly string[] => args.options[name] ?? [];
	const [uid, gid] = (optionOf(args, 'user') ?? '').split(':');
	const number = (word: string | undefined, fallback: number): number => {
		if (word === undefined || word === '') return fallback;
		if (/^\d{1,10}$/.test(word)) return Number(word);
		throw new TsboxError('E_USAGE', `the user ${word} is no number`, {hint: 'write UID or UID:GID'});
	};
	const added = list('cap').map(name => name.toUpperCase());
	const with_ = (set: readonly string[]): readonly string[] => [...new Set([...set, ...added])];
	const {capabilities} = own;
	return {
		...own,
		terminal: optionOf(args, 'tty') === 'true',
		args: command,
		env: [...own.env, ...list('env')],
		cwd: optionOf(args, 'cwd') ?? own.cwd,
		user: {
			...own.user,
			uid: number(uid, own.user.uid),
			gid: number(gid, own.user.gid),
			additionalGids: [...(own.user.additionalGids ?? []), ...list('additional-gids').map(each => number(each, 0))],
		},
		capabilities: {
			...capabilities,
			bounding: with_(capabilities.bounding),
			effective: with_(capabilities.effective),
			permitted: with_(capabilities.permitted),
		},
		noNewPrivileges: optionOf(args, 'no-new-privs') === 'true' || own.noNewPrivileges,
		...(optionOf(args, 'apparmor') === undefined ? {} : {apparmorProfile: optionOf(args, 'apparmor') ?? ''}),
		...(optionOf(args, 'process-label') === undefined ? {} : {selinuxLabel: optionOf(args, 'process-label') ?? ''}),
	};
}

/** What the process of a file that says nothing of it has from the container, as in runc. */
function inherited({
	capabilities,
	rlimits,
	scheduler,
	ioPriority,
	execCPUAffinity,
	apparmorProfile,
	selinuxLabel,
}: OciProcess): Pick<OciProcess, 'capabilities' | 'rlimits'> & Partial<OciProcess> {
	return {
		capabilities,
		rlimits,
		...present({scheduler, ioPriority, execCPUAffinity, apparmorProfile, selinuxLabel}),
	};
}

function withoutEmpty(process: OciProcess, read: BundleProcess): Omit<OciProcess, 'capabilities' | 'rlimits'> {
	const {capabilities, rlimits, ...rest} = process;
	return {
		...rest,
		...(read.capabilities === undefined ? {} : {capabilities}),
		...(rlimits.length === 0 ? {} : {rlimits}),
	};
}
