import type {Host} from '../../host/host.ts';
import {extraHostLines} from '../../network/names.ts';
import type {BuildRun} from '../../spec/model/build-source.ts';
import type {BindVolume} from '../../spec/model/project.ts';
import {resolveInside} from '../context/source-tree.ts';
import type {RunStep} from '../plan/build-plan.ts';
import type {MergedTree} from './merged-tree.ts';

/** The host name of every command, as BuildKit has it: what a package notes of it is the same each time. */
export const buildHostname = 'buildkitsandbox';

/**
 * The files in which a command looks up names of hosts: for one on the network of the machine those of the machine, with its own name and
 * those that the build adds.
 *
 * @param folder - for a file of its own
 */
export function nameFiles(
	host: Host,
	{network}: Pick<RunStep, 'network'>,
	{extraHosts = []}: BuildRun,
	tree: MergedTree,
	folder: string,
): readonly BindVolume[] {
	const isAlone = network === 'none';
	const sources = {
		'/etc/resolv.conf': isAlone ? undefined : host.realpath('/etc/resolv.conf'),
		'/etc/hosts': isAlone ? undefined : host.realpath('/etc/hosts'),
	};
	if (!isAlone || extraHosts.length > 0) {
		// Whoever is on the network of the machine reaches it at the loopback address.
		const lines = [`127.0.0.1 ${buildHostname}`, ...extraHosts.flatMap(each => extraHostLines(each, ['127.0.0.1']))];
		const before = sources['/etc/hosts'] === undefined ? '127.0.0.1 localhost\n' : host.readText(sources['/etc/hosts']);
		sources['/etc/hosts'] = `${folder}/hosts`;
		const text = [before?.trimEnd() ?? '', ...lines].filter(line => line !== '').join('\n');
		host.writeWhole(sources['/etc/hosts'], `${text}\n`, 0o644);
	}
	return Object.entries(sources).flatMap(([target, source]) => {
		const there = tree.entry(target.slice(1));
		const isPlain = there === undefined || there.kind === 'file';
		if (source === undefined || !isPlain || resolveInside(tree, 'etc') !== 'etc') return [];
		return [
			{type: 'bind', source, target, readOnly: true, createHostPath: false, propagation: 'rprivate', recursive: false},
		] as const;
	});
}
