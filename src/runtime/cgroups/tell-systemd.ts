import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {runShell} from '../../host/programs/run-shell.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {SystemdScope} from '../../oci/extras.ts';
import {cgroupSettings} from '../../plan/cgroup/cgroup-settings.ts';
import {managerVariable, scopeProperties} from '../../plan/cgroup/systemd-scope.ts';
import type {PlanInput} from '../../plan/input/input.ts';
import {shortfalls} from '../../plan/input/unsupported.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';

/**
 * Tells systemd limits of a scope that have changed, since it writes those that it knows again when it loads its units.
 *
 * @throws TsboxError E_STEP_FAILED.
 */
export async function tellSystemd(
	{host, facts}: Machine,
	{unit, ofUser}: SystemdScope,
	config: OciConfig,
	resources: OciConfig['linux']['resources'],
): Promise<void> {
	// The settings depend on no other part of the plan's input.
	const input = {facts, config: {...config, linux: {...config.linux, resources}}} as PlanInput;
	const known = scopeProperties(cgroupSettings(input, shortfalls(false)));
	if (known.length === 0) return;
	const words = [
		'systemctl',
		...(ofUser === undefined ? [] : ['--user']),
		'set-property',
		'--runtime',
		'--',
		unit,
		...known,
	];
	const {exitCode, stderr} = await runShell(
		host,
		facts,
		`PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${managerVariable(ofUser)}${shellCommand(words)}`,
	);
	if (exitCode !== 0)
		throw new TsboxError('E_STEP_FAILED', `systemd does not know the new limits of ${unit}`, {output: stderr});
}
