import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import {type HookKind, hookKinds, type OciConfig} from '../oci/config.ts';
import {shellWord} from '../spec/syntax/shell-words.ts';
import {freezersOf} from '../state/freezer.ts';
import {type EngineFacts, engineFrontFile} from '../state/record.ts';
import {gateScript} from '../step/script/gate-script.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import type {ExecAction} from '../step/verbs/exec.ts';

/** What a container of an engine is, as `bin/tsbox-runtime` needs it. */
export interface FrontInput {
	readonly engine: EngineFacts;
	readonly config: OciConfig;
	readonly process: ProcessIdentity;
	readonly members: readonly CgroupMember[];
	readonly exec: ExecAction;
	readonly created: number;
}

/**
 * Writes the files by which `bin/tsbox-runtime` answers without Node: `oci.sh` with variables, and `go.sh`, which writes the last words to the
 * gate.
 */
export function writeFrontFiles(host: Host, facts: HostFacts, conf: string, input: FrontInput): void {
	const {engine, config, process, members, exec} = input;
	const state = JSON.stringify({
		ociVersion: config.ociVersion,
		id: engine.id,
		pid: 'PID',
		status: 'STATUS',
		bundle: engine.bundle,
		rootfs: config.root.path,
		created: new Date(input.created).toISOString(),
		annotations: config.annotations ?? {},
		owner: '',
	});
	const [before = '', rest = ''] = state.split('"PID","status":"STATUS"');
	const freezers = freezersOf(host, members);
	const path = (version: 1 | 2): string => freezers.find(each => each.version === version)?.path ?? '';
	const variables = {
		pid: String(process.pid),
		start_time: process.startTime,
		freezer: path(1),
		freezer2: path(2),
		cgroup: members[0]?.path ?? '',
		cgroups: members.map(member => member.path).join('\n'),
		hooks: hookKinds.filter(kind => isLater(kind) && (config.hooks?.[kind] ?? []).length > 0).join(' '),
		state_before: before,
		state_after: rest,
	};
	host.writeWhole(`${conf}/status`, crunsStatus(host, input), 0o600);
	const text = Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)}\n`);
	host.writeWhole(`${conf}/go.sh`, `printf %s ${shellWord(gateScript(exec, facts))} >&7\n`, 0o600);
	// Last: a container without it is not created.
	host.writeWhole(`${conf}/${engineFrontFile}`, text.join(''), 0o600);
}

/** The file `status` of crun, which callers of crun read below the root folder: its members that say something here. */
function crunsStatus(host: Host, {engine, config, process, created}: FrontInput): string {
	const streams = [0, 1, 2].map(fd => host.readlink(`/proc/self/fd/${fd}`));
	return JSON.stringify({
		pid: process.pid,
		'process-start-time': Number(process.startTime),
		'cgroup-path': config.linux.cgroupsPath,
		rootfs: config.root.path,
		'systemd-cgroup': engine.scope !== undefined,
		bundle: engine.bundle,
		created: new Date(created).toISOString(),
		external_descriptors: JSON.stringify(streams),
	});
}

function isLater(kind: HookKind): boolean {
	return kind === 'poststart' || kind === 'poststop';
}
