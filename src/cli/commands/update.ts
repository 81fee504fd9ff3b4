import {defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {tell} from '../output/tell.ts';
import {containerNames} from '../options/arguments.ts';

/** `tsbox update`: changes the limits of running containers. */
export const update = defineCommand({
	name: 'update',
	describe: 'Change the limits of running containers',
	examples: [
		['tsbox update --memory 200m demo', 'more memory, or less'],
		['tsbox update --cpus 1.5 --pids-limit 100 web worker', 'several limits of several containers'],
		['tsbox update --memory 1g --memory-swap 1g demo', 'memory without swap'],
	],
	options: {
		memory: {kind: 'text', short: 'm', value: 'SIZE', describe: 'Memory limit, such as 200m'},
		'memory-swap': {kind: 'text', value: 'SIZE', describe: 'Limit of memory plus swap; -1 for unlimited swap'},
		'memory-reservation': {kind: 'text', value: 'SIZE', describe: 'Memory protected when the host runs low'},
		cpus: {kind: 'text', value: 'NUMBER', describe: 'CPU limit, such as 1.5'},
		'cpu-shares': {kind: 'text', value: 'NUMBER', describe: 'Relative CPU weight, 2 to 262144; default 1024'},
		'cpuset-cpus': {kind: 'text', value: 'LIST', describe: 'CPUs to run on, such as 0-2,4'},
		'pids-limit': {kind: 'text', value: 'NUMBER', describe: 'Limit of processes and threads; -1 for unlimited'},
		'blkio-weight': {kind: 'text', value: 'NUMBER', describe: 'Relative disk weight, 10 to 1000'},
	},
	positionals: [containerNames],
	async run({values, positionals}, {io, engine, folders}) {
		const {parseLimitChanges} = await import('../../spec/limits/limit-changes.ts');
		const changes = parseLimitChanges({
			memory: values.memory,
			memorySwap: values['memory-swap'],
			memoryReservation: values['memory-reservation'],
			cpus: values.cpus,
			cpuShares: values['cpu-shares'],
			cpusetCpus: values['cpuset-cpus'],
			pidsLimit: values['pids-limit'],
			blkioWeight: values['blkio-weight'],
		});
		const machine = await engine.openMachine(folders);
		return eachName(positionals, io, async name => {
			const {warnings} = await engine.updateLimits(machine, name, changes);
			for (const warning of warnings) tell(io, `warning: ${warning}`);
			return name;
		});
	},
});
