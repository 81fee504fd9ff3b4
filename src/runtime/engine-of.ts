import {createHash} from 'node:crypto';
import type {EngineKind} from '../state/record.ts';

/** Guesses the engine by what each writes into its configurations, and by the folder that it names. `oci` is any other. */
export function engineOf(
	annotations: Readonly<Record<string, string>>,
	cgroup: string,
	root: string,
	bundle: string,
): EngineKind {
	if (annotations['io.container.manager'] === 'libpod') return 'podman';
	if (Object.keys(annotations).some(name => name.startsWith('io.kubernetes.cri.'))) return 'kubernetes';
	if (/\/moby(\/|$)/.test(root) || /(^|\/)docker\//.test(cgroup)) return 'docker';
	if (/\/containerd\//.test(root) || /\/io\.containerd\./.test(bundle)) return 'containerd';
	return /\/oci-job\d+-/.test(bundle) ? 'slurm' : 'oci';
}

/**
 * The name of a container among those of tsbox: the engine, and the beginning of the id, which is what engines show of it. An id that is
 * no such name, or that another root folder has too, gets one by its digest.
 */
export function nameOf(engine: EngineKind, root: string, id: string, isTaken: (name: string) => boolean): string {
	const short = /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
	const plain = `${engine}-${short}`;
	if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/.test(plain) && !isTaken(plain)) return plain;
	return `${engine}-${createHash('sha256').update(`${root}\0${id}`).digest('hex').slice(0, 24)}`;
}
