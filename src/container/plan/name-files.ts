import type {SourceFacts} from '../../plan/input/input.ts';
import type {NetworksInput} from '../../plan/input/network-input.ts';
import type {BindVolume, Service} from '../../spec/model/project.ts';
import {hostsFile} from '../../state/network-names.ts';

/** The files in which a container looks names up, as mounts; not those that its spec mounts itself. */
export function nameFiles({conf, joins, hosts, resolv}: NetworksInput, {volumes}: Service): readonly BindVolume[] {
	const files = [
		['/etc/hosts', hostsFile, hosts],
		['/etc/resolv.conf', 'resolv.conf', resolv],
	] as const;
	return files.flatMap(([target, file, lines]) =>
		volumes.some(volume => volume.target === target) || (joins.length === 0 && lines.length === 0)
			? []
			: [nameFile(`${conf}/${file}`, target)],
	);
}

/** A file of names as a mount. */
export function nameFile(source: string, target: string): BindVolume {
	return {
		type: 'bind',
		source,
		target,
		readOnly: false,
		createHostPath: false,
		propagation: 'rprivate',
		recursive: false,
	};
}

/** What the plan knows of the sources of {@link nameFiles}: a step makes them, in a folder that nobody else can write. */
export function nameSources(files: readonly BindVolume[]): Readonly<Record<string, SourceFacts>> {
	return Object.fromEntries(
		files.map(({source}) => [source, {real: source, kind: 'file' as const, submounts: [], locked: []}]),
	);
}
